// Asks a broker where a partition begins and ends, patiently while its leader changes.
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>The bounds of partitions.</summary>
internal static class PartitionBounds
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The first offset of a partition, and the one behind its last record.</summary>
    /// <param name="options">Say how long to wait.</param>
    /// <param name="consumer">Asks.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="trouble">Hears what brokers complain about.</param>
    /// <param name="serveEvents">Lets that be heard, where nobody else polls the consumer.</param>
    /// <exception cref="StoreException">No broker answers, or the partition is not there.</exception>
    public static (long Low, long High) Ask(
        KafkaOptions options, IConsumer<byte[], byte[]> consumer, TopicPartition partition, KafkaTrouble trouble, Action? serveEvents = null)
    {
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            try
            {
                var bounds = consumer.QueryWatermarkOffsets(partition, options.RequestTimeout);
                trouble.Forget();
                return (bounds.Low.Value, bounds.High.Value);
            }
            catch (KafkaException e) when (IsBetweenLeaders(e.Error) && waited < options.RequestTimeout)
            {
                // librdkafka asks who the leader is by now, and tells it at the next try.
                CancellationToken.None.WaitHandle.WaitOne(Pause);
            }
            catch (KafkaException e)
            {
                serveEvents?.Invoke();
                throw KafkaFailure.Describe(
                    options, e.Error, $"read partition {partition.Partition.Value} of {partition.Topic}", trouble, e);
            }
        }
    }

    private static bool IsBetweenLeaders(Error error) => error.Code
        is ErrorCode.NotLeaderForPartition or ErrorCode.LeaderNotAvailable or ErrorCode.ReplicaNotAvailable
        or ErrorCode.FencedLeaderEpoch or ErrorCode.UnknownLeaderEpoch or ErrorCode.OffsetNotAvailable or ErrorCode.UnknownTopicOrPart;
}
