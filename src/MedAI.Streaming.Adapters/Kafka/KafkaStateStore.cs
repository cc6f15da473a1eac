// The state of the fleet: checkpoints in the compacted topic state.v1, decisions in alerts.v1 and deadletters.v1.
using System.Collections.Concurrent;
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>
/// The state store over topics. A commit makes transitions, pages and dead letters durable first (acknowledged by all in-sync replicas),
/// then writes blobs, what is kept of the partition and the group's offset in one transaction. Loading a partition takes its
/// transactional id; whoever had it before is refused with <see cref="OwnershipLostException"/>, and nothing of its transaction counts.
/// </summary>
/// <remarks>
/// A transition is kept once under its id as far as it can be decided again, that is from the last checkpoint of its patient on. What was
/// decided is read from the topics (<see cref="KafkaAlertView"/>), not from here.
/// </remarks>
public sealed class KafkaStateStore : IStateStore
{
    private readonly KafkaOptions _options;
    private readonly ICheckpointBroker _broker;
    private readonly int _deadLetterPartitions;

    // Made when a partition is first used; each takes turns within itself.
    private readonly ConcurrentDictionary<int, PartitionState> _partitions = [];

    /// <summary>The store over a broker, which is disposed with it.</summary>
    /// <exception cref="StoreException">No broker answers, or topics are missing or do not fit together.</exception>
    internal KafkaStateStore(KafkaOptions options, ICheckpointBroker broker)
    {
        _options = options;
        _broker = broker;
        using var scan = broker.OpenScan();
        var counts = scan.CountPartitions(options.Vitals, options.State, options.Alerts, options.DeadLetters);
        (Partitions, _deadLetterPartitions) = (counts[0], counts[3]);
        foreach (var (topic, count) in new[] { (options.State, counts[1]), (options.Alerts, counts[2]) })
        {
            if (count != Partitions)
            {
                throw KafkaOptions.Wrong(
                    $"{topic} has {count} partitions and {options.Vitals} has {Partitions}: they must be equal. 'medai topics check' says more.");
            }
        }
    }

    /// <summary>The number of partitions.</summary>
    public int Partitions { get; }

    /// <summary>Partitions that this process loaded and that somebody else took since.</summary>
    public IReadOnlyCollection<int> Fenced => [.. _partitions.Where(p => p.Value.Lost).Select(p => p.Key).Order()];

    /// <summary>Opens the store.</summary>
    /// <exception cref="StoreException">The settings are wrong, no broker answers, or topics are missing or do not fit together.</exception>
    public static KafkaStateStore Open(KafkaOptions options)
    {
        options.CheckOwn();
        return new KafkaStateStore(options, new KafkaCheckpointBroker(options));
    }

    /// <inheritdoc/>
    public long Load(int partition, PatientBlobReader eachPatient) => Of(partition).Load(eachPatient);

    /// <inheritdoc/>
    public string? GetFact(int partition, string name) => Of(partition).GetFact(name);

    /// <inheritdoc/>
    public void SetFact(int partition, string name, string value) => Of(partition).SetFact(name, value);

    /// <inheritdoc/>
    /// <remarks>A page for a transition that its patient's checkpoint covers is taken on trust: the store no longer has that transition.</remarks>
    public int Commit(CommitBatch batch)
    {
        var pages = new Dictionary<string, long>();
        foreach (var (id, delay) in batch.Pages)
        {
            if (!TransitionId.TryParse(id, out _))
                throw new ArgumentException($"A page for {id}, which is the id of no transition.", nameof(batch));
            pages.TryAdd(id, delay);
        }

        return Of(batch.Partition).Commit(batch, pages, new TopicPartition(_options.DeadLetters, batch.Partition % _deadLetterPartitions));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var partition in _partitions.Values)
            partition.Dispose();
        _broker.Dispose();
    }

    private PartitionState Of(int partition)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)partition, (uint)Partitions);
        return _partitions.GetOrAdd(partition, static (p, store) => new PartitionState(store._options, p, store._broker), this);
    }
}
