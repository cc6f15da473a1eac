// Shows on a real broker how topics are made, checked, and migrated to another number of partitions.
using System.Globalization;
using Confluent.Kafka;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.Kafka;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Kafka;

public sealed class RealBrokerTopicsTests(KafkaBrokerFixture broker) : IAsyncLifetime
{
    private static readonly TopicPlan Plan = new() { Partitions = 3, Replication = 1 };
    private KafkaOptions _options = new() { BootstrapServers = "" };

    private string NewPrefix => _options.TopicPrefix + "new.";

    public async ValueTask InitializeAsync() => _options = new()
    {
        BootstrapServers = await broker.BootstrapAsync(),
        TopicPrefix = KafkaBrokerFixture.UniqueName("topics") + ".",
        Group = KafkaBrokerFixture.UniqueName("group"),
        Client = new Dictionary<string, string> { ["fetch.wait.max.ms"] = "10" },
    };

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Create_NothingThere_MakesWhatACheckThenFindsGood()
    {
        var before = await KafkaTopics.CheckAsync(_options);
        var made = await KafkaTopics.CreateAsync(_options, Plan);
        var again = await KafkaTopics.CreateAsync(_options, Plan);

        Assert.All(before, f => Assert.True(f.Wrong && f.Text.Contains("medai topics create", StringComparison.Ordinal)));
        Assert.Equal(before.Select(f => f.Topic), made.Select(f => f.Topic));
        Assert.DoesNotContain(made, f => f.Wrong);
        Assert.Empty(again);
        Assert.Empty(await KafkaTopics.CheckAsync(_options));
    }

    [Fact]
    public async Task Check_TopicsThatDoNotFit_NamesEachWithItsRemedy()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _options.BootstrapServers }).Build();
        await admin.CreateTopicsAsync(
        [
            new() { Name = _options.State, NumPartitions = 5, ReplicationFactor = 1, Configs = new() { ["cleanup.policy"] = "delete" } },
        ]);
        await KafkaTopics.CreateAsync(_options, Plan);

        var findings = await KafkaTopics.CheckAsync(_options with { ArrivalTime = ArrivalStamp.Producer });

        string[] expected = ["has 5 partitions", "must have cleanup.policy=compact", "must have message.timestamp.type=CreateTime"];
        Assert.Equal(
            [(_options.State, expected[0]), (_options.State, expected[1]), (_options.Vitals, expected[2])],
            findings.Where(f => f.Wrong).OrderBy(f => f.Topic, StringComparer.Ordinal)
                .Select(f => (f.Topic, expected.Single(t => f.Text.Contains(t, StringComparison.Ordinal)))));
    }

    [Fact]
    public async Task Migrate_LogOfSeveralPartitions_KeepsEveryPatientsOrderAndArrivalTimes()
    {
        await KafkaTopics.CreateAsync(_options with { ArrivalTime = ArrivalStamp.Producer }, Plan);
        var elements = Fill();
        using var view = new KafkaViews(_options);
        view.CaughtUp().MarkSent("p|r|1|0");

        var result = await TopicMigration.RunAsync(
            _options, NewPrefix, Plan with { Partitions = 5 }, null, null, TestContext.Current.CancellationToken);

        using var log = KafkaEventLog.Open(_options with { TopicPrefix = NewPrefix });
        Assert.Equal(5, log.Partitions);
        var copied = Enumerable.Range(0, 5).Select(p => Read(log, p)).ToArray();
        for (var p = 0; p < 5; p++)
        {
            var arrivals = copied[p].Select(r => r.Arrival).ToList();
            Assert.Equal(arrivals.Order(), arrivals);
            Assert.Equal(Enumerable.Range(0, 10).Select(s => 1 + (1000L * s)), copied[p].Where(r => r.Kind == RecordKind.Clock).Select(r => r.Arrival));
        }

        foreach (var patient in elements.GroupBy(e => e.Patient))
        {
            var partition = Pipeline.Wire.Partitioner.PartitionOf(patient.Key, 5);
            Assert.Equal(patient.Select(e => e.ArrivalTime), copied[partition].Where(r => r.Key == patient.Key).Select(r => r.Arrival));
        }

        Assert.Equal(elements.Count + 2, result.Records);
        Assert.Equal((1, 1, 50), (result.Misplaced, result.Marks, result.Clocks));
        Assert.Single(copied.SelectMany(c => c), r => r.Kind == RecordKind.Refused);
        using var newView = new KafkaViews(_options with { TopicPrefix = NewPrefix });
        Assert.Empty(newView.CaughtUp().UnsentPages(1));
        Assert.DoesNotContain(await KafkaTopics.CheckAsync(_options with { TopicPrefix = NewPrefix }), f => f.Wrong);
    }

    [Fact]
    public async Task Migrate_Again_IsRefusedBecauseTheNewLogHoldsRecords()
    {
        await KafkaTopics.CreateAsync(_options with { ArrivalTime = ArrivalStamp.Producer }, Plan);
        Fill();
        await TopicMigration.RunAsync(_options, NewPrefix, Plan, null, null, TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<StoreException>(
            () => TopicMigration.RunAsync(_options, NewPrefix, Plan, null, null, TestContext.Current.CancellationToken));

        Assert.Contains("holds records already", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_WhileAWorkerRuns_IsRefused()
    {
        await KafkaTopics.CreateAsync(_options, Plan);
        await using var member = new Member(_options);
        await member.Owns(3);

        var failure = await Assert.ThrowsAsync<StoreException>(
            () => TopicMigration.RunAsync(_options, NewPrefix, Plan, null, null, TestContext.Current.CancellationToken));

        Assert.Equal(StoreFailure.InUse, failure.Failure);
        Assert.Contains("has 1 workers", failure.Message, StringComparison.Ordinal);
    }

    // Ten seconds of eight patients with a clock each second in each partition, a misplaced frame and one whole-partition record.
    private List<FrameElement> Fill()
    {
        using var log = KafkaEventLog.Open(_options);
        var writer = new RecordWriter();
        var batch = new AppendBatch(3);
        var frames = new List<FrameElement>();
        void Put(LogElement element, int partition)
        {
            writer.Write(element, batch.Writer(partition));
            batch.Added(partition);
        }

        for (var second = 0; second < 10; second++)
        {
            for (var p = 0; p < 3; p++)
                Put(new ClockElement(1 + (1000 * second)), p);
            for (var n = 0; n < 8; n++)
            {
                var patient = "p" + n.ToString(CultureInfo.InvariantCulture);
                var frame = new FrameElement(
                    5 + (1000 * second) + (50 * n), patient, "d", SourceClass.Bedside, 1, (ulong)second + 1, 1000 * second,
                    [new(VitalSign.SpO2, 95)]);
                frames.Add(frame);
                Put(frame, Pipeline.Wire.Partitioner.PartitionOf(patient, 3));
            }
        }

        Put(frames[0] with { ArrivalTime = 9999 }, (Pipeline.Wire.Partitioner.PartitionOf("p0", 3) + 1) % 3);
        Put(new ModelAvailabilityElement(9999, 0, false, "gone"), 0);
        log.Append(batch);
        return frames;
    }

    private static List<(RecordKind Kind, long Arrival, string Key)> Read(KafkaEventLog log, int partition)
    {
        var all = new List<(RecordKind, long, string)>();
        var read = new LogBatch();
        for (var from = 0L; log.Read(partition, from, 100, read); from = read.FirstOffset + read.Count)
        {
            foreach (var record in TestKit.Contracts.TestRecords.Split(read))
            {
                var kind = (RecordKind)record[0];
                all.Add((kind, BitConverter.ToInt64(record, 1), System.Text.Encoding.UTF8.GetString(RecordKey.Of(kind, record.AsSpan(13)))));
            }
        }

        return all;
    }
}
