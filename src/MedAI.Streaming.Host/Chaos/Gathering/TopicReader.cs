// Reads topics as a plain consumer does, from the first record to the last committed one.
using Confluent.Kafka;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Host.Chaos.Checking;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Chaos.Gathering;

/// <summary>An outsider at the broker: it is in no group of the program's and uses none of its readers.</summary>
internal sealed class TopicReader : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly KafkaOptions _options;
    private readonly int _partitions;

    /// <summary>A reader of the topics that options name.</summary>
    public TopicReader(KafkaOptions options, int partitions)
    {
        (_options, _partitions) = (options, partitions);
        var config = new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = $"{options.Group}-outsider",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
        };
        foreach (var (name, value) in options.Client)
        {
            config.Set(name, value);
        }

        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    /// <summary>The ends of the log by partition; null: the broker does not answer.</summary>
    public long[]? LogEnds(TimeSpan within)
    {
        try
        {
            return [.. Enumerable.Range(0, _partitions)
                .Select(p => _consumer.QueryWatermarkOffsets(new TopicPartition(_options.Vitals, p), within).High.Value)];
        }
        catch (KafkaException)
        {
            // It is down on purpose, or just coming up.
            return null;
        }
    }

    /// <summary>All records of the log, by partition and offset.</summary>
    /// <exception cref="FailureException">The broker does not give them.</exception>
    public List<LogRecord> Log() =>
    [
        .. Read(_options.Vitals).Select(r => new LogRecord(
            r.Partition.Value, r.Offset.Value, KindOf(r.Message.Headers), r.Message.Timestamp.UnixTimestampMs, r.Message.Value ?? [])),
    ];

    /// <summary>All alerts, by partition and offset.</summary>
    /// <exception cref="FailureException">The broker does not give them, or there is one that cannot be read.</exception>
    public List<PublishedAlert> Alerts() =>
    [
        .. Read(_options.Alerts).Select(r => AlertReader.Transition(r.Message.Value) is { } alert
            ? new PublishedAlert(r.Partition.Value, r.Offset.Value, alert.Id, alert.Transition, alert.PageDelayMs)
            : throw new FailureException($"{r.TopicPartitionOffset} is no alert.")),
    ];

    /// <summary>All dead letters, by partition and offset.</summary>
    /// <exception cref="FailureException">The broker does not give them, or there is one that cannot be read.</exception>
    public List<DeadLetter> DeadLetters() =>
    [
        .. Read(_options.DeadLetters).Select(r => AlertReader.DeadLetter(r.Message.Value)
            ?? throw new FailureException($"{r.TopicPartitionOffset} is no dead letter.")),
    ];

    /// <inheritdoc/>
    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
    }

    private static RecordKind KindOf(Headers headers) =>
        headers.TryGetLastBytes("kind", out var kind) ? (RecordKind)kind[0] : RecordKind.Frame;

    private List<ConsumeResult<byte[]?, byte[]?>> Read(string topic)
    {
        var found = new List<ConsumeResult<byte[]?, byte[]?>>();
        _consumer.Assign(Enumerable.Range(0, _partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        for (var left = _partitions; left > 0;)
        {
            var result = Next(topic);
            if (result.IsPartitionEOF)
                left--;
            else
                found.Add(result);
        }

        _consumer.Unassign();
        found.Sort((a, b) => (a.Partition.Value, a.Offset.Value).CompareTo((b.Partition.Value, b.Offset.Value)));
        return found;
    }

    private ConsumeResult<byte[]?, byte[]?> Next(string topic)
    {
        try
        {
            return _consumer.Consume(Patience)
                ?? throw new FailureException($"The broker gave nothing of {topic} for {Patience.TotalSeconds:0} s.");
        }
        catch (ConsumeException refused)
        {
            throw new FailureException($"{topic} cannot be read: {refused.Message}", refused);
        }
    }
}
