// Holds the transactional id of a partition and writes its checkpoints in transactions of librdkafka.
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>A producer with the id of a partition. Its transactions are refused as soon as another producer takes the id.</summary>
internal sealed class KafkaCheckpointWriter : ICheckpointWriter
{
    private readonly KafkaOptions _options;
    private readonly KafkaTrouble _trouble;
    private readonly IConsumerGroupMetadata _group;
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly TopicPartition _state;
    private readonly TopicPartition _vitals;

    private KafkaCheckpointWriter(KafkaOptions options, int partition, IConsumerGroupMetadata group, KafkaTrouble trouble)
    {
        (_options, _trouble, _group) = (options, trouble, group);
        (_state, _vitals) = (new(options.State, partition), new(options.Vitals, partition));
        _producer = KafkaClients.Producer(options, $"state-{partition}", trouble, $"{options.TopicPrefix}{options.Group}/{partition}");
    }

    private string Doing => $"checkpoint partition {_state.Partition.Value} in {_state.Topic}";

    /// <summary>Takes the id of a partition.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="group">The group as its offsets are moved: without a member, because the id is the fence.</param>
    /// <param name="trouble">Hears what brokers complain about.</param>
    /// <exception cref="StoreException">It could not be taken.</exception>
    public static KafkaCheckpointWriter Take(KafkaOptions options, int partition, IConsumerGroupMetadata group, KafkaTrouble trouble)
    {
        var writer = new KafkaCheckpointWriter(options, partition, group, trouble);
        try
        {
            writer._producer.InitTransactions(options.RequestTimeout * 2);
            return writer;
        }
        catch (KafkaException e)
        {
            writer.Dispose();
            throw KafkaFailure.Describe(options, e.Error, $"take over partition {partition}", trouble, e);
        }
    }

    /// <inheritdoc/>
    public CheckpointResult Transact(IEnumerable<(byte[] Key, byte[] Value)> records, long groupOffset)
    {
        try
        {
            _producer.BeginTransaction();
            foreach (var (key, value) in records)
                Send(key, value);
            if (groupOffset >= 0)
                _producer.SendOffsetsToTransaction([new TopicPartitionOffset(_vitals, groupOffset)], _group, _options.RequestTimeout);
            Commit();
            _trouble.Forget();
            return CheckpointResult.Committed;
        }
        catch (KafkaException e)
        {
            return Undo(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _producer.Dispose();

    private void Send(byte[] key, byte[] value)
    {
        while (true)
        {
            try
            {
                // A record that fails lets the transaction fail, so nobody needs to hear of each.
                _producer.Produce(_state, new Message<byte[], byte[]> { Key = key, Value = value });
                return;
            }
            catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                _producer.Poll(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    private void Commit()
    {
        try
        {
            _producer.CommitTransaction(_options.RequestTimeout);
        }
        catch (KafkaRetriableException)
        {
            // It may have been committed; asking again resolves that, once.
            _producer.CommitTransaction(_options.RequestTimeout);
        }
    }

    // After a failure either the transaction was taken back and the producer is as good as before, or a new one has to take the id.
    private CheckpointResult Undo(KafkaException failure)
    {
        if (KafkaFailure.IsFenced(failure.Error)) return new(CheckpointOutcome.Fenced, failure);
        if (failure is not KafkaTxnRequiresAbortException && failure.Error.IsFatal) return Failed(CheckpointOutcome.Unknown, failure.Error);
        try
        {
            _producer.AbortTransaction(_options.RequestTimeout);
            return Failed(CheckpointOutcome.Aborted, failure.Error);
        }
        catch (KafkaException e) when (KafkaFailure.IsFenced(e.Error))
        {
            return new(CheckpointOutcome.Fenced, e);
        }
        catch (KafkaException e)
        {
            return Failed(CheckpointOutcome.Unknown, e.Error);
        }

        CheckpointResult Failed(CheckpointOutcome outcome, Error error) =>
            new(outcome, KafkaFailure.Describe(_options, error, Doing, _trouble, failure));
    }
}
