// The broker that checkpoints are kept in, through librdkafka.
using Confluent.Kafka;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>Kafka as <see cref="PartitionState"/> needs it.</summary>
internal sealed class KafkaCheckpointBroker(KafkaOptions options) : ICheckpointBroker
{
    private readonly KafkaTrouble _trouble = new(options);

    // Made with the first commit; partitions may commit side by side.
    private readonly Lock _making = new();
    private DurableProducer? _outputs;

    /// <inheritdoc/>
    public ICheckpointScan OpenScan() => new Scan(options, _trouble);

    /// <inheritdoc/>
    public ICheckpointDelivery Begin(string what)
    {
        lock (_making) _outputs ??= new DurableProducer(options, "outputs", _trouble);
        return _outputs.Begin(what);
    }

    /// <inheritdoc/>
    public void Dispose() => _outputs?.Dispose();

    private sealed class Scan(KafkaOptions options, KafkaTrouble trouble) : ICheckpointScan
    {
        private readonly TopicScan _scan = new(options, "state", trouble);

        public int[] CountPartitions(params string[] topics) => _scan.CountPartitions(topics);

        public (long Low, long High) Bounds(TopicPartition partition) => _scan.Bounds(partition);

        public long Read(TopicPartition partition, long from, Action<BrokerRecord> each) => _scan.Read(
            partition, from, record => each(new(record.Offset.Value, record.Message.Key, record.Message.Value)));

        public ICheckpointWriter TakeId(int partition) => KafkaCheckpointWriter.Take(options, partition, _scan.Group, trouble);

        public void Dispose() => _scan.Dispose();
    }
}
