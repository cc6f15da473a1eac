// Makes librdkafka clients: the settings that this program relies on, and over them what the site says.
using Confluent.Kafka;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>Makes consumers and producers.</summary>
internal static class KafkaClients
{
    // What the program's promises rest on; a site that changed one of these would break them without noticing.
    private static readonly string[] Own =
    [
        "bootstrap.servers", "metadata.broker.list", "group.id", "group.instance.id", "transactional.id", "enable.idempotence", "acks",
        "request.required.acks", "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "auto.offset.reset",
        "isolation.level", "enable.partition.eof", "partition.assignment.strategy", "session.timeout.ms", "max.poll.interval.ms",
        "max.in.flight.requests.per.connection", "max.in.flight", "message.max.bytes", "message.timeout.ms", "delivery.timeout.ms",
        "group.protocol", "enable.gapless.guarantee", "partitioner", "log.queue", "test.mock.num.brokers",
    ];

    /// <summary>A consumer that belongs to the group by name only: it reads partitions that it is told to read.</summary>
    public static IConsumer<byte[], byte[]> Consumer(
        KafkaOptions options, string role, KafkaTrouble trouble, bool committedOnly = true)
    {
        var config = new ConsumerConfig
        {
            GroupId = options.Group,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            EnablePartitionEof = true,
            IsolationLevel = committedOnly ? IsolationLevel.ReadCommitted : IsolationLevel.ReadUncommitted,
            AllowAutoCreateTopics = false,

            // A fetch that waits at the broker keeps a partition that was just added waiting, too.
            FetchWaitMaxMs = 100,
            FetchErrorBackoffMs = 100,
            FetchQueueBackoffMs = 20,
            QueuedMaxMessagesKbytes = 16 * 1024,
        };
        return Build(options, config, role, c => new ConsumerBuilder<byte[], byte[]>(c)
            .SetErrorHandler((_, e) => trouble.Hear(e))
            .SetLogHandler((_, l) => trouble.Hear(l))
            .Build());
    }

    /// <summary>A producer that writes each record once and in order; with an id, one that can do transactions.</summary>
    public static IProducer<byte[], byte[]> Producer(
        KafkaOptions options, string role, KafkaTrouble trouble, string? transactionalId = null)
    {
        var timeout = (int)options.RequestTimeout.TotalMilliseconds;
        var config = new ProducerConfig
        {
            EnableIdempotence = true,
            Acks = Acks.All,
            TransactionalId = transactionalId,
            TransactionTimeoutMs = transactionalId is null ? null : Math.Max(timeout * 2, 10_000),
            MessageTimeoutMs = timeout,
            MessageMaxBytes = options.MaxRecordBytes,
            CompressionType = CompressionType.Lz4,
            LingerMs = 1,
            QueueBufferingMaxMessages = 1_000_000,
            QueueBufferingMaxKbytes = 256 * 1024,
        };
        return Build(options, config, role, c => new ProducerBuilder<byte[], byte[]>(c)
            .SetErrorHandler((_, e) => trouble.Hear(e))
            .SetLogHandler((_, l) => trouble.Hear(l))
            .Build());
    }

    /// <summary>A client for questions about the cluster and for making topics.</summary>
    public static IAdminClient Admin(KafkaOptions options, KafkaTrouble trouble) =>
        Build(options, new AdminClientConfig(), "admin", c => new AdminClientBuilder(c)
            .SetErrorHandler((_, e) => trouble.Hear(e))
            .SetLogHandler((_, l) => trouble.Hear(l))
            .Build());

    /// <summary>Refuses settings that this program must choose itself.</summary>
    public static void CheckNames(KafkaOptions options)
    {
        foreach (var name in options.Client.Keys)
        {
            if (Own.Contains(name))
                throw KafkaOptions.Wrong($"kafka.client.{name} cannot be set: what this program promises rests on its own value. Leave it out.");
        }
    }

    /// <summary>Makes a client of a configuration.</summary>
    public static TClient Build<TConfig, TClient>(KafkaOptions options, TConfig config, string role, Func<TConfig, TClient> build)
        where TConfig : ClientConfig
    {
        config.BootstrapServers = options.BootstrapServers;
        config.ClientId = $"medai-{role}";
        config.SocketKeepaliveEnable = true;
        config.ReconnectBackoffMs = 50;
        config.ReconnectBackoffMaxMs = 2000;
        foreach (var (name, value) in options.Client)
            config.Set(name, value);
        try
        {
            return build(config);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw KafkaOptions.Wrong($"Kafka's client refuses its settings (kafka.bootstrapServers, kafka.client.*): {e.Message}", e);
        }
    }
}
