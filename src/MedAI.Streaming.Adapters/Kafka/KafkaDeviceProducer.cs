// Produces frames to the log as a device does that knows Kafka and nothing of this program.
using System.Text;
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>
/// A producer of frames to <see cref="KafkaOptions.Vitals"/>: key is the patient id, value is the frame in protobuf or JSON, and there are no
/// headers. Thread-safe; frames of one patient keep their order among the calls of one thread.
/// </summary>
public sealed class KafkaDeviceProducer : IDisposable
{
    private readonly KafkaOptions _options;
    private readonly DurableProducer _producer;
    private readonly int _partitions;

    private KafkaDeviceProducer(KafkaOptions options)
    {
        _options = options;
        var trouble = new KafkaTrouble(options);
        using (var admin = KafkaClients.Admin(options, trouble))
        {
            _partitions = KafkaTopics.CountPartitions(options, admin.Handle, trouble, options.Vitals)[0];
        }

        _producer = new DurableProducer(options, "device", trouble);
    }

    /// <summary>Opens a producer.</summary>
    /// <exception cref="StoreException">The settings are wrong, no broker answers, or the topic is not there.</exception>
    public static KafkaDeviceProducer Open(KafkaOptions options)
    {
        options.CheckOwn();
        return new KafkaDeviceProducer(options);
    }

    /// <summary>Produces frames, and returns when all of them are durable.</summary>
    /// <param name="frames">Patient ids, and frames as they lie in a message.</param>
    /// <param name="now">The timestamp, ms since 1970; a broker that stamps arrival times replaces it.</param>
    /// <exception cref="StoreException">One of them was not acknowledged; others may be durable. To produce all of them again is harmless.</exception>
    public void Produce(IEnumerable<(string Patient, byte[] Value)> frames, long now)
    {
        var delivery = _producer.Begin($"produce to {_options.Vitals}");
        foreach (var (patient, value) in frames)
        {
            var partition = Pipeline.Wire.Partitioner.PartitionOf(patient, _partitions);
            delivery.Add(new TopicPartition(_options.Vitals, partition), Encoding.UTF8.GetBytes(patient), value, null, now);
        }

        delivery.Wait();
    }

    /// <inheritdoc/>
    public void Dispose() => _producer.Dispose();
}
