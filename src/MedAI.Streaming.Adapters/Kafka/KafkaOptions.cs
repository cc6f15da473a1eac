// How this program uses Kafka: brokers, topics, the group, and whatever else librdkafka can be told.
using System.Collections.ObjectModel;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>Who stamps records with their arrival time.</summary>
public enum ArrivalStamp
{
    /// <summary>The broker: <c>vitals.v1</c> is a topic with LogAppendTime.</summary>
    Broker,

    /// <summary>The producer: a topic with CreateTime, for recorded streams that are played again with their own times.</summary>
    Producer,
}

/// <summary>How partitions are spread over the workers of a group.</summary>
public enum PartitionSpread
{
    /// <summary>Partitions stay where they are when a worker comes or goes; only what must move is given up.</summary>
    CooperativeSticky,

    /// <summary>Ranges in the order of the members; all partitions are given up at each change.</summary>
    Range,
}

/// <summary>
/// Settings of everything that talks to Kafka. <see cref="Client"/> takes any setting of librdkafka, so TLS and SASL are configured
/// by librdkafka's own names; its values may be secrets and are never logged.
/// </summary>
public sealed record KafkaOptions
{
    /// <summary>Brokers to begin with, <c>host:port</c> joined by commas.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>The consumer group of the workers, and the beginning of their transactional ids.</summary>
    public string Group { get; init; } = "medai";

    /// <summary>Stands before the name of every topic, for example <c>ward7.</c>; may be empty.</summary>
    public string TopicPrefix { get; init; } = "";

    /// <summary>Who stamps arrival times.</summary>
    public ArrivalStamp ArrivalTime { get; init; } = ArrivalStamp.Broker;

    /// <summary>How partitions are spread. All workers of a group must agree.</summary>
    public PartitionSpread Spread { get; init; } = PartitionSpread.CooperativeSticky;

    /// <summary>
    /// The name of this worker in the group (<c>group.instance.id</c>), unique in it; a worker that comes back under it within
    /// <see cref="SessionTimeout"/> gets its partitions back without a rebalance. Null: a new member at each start.
    /// </summary>
    public string? StaticMember { get; init; }

    /// <summary>How long a worker may be silent before its partitions go to others; brokers allow 6 s to 30 min unless told otherwise.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a worker may be busy with partitions, loading them or giving them up, before the group goes on without it; at least the
    /// session timeout. (Giving up in a cooperative rebalance has no limit: the others wait, while they work on what they have.)
    /// </summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a record or a transaction may be on its way before the call fails as unavailable.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The largest record that is written, bytes before compression; brokers and topics have limits of their own.</summary>
    public int MaxRecordBytes { get; init; } = 1_000_000;

    /// <summary>Further settings of librdkafka by its names (<c>security.protocol</c>, <c>sasl.username</c>, <c>ssl.ca.location</c>, ...).</summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Told what a person should know (a broker is away, records were lost to retention); from any thread, one line each.</summary>
    public Action<string>? Report { get; init; }

    /// <summary>Frames and control records, partitioned by patient: the log.</summary>
    public string Vitals => TopicPrefix + "vitals.v1";

    /// <summary>Checkpoints by patient, compacted, with as many partitions as <see cref="Vitals"/>.</summary>
    public string State => TopicPrefix + "state.v1";

    /// <summary>Transitions and owed pages, with as many partitions as <see cref="Vitals"/>: the outbox.</summary>
    public string Alerts => TopicPrefix + "alerts.v1";

    /// <summary>Scores as they are computed.</summary>
    public string Scores => TopicPrefix + "scores.v1";

    /// <summary>Input that was rejected, with the reason.</summary>
    public string DeadLetters => TopicPrefix + "deadletters.v1";

    /// <summary>Which pages were sent, compacted.</summary>
    public string Pages => TopicPrefix + "pages.v1";

    /// <summary>What gateways know of patients and devices, compacted.</summary>
    public string Directory => TopicPrefix + "directory.v1";

    /// <summary>Checks the settings as far as that is possible without a broker.</summary>
    /// <exception cref="StoreException">A setting is wrong; the message is librdkafka's own, and names the setting.</exception>
    public void Check()
    {
        CheckOwn();
        using (KafkaClients.Consumer(this, "check", new KafkaTrouble(this)))
        using (KafkaClients.Producer(this, "check", new KafkaTrouble(this)))
        {
            // That librdkafka makes clients of these settings is the check.
        }
    }

    /// <summary>Checks what librdkafka cannot know; whoever makes clients next hears the rest from it.</summary>
    internal void CheckOwn()
    {
        if (string.IsNullOrWhiteSpace(BootstrapServers))
            throw Wrong("kafka.bootstrapServers names no broker. Give host:port, for example kafka-1:9092,kafka-2:9092.");
        if (SessionTimeout > BusyTimeout)
        {
            throw Wrong(
                $"kafka.revokeTimeoutSeconds ({BusyTimeout.TotalSeconds:0}) must not be smaller than kafka.sessionTimeoutSeconds "
                + $"({SessionTimeout.TotalSeconds:0}).");
        }

        KafkaClients.CheckNames(this);
    }

    /// <summary>A failure of settings.</summary>
    internal static StoreException Wrong(string message, Exception? inner = null) => new(StoreFailure.Mismatch, message, inner);
}
