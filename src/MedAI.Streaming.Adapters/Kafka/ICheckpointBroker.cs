// What checkpoints need of a broker, and no more: so that the code of checkpoints can be run without one, under a seed.
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>A broker as the owners of partitions see it. Any thread.</summary>
internal interface ICheckpointBroker : IDisposable
{
    /// <summary>Begins a reading, for one thread; whoever began it disposes it.</summary>
    /// <exception cref="StoreException">No client can be made.</exception>
    ICheckpointScan OpenScan();

    /// <summary>Begins a set of records that become durable together, outside of any transaction.</summary>
    /// <param name="what">What is done, for messages.</param>
    ICheckpointDelivery Begin(string what);
}

/// <summary>A record as it is read.</summary>
/// <param name="Offset">Its offset.</param>
/// <param name="Key">Its key; null: none.</param>
/// <param name="Value">Its value; null: the key's end (a tombstone).</param>
internal readonly record struct BrokerRecord(long Offset, byte[]? Key, byte[]? Value);

/// <summary>Reads partitions to their end, one after the other.</summary>
internal interface ICheckpointScan : IDisposable
{
    /// <summary>The numbers of partitions of topics.</summary>
    /// <exception cref="StoreException">One is not there, or no broker answers.</exception>
    int[] CountPartitions(params string[] topics);

    /// <summary>The first offset of a partition, and the one behind its last record.</summary>
    /// <exception cref="StoreException">No broker answers.</exception>
    (long Low, long High) Bounds(TopicPartition partition);

    /// <summary>
    /// Reads committed records from an offset, or from where the partition begins by now, to the end that it has at the beginning of
    /// the reading.
    /// </summary>
    /// <returns>That end.</returns>
    /// <exception cref="StoreException">It could not be read to its end.</exception>
    long Read(TopicPartition partition, long from, Action<BrokerRecord> each);

    /// <summary>
    /// Takes the transactional id of a partition. Whoever had it writes nothing from then on, and what it left open is resolved, to one
    /// side or the other, before this returns.
    /// </summary>
    /// <exception cref="StoreException">It could not be taken.</exception>
    ICheckpointWriter TakeId(int partition);
}

/// <summary>Records on their way. One thread adds and waits.</summary>
internal interface ICheckpointDelivery
{
    /// <summary>Hands a record in.</summary>
    /// <param name="to">Where it goes.</param>
    /// <param name="key">Its key; null: none.</param>
    /// <param name="value">Its value.</param>
    /// <param name="timestamp">Its time, ms since 1970.</param>
    /// <exception cref="StoreException">It cannot be sent; those handed in before may become durable all the same.</exception>
    void Add(TopicPartition to, byte[]? key, byte[] value, long timestamp);

    /// <summary>Waits until all records are durable.</summary>
    /// <returns>By partition, the offset behind the last record; a partition where the broker did not say is left out.</returns>
    /// <exception cref="StoreException">A record was not acknowledged; any of them may be durable, or become so.</exception>
    IReadOnlyDictionary<TopicPartition, long> Wait();
}

/// <summary>The holder of a partition's transactional id. One thread at a time.</summary>
internal interface ICheckpointWriter : IDisposable
{
    /// <summary>Writes records to the partition of <c>state.v1</c> and moves the group's offset, in one transaction.</summary>
    /// <param name="records">Keys and values, gone through once.</param>
    /// <param name="groupOffset">The group's offset in the log; negative: it is left where it is.</param>
    CheckpointResult Transact(IEnumerable<(byte[] Key, byte[] Value)> records, long groupOffset);
}

/// <summary>What became of a transaction.</summary>
internal enum CheckpointOutcome
{
    /// <summary>All of it took effect.</summary>
    Committed,

    /// <summary>Nothing of it took effect, and nothing ever will: somebody else took the id.</summary>
    Fenced,

    /// <summary>Nothing of it took effect; the holder is as good as before.</summary>
    Aborted,

    /// <summary>All or nothing of it took effect: whoever takes the id next learns which. The holder is of no use any more.</summary>
    Unknown,
}

/// <summary>How a transaction ended.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Failure">Why it was not committed, for the caller to throw or to carry along; null where it was.</param>
internal readonly record struct CheckpointResult(CheckpointOutcome Outcome, Exception? Failure)
{
    /// <summary>All of it took effect.</summary>
    public static CheckpointResult Committed { get; } = new(CheckpointOutcome.Committed, null);
}
