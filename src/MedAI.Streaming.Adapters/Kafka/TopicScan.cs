// Reads a partition of a topic from an offset to the end that it has at the beginning of the reading.
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>Reads partitions to their end, one after the other, for one thread.</summary>
internal sealed class TopicScan : IDisposable
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);
    private readonly KafkaOptions _options;
    private readonly KafkaTrouble _trouble;
    private readonly IConsumer<byte[], byte[]> _consumer;

    /// <summary>A scan over committed records.</summary>
    public TopicScan(KafkaOptions options, string role, KafkaTrouble trouble)
    {
        (_options, _trouble) = (options, trouble);
        _consumer = KafkaClients.Consumer(options, role, trouble);
    }

    /// <summary>The group as a transaction that moves its offsets names it: without a member, because the transactional id is the fence.</summary>
    public IConsumerGroupMetadata Group => _consumer.ConsumerGroupMetadata;

    /// <summary>The numbers of partitions of topics.</summary>
    /// <exception cref="StoreException">One is not there, or no broker answers.</exception>
    public int[] CountPartitions(params string[] topics) => KafkaTopics.CountPartitions(_options, _consumer.Handle, _trouble, topics);

    /// <summary>The first offset of a partition, and the one behind its last record.</summary>
    /// <exception cref="StoreException">No broker answers.</exception>
    public (long Low, long High) Bounds(TopicPartition partition) => PartitionBounds.Ask(_options, _consumer, partition, _trouble);

    /// <summary>Reads from an offset, or from where the partition begins by now, to its end.</summary>
    /// <returns>The end.</returns>
    /// <exception cref="StoreException">It could not be read to its end.</exception>
    public long Read(TopicPartition partition, long from, Action<ConsumeResult<byte[], byte[]>> each)
    {
        var (low, high) = Bounds(partition);
        var next = Math.Max(from, low);
        if (next >= high) return high;
        _consumer.Assign(new TopicPartitionOffset(partition, next));
        try
        {
            for (var waited = TimeSpan.Zero; next < high;)
            {
                var result = _consumer.Consume(Slice);
                if (result is null)
                {
                    waited += Slice;
                    if (waited >= _options.RequestTimeout)
                        throw KafkaFailure.Describe(_options, new Error(ErrorCode.Local_TimedOut), What(partition), _trouble);
                    continue;
                }

                waited = TimeSpan.Zero;
                next = result.Offset.Value + (result.IsPartitionEOF ? 0 : 1);
                if (!result.IsPartitionEOF) each(result);
            }
        }
        catch (ConsumeException e)
        {
            throw KafkaFailure.Describe(_options, e.Error, What(partition), _trouble, e);
        }
        finally
        {
            _consumer.Unassign();
        }

        return high;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
    }

    private static string What(TopicPartition partition) => $"read partition {partition.Partition.Value} of {partition.Topic}";
}
