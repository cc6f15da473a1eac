// Writes records to topics and returns when all of them are acknowledged by all in-sync replicas.
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>
/// An idempotent producer for several callers at a time: each hands in what belongs together and waits until it is durable. A producer
/// that has failed for good is replaced by a new one at the next call.
/// </summary>
internal sealed class DurableProducer : IDisposable
{
    private readonly KafkaOptions _options;
    private readonly string _role;
    private readonly KafkaTrouble _trouble;

    // Guards the change from a producer that has failed to a new one; a producer itself takes any number of threads.
    private readonly Lock _change = new();
    private IProducer<byte[], byte[]> _producer;

    // Producers that failed: others may still wait for what they handed to them, so they stay until the end.
    private readonly List<IProducer<byte[], byte[]>> _retired = [];
    private bool _failed;

    /// <summary>A producer.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="role">What it is for, as brokers see it.</param>
    /// <param name="trouble">Hears what brokers complain about.</param>
    public DurableProducer(KafkaOptions options, string role, KafkaTrouble trouble)
    {
        (_options, _role, _trouble) = (options, role, trouble);
        _producer = KafkaClients.Producer(options, role, trouble);
    }

    /// <summary>Begins a set of records that become durable together.</summary>
    /// <param name="what">What is done, for messages, for example <c>append to vitals.v1</c>.</param>
    public Delivery Begin(string what) => new(this, Healthy(), what);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var producer in _retired)
            producer.Dispose();
        _producer.Dispose();
    }

    private IProducer<byte[], byte[]> Healthy()
    {
        lock (_change)
        {
            if (!_failed) return _producer;
            var next = KafkaClients.Producer(_options, _role, _trouble);
            _retired.Add(_producer);
            (_producer, _failed) = (next, false);
            return _producer;
        }
    }

    private void Failed(IProducer<byte[], byte[]> producer)
    {
        lock (_change) _failed |= ReferenceEquals(producer, _producer);
    }

    /// <summary>Records on their way. One thread adds and waits.</summary>
    public sealed class Delivery : ICheckpointDelivery
    {
        private readonly DurableProducer _owner;
        private readonly IProducer<byte[], byte[]> _producer;
        private readonly string _what;

        // Guards what is below against the producer's own thread, which reports deliveries.
        private readonly Lock _lock = new();
        private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Dictionary<TopicPartition, long> _ends = [];
        private int _open = 1;
        private Error? _error;

        internal Delivery(DurableProducer owner, IProducer<byte[], byte[]> producer, string what) =>
            (_owner, _producer, _what) = (owner, producer, what);

        /// <summary>Hands a record in.</summary>
        /// <exception cref="StoreException">It cannot be sent; those handed in before may become durable all the same.</exception>
        public void Add(TopicPartition to, byte[]? key, byte[] value, Headers? headers, long timestamp)
        {
            var message = new Message<byte[], byte[]>
            {
                Key = key!,
                Value = value,
                Headers = headers!,
                Timestamp = new Timestamp(Math.Max(timestamp, 1), TimestampType.CreateTime),
            };
            lock (_lock) _open++;
            while (true)
            {
                try
                {
                    _producer.Produce(to, message, Report);
                    return;
                }
                catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
                {
                    // What is in the queue leaves it, by being acknowledged or by timing out; either makes room.
                    _producer.Poll(TimeSpan.FromMilliseconds(10));
                }
                catch (KafkaException e)
                {
                    Settle(e.Error);
                    throw Describe(e.Error, e);
                }
            }
        }

        void ICheckpointDelivery.Add(TopicPartition to, byte[]? key, byte[] value, long timestamp) => Add(to, key, value, null, timestamp);

        /// <summary>Waits until all records are durable.</summary>
        /// <returns>By partition, the offset behind the last record; a partition where the broker did not say is left out.</returns>
        /// <exception cref="StoreException">A record was not acknowledged; others may be durable.</exception>
        public IReadOnlyDictionary<TopicPartition, long> Wait()
        {
            Settle(null);

            // The producer reports every record within its own time limit.
            _settled.Task.Wait();
            if (_error is { } error) throw Describe(error, null);
            _owner._trouble.Forget();
            return _ends;
        }

        private void Report(DeliveryReport<byte[], byte[]> report)
        {
            if (!report.Error.IsError && report.Offset.Value >= 0)
            {
                lock (_lock) _ends[report.TopicPartition] = Math.Max(_ends.GetValueOrDefault(report.TopicPartition), report.Offset.Value + 1);
            }

            Settle(report.Error.IsError ? report.Error : null);
        }

        private void Settle(Error? error)
        {
            lock (_lock)
            {
                // A failure that ends the producer says more than the purge of the rest that comes with it.
                if (error is not null && (_error is null || error.IsFatal)) _error = error;
                if (--_open == 0) _settled.SetResult();
            }
        }

        private StoreException Describe(Error error, Exception? inner)
        {
            if (error.IsFatal || error.Code is ErrorCode.Local_Fatal or ErrorCode.Local_PurgeQueue) _owner.Failed(_producer);
            return KafkaFailure.Describe(_owner._options, error, _what, _owner._trouble, inner);
        }
    }
}
