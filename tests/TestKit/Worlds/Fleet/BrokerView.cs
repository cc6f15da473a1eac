// The simulated broker as one worker sees it, over a network on which everything may go wrong.
using Confluent.Kafka;
using MedAI.Streaming.Adapters.Kafka;

namespace MedAI.Streaming.TestKit.Worlds.Fleet;

/// <summary>What checkpoints are run against in a simulated fleet.</summary>
/// <param name="broker">The broker.</param>
/// <param name="log">The log, which is a topic of its own.</param>
/// <param name="faults">What goes wrong for this worker.</param>
/// <param name="options">Name the topics.</param>
internal sealed class BrokerView(SimulatedBroker broker, SimulatedLog log, Faults faults, KafkaOptions options) : ICheckpointBroker
{
    /// <inheritdoc/>
    public ICheckpointScan OpenScan() => new Scan(this);

    /// <inheritdoc/>
    public ICheckpointDelivery Begin(string what) => new Delivery(this);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Scan(BrokerView view) : ICheckpointScan
    {
        public int[] CountPartitions(params string[] topics) => [.. topics.Select(_ => view.Log.Records.Partitions)];

        public (long Low, long High) Bounds(TopicPartition partition)
        {
            view.Faults.Ask();
            return (0, partition.Topic == view.Options.Vitals
                ? view.Log.Records.NextOffset(partition.Partition.Value)
                : view.Broker.End(partition));
        }

        public long Read(TopicPartition partition, long from, Action<BrokerRecord> each)
        {
            view.Faults.Ask();
            var end = view.Broker.End(partition);
            foreach (var record in view.Broker.Records(partition).ToList())
            {
                if (record.Offset < from || record.Transaction?.Committed == false) continue;
                if (record.Transaction is { Committed: null })
                    throw Faults.Unavailable($"record {record.Offset} of {partition} is in a transaction that is still open");
                each(new(record.Offset, record.Key, record.Value));
            }

            return end;
        }

        public ICheckpointWriter TakeId(int partition)
        {
            var epoch = 0L;
            view.Faults.Do(() => epoch = view.Broker.TakeId(partition, view.Faults.Coin()));
            return new Writer(view, partition, epoch);
        }

        public void Dispose()
        {
        }
    }

    private SimulatedLog Log => log;

    private SimulatedBroker Broker => broker;

    private Faults Faults => faults;

    private KafkaOptions Options => options;

    private sealed class Delivery(BrokerView view) : ICheckpointDelivery
    {
        private readonly List<(TopicPartition To, byte[]? Key, byte[] Value)> _records = [];
        private readonly Dictionary<TopicPartition, long> _ends = [];

        public void Add(TopicPartition to, byte[]? key, byte[] value, long timestamp) => _records.Add((to, key, value));

        public IReadOnlyDictionary<TopicPartition, long> Wait()
        {
            // What is not answered may have happened in part, or happens later.
            view.Faults.Do(
                () => Append(_records.Count),
                () =>
                {
                    var now = view.Faults.Between(0, _records.Count);
                    Append(now);
                    if (now < _records.Count) view.Faults.See("outputs that come late");
                    foreach (var late in _records.Skip(now).ToList())
                        view.Broker.Delay(() => view.Broker.Append(late.To, late.Key, late.Value));
                });

            // A broker that had to be asked twice does not say where the records lie.
            return view.Faults.Forgets() ? new Dictionary<TopicPartition, long>() : _ends;
        }

        private void Append(int count)
        {
            foreach (var (to, key, value) in _records.Take(count))
                _ends[to] = view.Broker.Append(to, key, value);
        }
    }

    private sealed class Writer(BrokerView view, int partition, long epoch) : ICheckpointWriter
    {
        private bool Fenced => !view.Broker.Holds(partition, epoch);

        public CheckpointResult Transact(IEnumerable<(byte[] Key, byte[] Value)> records, long groupOffset)
        {
            var failure = Faults.Unavailable("the checkpoint");
            view.Faults.Reach();
            if (Fenced) return new(CheckpointOutcome.Fenced, failure);
            if (view.Faults.Refuses()) return new(view.Broker.Away ? CheckpointOutcome.Unknown : CheckpointOutcome.Aborted, failure);

            var transaction = view.Broker.Begin(partition);
            transaction.GroupOffset = groupOffset;
            foreach (var (key, value) in records)
                view.Broker.Append(new(view.Options.State, partition), key, value, transaction);
            view.Faults.Reach();
            if (Fenced)
            {
                view.Faults.See("fenced in the middle of a transaction");
                return new(CheckpointOutcome.Fenced, failure);
            }

            if (view.Faults.Refuses())
            {
                if (view.Broker.Away || view.Faults.Coin()) return new(CheckpointOutcome.Unknown, failure);
                view.Broker.Resolve(transaction, commit: false);
                return new(CheckpointOutcome.Aborted, failure);
            }

            transaction.CommitAsked = true;
            if (view.Faults.LosesAnswer())
            {
                // The request is on its way: whoever takes the id next finds it done or not.
                view.Faults.See("unknown transaction");
                if (view.Faults.Coin()) view.Broker.Resolve(transaction, commit: true);
                return new(CheckpointOutcome.Unknown, failure);
            }

            view.Broker.Resolve(transaction, commit: true);
            view.Faults.Reach();
            return CheckpointResult.Committed;
        }

        public void Dispose()
        {
        }
    }
}
