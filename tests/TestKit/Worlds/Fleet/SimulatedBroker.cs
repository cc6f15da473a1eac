// The broker of a simulated fleet: topics in memory, transactional ids with epochs, and the group's offsets.
using Confluent.Kafka;

namespace MedAI.Streaming.TestKit.Worlds.Fleet;

/// <summary>A transaction of records in one partition, and of the group's offset.</summary>
/// <param name="partition">The partition whose id it is under.</param>
internal sealed class SimulatedTransaction(int partition)
{
    /// <summary>The partition whose id it is under.</summary>
    public int Partition { get; } = partition;

    /// <summary>Whether it was committed; null: it is open.</summary>
    public bool? Committed { get; set; }

    /// <summary>Whether its owner asked for it to be committed: only then can it still become so.</summary>
    public bool CommitAsked { get; set; }

    /// <summary>Where it moves the group's offset to; negative: nowhere.</summary>
    public long GroupOffset { get; set; } = -1;
}

/// <summary>A record as it lies in a topic.</summary>
/// <param name="Offset">Its offset.</param>
/// <param name="Key">Its key; null: none.</param>
/// <param name="Value">Its value.</param>
/// <param name="Transaction">The transaction it is in; null: none.</param>
internal sealed record SimulatedRecord(long Offset, byte[]? Key, byte[] Value, SimulatedTransaction? Transaction);

/// <summary>What the broker keeps. What goes wrong on the way to it is not decided here.</summary>
internal sealed class SimulatedBroker
{
    private readonly Dictionary<TopicPartition, (List<SimulatedRecord> Records, long End)> _topics = [];
    private readonly Dictionary<int, long> _epochs = [];
    private readonly List<SimulatedTransaction> _open = [];
    private readonly Dictionary<int, long> _offsets = [];
    private readonly List<Action> _underWay = [];

    /// <summary>Whether nobody can reach it at the moment.</summary>
    public bool Away { get; set; }

    /// <summary>Whether records are on their way whose sender has given up waiting.</summary>
    public bool HasRecordsUnderWay => _underWay.Count > 0;

    /// <summary>The group's offset in a partition of the log; 0: it was never moved.</summary>
    public long GroupOffset(int partition) => _offsets.GetValueOrDefault(partition);

    /// <summary>The offset behind the last record, or marker, of a partition.</summary>
    public long End(TopicPartition partition) => _topics.TryGetValue(partition, out var topic) ? topic.End : 0;

    /// <summary>The records of a partition as they lie there, those of open and aborted transactions included.</summary>
    public IReadOnlyList<SimulatedRecord> Records(TopicPartition partition) =>
        _topics.TryGetValue(partition, out var topic) ? topic.Records : [];

    /// <summary>Appends a record.</summary>
    /// <returns>The offset behind it.</returns>
    public long Append(TopicPartition partition, byte[]? key, byte[] value, SimulatedTransaction? transaction = null)
    {
        var (records, end) = _topics.GetValueOrDefault(partition, ([], 0));
        records.Add(new(end, key, value, transaction));
        _topics[partition] = (records, end + 1);
        return end + 1;
    }

    /// <summary>Something reaches the broker later, or never: see <see cref="Land"/>.</summary>
    public void Delay(Action effect) => _underWay.Add(effect);

    /// <summary>What is under way longest arrives, or is lost for good.</summary>
    public void Land(bool arrives)
    {
        if (_underWay.Count == 0) return;
        var first = _underWay[0];
        _underWay.RemoveAt(0);
        if (arrives) first();
    }

    /// <summary>Gives the transactional id of a partition to somebody new; what was open under it is resolved.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="commitArrived">Whether a commit that was asked for and not answered had arrived.</param>
    /// <returns>The epoch under which the new holder writes.</returns>
    public long TakeId(int partition, bool commitArrived)
    {
        foreach (var open in _open.Where(t => t.Partition == partition).ToList())
            Resolve(open, open.CommitAsked && commitArrived);
        return _epochs[partition] = _epochs.GetValueOrDefault(partition) + 1;
    }

    /// <summary>Told where somebody goes on who should have been fenced; null, as it should be: nobody does.</summary>
    public Action? Unfenced { get; set; }

    /// <summary>Whether an epoch is still the one under which the id of a partition may be used.</summary>
    public bool Holds(int partition, long epoch)
    {
        if (_epochs.GetValueOrDefault(partition) == epoch) return true;
        Unfenced?.Invoke();
        return Unfenced is not null;
    }

    /// <summary>Begins a transaction of the holder of an id.</summary>
    public SimulatedTransaction Begin(int partition)
    {
        var transaction = new SimulatedTransaction(partition);
        _open.Add(transaction);
        return transaction;
    }

    /// <summary>Ends a transaction; its marker takes an offset.</summary>
    /// <param name="transaction">The transaction, open.</param>
    /// <param name="commit">Whether it takes effect.</param>
    public void Resolve(SimulatedTransaction transaction, bool commit)
    {
        transaction.Committed = commit;
        _open.Remove(transaction);
        foreach (var (partition, topic) in _topics.ToList())
        {
            if (topic.Records.Exists(r => ReferenceEquals(r.Transaction, transaction)))
                _topics[partition] = (topic.Records, topic.End + 1);
        }

        if (commit && transaction.GroupOffset >= 0) _offsets[transaction.Partition] = transaction.GroupOffset;
    }

    /// <summary>Removes what a later record of its key replaces, except from the newest records, and what was aborted.</summary>
    public void Compact(TopicPartition partition, int newest)
    {
        if (!_topics.TryGetValue(partition, out var topic)) return;
        var later = new HashSet<string>();
        for (var i = topic.Records.Count - 1; i >= 0; i--)
        {
            var record = topic.Records[i];
            var isNewest = record.Transaction?.Committed == true && later.Add(Convert.ToHexString(record.Key ?? []));
            if (i < topic.Records.Count - newest && !isNewest && record.Transaction?.Committed is not null) topic.Records.RemoveAt(i);
        }
    }

    /// <summary>Removes records of patients that are not among the newest, as a topic does that keeps by age.</summary>
    /// <returns>Whether there were any.</returns>
    public bool Forget(TopicPartition partition, int newest) => _topics.TryGetValue(partition, out var topic)
        && topic.Records.RemoveAll(r => r.Offset < topic.End - newest && r.Transaction?.Committed == true && r.Key is not [0, ..]) > 0;
}
