// Holds the log in Kafka to its contract on a real broker, and to what only a real broker does: stamping, transactions, restarts.
using System.Text;
using Confluent.Kafka;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;
using MedAI.Streaming.TestKit.Kafka;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Kafka;

public sealed class RealBrokerLogTests(KafkaBrokerFixture broker) : EventLogContract<KafkaEventLog>, IAsyncLifetime
{
    private KafkaOptions _options = new() { BootstrapServers = "" };

    public async ValueTask InitializeAsync() => _options = new()
    {
        BootstrapServers = await broker.BootstrapAsync(),
        TopicPrefix = KafkaBrokerFixture.UniqueName("log") + ".",
        Group = KafkaBrokerFixture.UniqueName("group"),
        ArrivalTime = ArrivalStamp.Producer,
        MaxRecordBytes = 2_000_000,
        Client = new Dictionary<string, string> { ["fetch.wait.max.ms"] = "10" },
    };

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override KafkaEventLog Create(int partitions)
    {
        var plan = new TopicPlan { Partitions = partitions, Replication = 1, MaxMessageBytes = 2_100_000 };
        var findings = KafkaTopics.CreateAsync(_options, plan).GetAwaiter().GetResult();
        Assert.DoesNotContain(findings, f => f.Wrong);
        return KafkaEventLog.Open(_options);
    }

    protected override KafkaEventLog Reopen(KafkaEventLog log)
    {
        log.Dispose();
        return KafkaEventLog.Open(_options);
    }

    protected override KafkaEventLog Crash(KafkaEventLog log) => KafkaEventLog.Open(_options);

    [Fact]
    public void Read_TopicStampedByTheBroker_GivesItsTimeAndNotTheProducers()
    {
        _options = _options with { ArrivalTime = ArrivalStamp.Broker };
        using var log = Create(1);
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Append(log, 0, [TestRecords.Make(1, 1000, "x"u8)]);
        var after = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        var arrival = BitConverter.ToInt64(Assert.Single(ReadAll(log, 0)), 1);

        Assert.InRange(arrival, before, after);
    }

    [Fact]
    public async Task Read_OverTransactionsOfOthers_EndsABatchAtEachGapAndLeavesOutWhatWasAborted()
    {
        using var log = Create(1);
        Append(log, 0, [TestRecords.Make(1, 1, "a"u8)]);
        var config = new ProducerConfig { BootstrapServers = _options.BootstrapServers, TransactionalId = _options.Group };
        using var producer = new ProducerBuilder<byte[], byte[]>(config).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(30));
        Transaction(producer, commit: true, "b", "c");
        Transaction(producer, commit: false, "d");
        // The broker writes a transaction's marker after it has answered.
        await Eventually.Async(() => log.NextOffset(0) == 6, TimeSpan.FromSeconds(30), "the marker of the aborted transaction");
        Append(log, 0, [TestRecords.Make(1, 1, "e"u8)]);

        var seen = new List<(long, string)>();
        var read = new LogBatch();
        for (var from = 0L; log.Read(0, from, 100, read); from = read.FirstOffset + read.Count)
            seen.AddRange(TestRecords.Split(read).Select((r, i) => (read.FirstOffset + i, Encoding.UTF8.GetString(r.AsSpan(13)))));

        // 3 is the marker of the commit, 4 was aborted, 5 is the marker of that.
        Assert.Equal([(0, "a"), (1, "b"), (2, "c"), (6, "e")], seen);
        Assert.Equal(7, log.NextOffset(0));
    }

    [Fact]
    public void Read_BehindATransactionThatIsOpen_FindsNothingYet()
    {
        using var log = Create(1);
        var config = new ProducerConfig { BootstrapServers = _options.BootstrapServers, TransactionalId = _options.Group };
        using var producer = new ProducerBuilder<byte[], byte[]>(config).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(30));
        producer.BeginTransaction();
        producer.Produce(new TopicPartition(_options.Vitals, 0), new() { Value = "x"u8.ToArray() });
        producer.Flush(TimeSpan.FromSeconds(10));
        var read = new LogBatch();

        Assert.False(log.Read(0, 0, 10, read));

        producer.CommitTransaction();
        Assert.Single(ReadAll(log));
        List<byte[]> ReadAll(KafkaEventLog from)
        {
            while (!from.Read(0, 0, 10, read)) TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            return TestRecords.Split(read);
        }
    }

    private void Transaction(IProducer<byte[], byte[]> producer, bool commit, params string[] values)
    {
        producer.BeginTransaction();
        foreach (var value in values)
            producer.Produce(new TopicPartition(_options.Vitals, 0), new() { Value = Encoding.UTF8.GetBytes(value) });
        if (commit) producer.CommitTransaction();
        else
        {
            producer.Flush(TimeSpan.FromSeconds(10));
            producer.AbortTransaction();
        }
    }
}
