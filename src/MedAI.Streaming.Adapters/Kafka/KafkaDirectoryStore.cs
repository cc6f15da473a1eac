// The directory that gateways share: a compacted topic that each of them follows.
using System.Text;
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>Keeps a directory in the topic <c>directory.v1</c>.</summary>
public sealed class KafkaDirectoryStore : IDirectoryStore
{
    private const int MostAtOnce = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private readonly KafkaOptions _options;
    private readonly KafkaTrouble _trouble;
    private readonly DurableProducer _producer;

    // Entries are put and changes taken by different threads; the tail has one user at a time.
    private readonly Lock _turn = new();
    private readonly TopicTail _tail;
    private readonly int _partitions;

    private KafkaDirectoryStore(KafkaOptions options)
    {
        _options = options;
        _trouble = new KafkaTrouble(options);
        _tail = TopicTail.Open(options, [options.Directory], (_, _) => 0);
        _partitions = _tail.Partitions(0);
        _producer = new DurableProducer(options, "directory", _trouble);
    }

    /// <summary>Opens the directory.</summary>
    /// <exception cref="StoreException">The settings are wrong, no broker answers, or the topic is not there.</exception>
    public static KafkaDirectoryStore Open(KafkaOptions options) => new(options);

    /// <inheritdoc/>
    public IReadOnlyList<DirectoryEntry> Load()
    {
        var newest = new Dictionary<string, DirectoryEntry>(StringComparer.Ordinal);
        lock (_turn)
        {
            for (var waited = TimeSpan.Zero; !_tail.CaughtUp;)
            {
                var entries = Poll(Patience);
                foreach (var entry in entries)
                    newest[entry.Key] = entry;
                waited = entries.Count > 0 ? TimeSpan.Zero : waited + Patience;
                if (waited >= _options.RequestTimeout)
                    throw KafkaFailure.Describe(_options, new Error(ErrorCode.Local_TimedOut), $"read {_options.Directory} to its end", _trouble);
            }
        }

        return [.. newest.Values];
    }

    /// <inheritdoc/>
    public void Put(DirectoryEntry entry)
    {
        var key = Encoding.UTF8.GetBytes(entry.Key);
        var partition = Pipeline.Wire.Partitioner.PartitionOf(key, _partitions);
        var delivery = _producer.Begin($"keep an entry in {_options.Directory}");
        delivery.Add(new TopicPartition(_options.Directory, partition), key, entry.Value.ToArray(), null, 1);
        delivery.Wait();
    }

    /// <inheritdoc/>
    /// <remarks>One's own entries come back, too; to take them again changes nothing.</remarks>
    public IReadOnlyList<DirectoryEntry> TakeChanges()
    {
        lock (_turn) return Poll(TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tail.Dispose();
        _producer.Dispose();
    }

    private List<DirectoryEntry> Poll(TimeSpan wait)
    {
        var messages = new List<TailMessage>();
        _tail.Poll(wait, MostAtOnce, messages);
        return [.. messages.Where(m => m is { Key: not null, Value: not null }).Select(m => new DirectoryEntry(Encoding.UTF8.GetString(m.Key!), m.Value))];
    }
}
