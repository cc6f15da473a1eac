// Holds the state store in Kafka to its contract on a real broker, and shows that who lost a partition writes nothing that counts.
using System.Text;
using Confluent.Kafka;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;
using MedAI.Streaming.TestKit.Kafka;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Kafka;

public sealed class RealBrokerStateTests(KafkaBrokerFixture broker) : StateStoreContract, IAsyncLifetime
{
    private KafkaOptions _options = new() { BootstrapServers = "" };
    private KafkaViews? _views;

    public async ValueTask InitializeAsync()
    {
        _options = new()
        {
            BootstrapServers = await broker.BootstrapAsync(),
            TopicPrefix = KafkaBrokerFixture.UniqueName("state") + ".",
            Group = KafkaBrokerFixture.UniqueName("group"),
            Client = new Dictionary<string, string> { ["fetch.wait.max.ms"] = "10" },
        };
        var findings = await KafkaTopics.CreateAsync(_options, new TopicPlan { Partitions = 4, Replication = 1 });
        Assert.DoesNotContain(findings, f => f.Wrong);
        using var log = KafkaEventLog.Open(_options);
        var batch = new AppendBatch(4);
        for (var p = 0; p < 4; p++)
            batch.Add(p, TestRecords.Sequence(120, seed: p, longestPayload: 5));
        log.Append(batch);
        _views = new KafkaViews(_options);
    }

    public ValueTask DisposeAsync()
    {
        _views?.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override IStateStore Create() => KafkaStateStore.Open(_options);

    protected override IStateStore Reopen(IStateStore store)
    {
        store.Dispose();
        return KafkaStateStore.Open(_options);
    }

    protected override IStateStore Crash(IStateStore store) => KafkaStateStore.Open(_options);

    protected override IAlertHistory History(IStateStore store) => _views!.CaughtUp();

    [Fact]
    public void Commit_AfterAnotherWorkerTookThePartition_IsRefusedAndNothingOfItCounts()
    {
        using var old = KafkaStateStore.Open(_options);
        LoadAll(old, 2);
        old.Commit(Checkpoint("p", 1, offset: 10));
        using var taker = KafkaStateStore.Open(_options);
        Assert.Equal((10, "p=01"), Single(LoadAll(taker, 2)));

        var batch = Checkpoint("p", 2, offset: 20);
        batch.Transitions.Add(Transition("p", "r", 1, 0));
        Assert.Throws<OwnershipLostException>(() => old.Commit(batch));

        Assert.Equal([2], old.Fenced);
        Assert.Equal((10, "p=01"), Single(LoadAll(taker, 2)));
        Assert.Equal(10, GroupOffset(2));
        taker.Commit(Checkpoint("p", 3, offset: 30));
        Assert.Throws<OwnershipLostException>(() => old.Commit(Checkpoint("p", 4, offset: 40)));
        Assert.Throws<OwnershipLostException>(() => old.SetFact(2, "law", "other"));
        Assert.Equal((30, "p=03"), Single(LoadAll(taker, 2)));
        Assert.Equal(30, GroupOffset(2));
        Assert.Empty(taker.Fenced);
        Assert.DoesNotContain(StateValues(2), v => v is 2 or 4);

        // What was decided is idempotent by id and lies outside the fence.
        Assert.Equal([Transition("p", "r", 1, 0)], History(taker).Transitions());
    }

    [Fact]
    public void Commit_AfterLosingOnePartition_GoesOnInTheOthers()
    {
        using var old = KafkaStateStore.Open(_options);
        LoadAll(old, 0);
        LoadAll(old, 1);
        using var taker = KafkaStateStore.Open(_options);
        LoadAll(taker, 0);

        Assert.Throws<OwnershipLostException>(() => old.Commit(new CommitBatch(0) { Offset = 5 }));
        old.Commit(new CommitBatch(1) { Offset = 6 });

        Assert.Equal((0, 6), (LoadAll(taker, 0).Offset, LoadAll(taker, 1).Offset));
    }

    [Fact]
    public void Load_AfterLosingAPartition_TakesItBack()
    {
        using var first = KafkaStateStore.Open(_options);
        LoadAll(first, 0);
        using var second = KafkaStateStore.Open(_options);
        LoadAll(second, 0);
        second.Commit(new CommitBatch(0) { Offset = 7 });
        Assert.Throws<OwnershipLostException>(() => first.Commit(new CommitBatch(0) { Offset = 5 }));

        Assert.Equal(7, LoadAll(first, 0).Offset);
        first.Commit(new CommitBatch(0) { Offset = 9 });

        Assert.Empty(first.Fenced);
        Assert.Throws<OwnershipLostException>(() => second.Commit(new CommitBatch(0) { Offset = 8 }));
        Assert.Equal(9, LoadAll(first, 0).Offset);
    }

    [Fact]
    public void Load_OfAPartitionThatAnotherWorkerHadMeanwhile_TakesItAnew()
    {
        using var first = KafkaStateStore.Open(_options);
        LoadAll(first, 2);
        first.Commit(Checkpoint("p", 1, offset: 10));
        using var second = KafkaStateStore.Open(_options);
        LoadAll(second, 2);
        second.Commit(Checkpoint("p", 2, offset: 20));

        // The first one gave the partition up in between, and nothing told its store.
        Assert.Equal((20, "p=02"), Single(LoadAll(first, 2)));
        first.Commit(Checkpoint("p", 3, offset: 30));

        Assert.Empty(first.Fenced);
        Assert.Throws<OwnershipLostException>(() => second.Commit(Checkpoint("p", 4, offset: 40)));
    }

    [Fact]
    public void Load_OfAPartitionWhoseOwnerDiedInATransaction_AbortsItAndDoesNotWaitForIt()
    {
        using (var store = KafkaStateStore.Open(_options))
        {
            LoadAll(store, 0);
            var batch = new CommitBatch(0) { Offset = 5 };
            batch.Patients.Add(("p", new byte[] { 1 }));
            store.Commit(batch);
        }

        var config = new ProducerConfig
        {
            BootstrapServers = _options.BootstrapServers,
            TransactionalId = $"{_options.TopicPrefix}{_options.Group}/0",
        };
        using var dead = new ProducerBuilder<byte[], byte[]>(config).Build();
        dead.InitTransactions(TimeSpan.FromSeconds(30));
        dead.BeginTransaction();
        dead.Produce(new TopicPartition(_options.State, 0), new() { Key = "p"u8.ToArray(), Value = [9] });
        dead.Flush(TimeSpan.FromSeconds(30));

        using var taker = KafkaStateStore.Open(_options);

        Assert.Equal((5, "p=01"), Single(LoadAll(taker, 0)));
    }

    [Fact]
    public void Commit_Checkpoint_MovesTheGroupsOffsetForOthersToSee()
    {
        using var store = KafkaStateStore.Open(_options);
        store.Commit(Checkpoint("p", 1, offset: 44));

        Assert.Equal(44, GroupOffset(2));
    }

    private static CommitBatch Checkpoint(string patient, byte blob, long offset)
    {
        var batch = new CommitBatch(2) { Offset = offset };
        batch.Patients.Add((patient, new[] { blob }));
        return batch;
    }

    private static (long Offset, string Patient) Single((long Offset, List<string> Patients) loaded) =>
        (loaded.Offset, Assert.Single(loaded.Patients));

    private long GroupOffset(int partition)
    {
        var config = new ConsumerConfig { BootstrapServers = _options.BootstrapServers, GroupId = _options.Group };
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).Build();
        return consumer.Committed([new TopicPartition(_options.Vitals, partition)], TimeSpan.FromSeconds(30))[0].Offset.Value;
    }

    // The last bytes of what a reader of committed records finds: the blobs of these tests are one byte.
    private List<byte> StateValues(int partition)
    {
        var config = new ConsumerConfig { BootstrapServers = _options.BootstrapServers, GroupId = "raw", EnablePartitionEof = true };
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).Build();
        consumer.Assign(new TopicPartitionOffset(_options.State, partition, 0));
        var values = new List<byte>();
        while (consumer.Consume(TimeSpan.FromSeconds(30)) is { IsPartitionEOF: false } record)
        {
            if (Encoding.UTF8.GetString(record.Message.Key) == "p") values.Add(record.Message.Value[^1]);
        }

        Assert.NotEmpty(values);
        return values;
    }
}
