// Kills and suspends a real broker: what was acknowledged is there, what was not is said, and everything goes on afterwards.
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;
using MedAI.Streaming.TestKit.Kafka;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Kafka;

public sealed class RealBrokerFaultTests : IAsyncLifetime
{
    private KafkaBroker? _broker;
    private KafkaOptions _options = new() { BootstrapServers = "" };

    public async ValueTask InitializeAsync()
    {
        KafkaBroker.SkipIfMissing();
        _broker = await KafkaBroker.StartAsync();
        _options = new() { BootstrapServers = _broker.Bootstrap, RequestTimeout = TimeSpan.FromSeconds(4) };
        await KafkaTopics.CreateAsync(_options with { RequestTimeout = TimeSpan.FromSeconds(30) }, new TopicPlan { Partitions = 2, Replication = 1 });
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Append_WhileTheBrokerIsKilledAndComesBack_LosesNothingThatWasAcknowledged()
    {
        using var log = KafkaEventLog.Open(_options);
        var stop = TestContext.Current.CancellationToken;
        var acknowledged = new List<byte[]>();
        var refused = 0;
        using var killed = new CancellationTokenSource();
        var appending = Task.Run(
            () =>
            {
                var batch = new AppendBatch(2);
                for (var i = 0; !killed.IsCancellationRequested || acknowledged.Count < 200; i++)
                {
                    stop.ThrowIfCancellationRequested();
                    var record = TestRecords.Make(1, 1, BitConverter.GetBytes(i));
                    batch.Clear();
                    batch.Add(0, [record]);
                    try
                    {
                        log.Append(batch);
                        acknowledged.Add(record[13..]);
                    }
                    catch (StoreException e) when (e.Failure == StoreFailure.Unavailable)
                    {
                        refused++;
                    }
                }
            },
            stop);
        using var reader = KafkaEventLog.Open(_options);
        var seen = new HashSet<int>();
        var (from, read) = (0L, new LogBatch());
        Read(() => seen.Count >= 50);
        await _broker!.KillAsync();
        await _broker.StartAgainAsync();
        await killed.CancelAsync();
        await appending;

        Read(() => from >= reader.NextOffset(0) && from >= log.NextOffset(0));

        // A broker that is back within the producer's patience is never noticed; either way nothing is missing.
        Assert.Subset(seen, acknowledged.Select(r => BitConverter.ToInt32(r)).ToHashSet());
        Assert.InRange(seen.Count, acknowledged.Count, acknowledged.Count + refused);

        void Read(Func<bool> enough)
        {
            while (!enough())
            {
                stop.ThrowIfCancellationRequested();
                if (!TryRead()) continue;
                seen.UnionWith(TestRecords.Split(read).Select(r => BitConverter.ToInt32(r, 13)));
                from = read.FirstOffset + read.Count;
            }
        }

        bool TryRead()
        {
            try
            {
                return reader.Read(0, from, 100, read);
            }
            catch (StoreException e) when (e.Failure == StoreFailure.Unavailable)
            {
                return false;
            }
        }
    }

    [Fact]
    public void Commit_WhileTheBrokerHangs_FailsAsUnavailableAndIsDecidedByTheNextLoad()
    {
        using var log = KafkaEventLog.Open(_options);
        var records = new AppendBatch(2);
        records.Add(0, TestRecords.Sequence(100, seed: 1));
        log.Append(records);
        using var store = KafkaStateStore.Open(_options);
        Checkpoint(store, 1, 10);
        _broker!.Suspend();
        try
        {
            var failure = Assert.Throws<StoreException>(() => Checkpoint(store, 2, 20));
            Assert.Equal(StoreFailure.Unavailable, failure.Failure);
            Assert.Equal(StoreFailure.Unavailable, Assert.Throws<StoreException>(() => log.Append(records)).Failure);
        }
        finally
        {
            _broker.Resume();
        }

        // Whether the transaction came through is one or the other, and never half.
        Assert.Contains(Load(store), new[] { (10L, "01"), (20L, "02") });
        Checkpoint(store, 3, 30);
        Assert.Equal((30, "03"), Load(store));
        log.Append(records);
    }

    private static void Checkpoint(KafkaStateStore store, byte blob, long offset)
    {
        var batch = new CommitBatch(0) { Offset = offset };
        batch.Patients.Add(("p", new[] { blob }));
        store.Commit(batch);
    }

    private static (long Offset, string Blob) Load(KafkaStateStore store)
    {
        var found = "";
        return (store.Load(0, (_, blob) => found = Convert.ToHexString(blob)), found);
    }
}
