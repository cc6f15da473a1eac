// The part of the table of keys that is about the long-running service and about Kafka.
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Pipeline;

namespace MedAI.Streaming.Host.Composition;

internal static partial class ConfigurationKeys
{
    private static ConfigurationKey[] Service()
    {
        var gateway = new LogGatewayOptions();
        return
        [
            Word("engine", "\"edge\"", ["edge", "kafka"],
                "What carries records and state: an embedded store, or Kafka (docs/kafka.md)."),
            Whole("gateway.maxWaiting", gateway.MaxWaiting, 1000, 10_000_000,
                "The most frames that wait to become durable; further requests are asked to come again."),
            Whole("gateway.maxLag", (int)gateway.MaxLag, 1000, 2_000_000_000,
                "The most records that this process's flows may be behind; further requests are asked to come again."),
        ];
    }

    private static ConfigurationKey[] Kafka()
    {
        var kafka = new KafkaOptions { BootstrapServers = "localhost:9092" };
        return
        [
            Text("kafka.bootstrapServers", $"\"{kafka.BootstrapServers}\"", "Brokers to begin with: host:port, joined by commas."),
            Text("kafka.group", $"\"{kafka.Group}\"", "The consumer group of the workers; transactional ids begin with it."),
            TextOrNull("kafka.topicPrefix", "Stands before the name of every topic, for example ward7. with its full stop."),
            Word("kafka.arrivalTime", "\"broker\"", ["broker", "producer"],
                "Who stamps arrival times: the broker (LogAppendTime), or the producer of a recording."),
            Word("kafka.assignment", "\"cooperative-sticky\"", ["cooperative-sticky", "range"],
                "How partitions are spread over workers; all of a group must agree."),
            TextOrNull("kafka.staticMember",
                "This worker's own name in the group; under it a worker that is back in time keeps its partitions."),
            Whole("kafka.sessionTimeoutSeconds", (int)kafka.SessionTimeout.TotalSeconds, 1, 1800,
                "How long a worker may be silent before its partitions go to others, seconds."),
            Whole("kafka.revokeTimeoutSeconds", (int)kafka.BusyTimeout.TotalSeconds, 1, 3600,
                "How long giving up partitions may take before the group goes on without the worker, seconds."),
            Whole("kafka.requestTimeoutSeconds", (int)kafka.RequestTimeout.TotalSeconds, 1, 300,
                "How long a record or a transaction may be on its way before it counts as failed, seconds."),
            Whole("kafka.maxRecordBytes", kafka.MaxRecordBytes, 10_000, 100 << 20,
                "The largest record that is written, bytes; topics and brokers have limits of their own."),
            TextOrNull("kafka.clientFile",
                "A file of further librdkafka settings, one name=value a line, # for remarks: the place for secrets."),
            new("kafka.client", KeyKind.Object, "{}", "Further librdkafka settings by their own names (TLS, SASL, ...); see docs/kafka.md."),
            new("kafka.client.*", KeyKind.Text, "none", "The value of that setting; it goes before kafka.clientFile.") { Min = 1, Max = 4000 },
        ];
    }
}
