// What is sent to Kafka lies there as devices and replays put it, seen through the log that workers read.
using System.Text;
using System.Text.Json;
using Acceptance.Tests.Commands;
using Acceptance.Tests.Replay;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Host;
using MedAI.Streaming.Host.Live;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.Kafka;
using MedAI.Streaming.TestKit.Logs;
using Xunit;

namespace Acceptance.Tests.Send;

public sealed class ToKafkaTests(KafkaBrokerFixture broker) : IDisposable
{
    private const int Partitions = 3;
    private readonly ProgramRun _program = new(new HurriedTime());
    private readonly MockCluster _cluster = Mock();

    private string Target => $"kafka://{_cluster.Bootstrap}/ward7.";

    public void Dispose()
    {
        _cluster.Dispose();
        _program.Dispose();
    }

    [Theory]
    [InlineData("protobuf")]
    [InlineData("json")]
    public async Task A_fleet_produces_as_devices_do_and_what_was_acknowledged_is_in_the_log(string form)
    {
        var code = await _program.RunAsync(
            "simulate", "--to", Target, "--devices", "30", "--seconds", "40", "--faults", "duplicates,disorder,late,corrupt=0.05,gaps", "--form", form,
            "--journal", _program.At("journal.tsv"), "--report", _program.At("report.json"));

        Assert.True(code == ExitCodes.Ok, _program.Error);
        var journal = SentJournal.Read(_program.At("journal.tsv"));
        using var log = KafkaEventLog.Open(Options, JsonRecords.Read);
        journal.AssertAgreesWith(log);
        Assert.Equal(0, journal.Count("refused") + journal.Count("undelivered"));
        Assert.Contains(journal.Frames, frame => frame.Faults.Contains("truncated") && frame.Outcome == "acknowledged");
        var records = LoggedFrames.Records(log);
        Assert.All(records, r => Assert.Contains(r.Kind, new[] { RecordKind.Frame, RecordKind.Refused }));
        Assert.All(
            records.Where(r => r.Kind == RecordKind.Frame),
            r => Assert.Equal(Partitioner.PartitionOf(Patient(r.Payload), Partitions), r.Partition));
        using var report = JsonDocument.Parse(File.ReadAllBytes(_program.At("report.json")));
        Assert.Equal(records.Count, report.RootElement.GetProperty("sent").GetInt32());
    }

    [Fact]
    public async Task A_fleet_outlives_a_broker_that_goes_and_comes_back()
    {
        _cluster.FailNextProduce(7, 7, 6);

        var code = await _program.RunAsync(
            "simulate", "--to", Target, "--devices", "5", "--seconds", "20", "--journal", _program.At("journal.tsv"));

        Assert.True(code == ExitCodes.Ok, _program.Error);
        using var log = KafkaEventLog.Open(Options);
        SentJournal.Read(_program.At("journal.tsv")).AssertAgreesWith(log);
        Assert.Equal(100, LoggedFrames.Of(log).DistinctBy(f => (f.Device, f.Sequence)).Count());
    }

    [Fact]
    public async Task A_recording_lies_in_kafka_as_it_lies_in_a_store()
    {
        var ward = _program.Write("ward.ndjson", SimulatedRecording.Of(11, 600).Text);
        Assert.Equal(ExitCodes.Ok, await _program.RunAsync(
            "replay", "ndjson", ward, "--out", _program.At("store"), "--partitions", $"{Partitions}", "--no-model"));

        var code = await _program.RunAsync("replay", "ndjson", ward, "--to", Target, "--report", _program.At("report.json"));

        Assert.True(code == ExitCodes.Ok, _program.Error);
        using var store = EdgeStore.Open(_program.At("store"), readOnly: true);
        using var log = KafkaEventLog.Open(Options);
        Assert.Equal(LoggedFrames.Records(store.Log).Select(Line), LoggedFrames.Records(log).Select(Line));
        using var report = JsonDocument.Parse(File.ReadAllBytes(_program.At("report.json")));
        Assert.Equal(LoggedFrames.Of(log).Count, report.RootElement.GetProperty("acknowledged").GetInt32());

        // A second one would mix with the first.
        Assert.Equal(ExitCodes.Failure, await _program.RunAsync("replay", "ndjson", ward, "--to", Target));
        Assert.Contains("holds records already", _program.Error, StringComparison.Ordinal);

        static string Line((int Partition, long Offset, RecordKind Kind, long ArrivalTime, byte[] Payload) r) =>
            $"{r.Partition} {r.Offset} {r.Kind} {r.ArrivalTime} {Convert.ToHexString(r.Payload)}";
    }

    [Fact]
    public async Task A_real_broker_that_stamps_arrival_times_takes_fleets_and_no_recordings()
    {
        var options = new KafkaOptions { BootstrapServers = await broker.BootstrapAsync(), TopicPrefix = KafkaBrokerFixture.UniqueName("send") + "." };
        await KafkaTopics.CreateAsync(options, new TopicPlan { Partitions = Partitions });
        var target = $"kafka://{options.BootstrapServers}/{options.TopicPrefix}";

        var ward = _program.Write("ward.ndjson", SimulatedRecording.Of(11, 600).Text);
        Assert.Equal(ExitCodes.Failure, await _program.RunAsync("replay", "ndjson", ward, "--to", target));
        Assert.Contains("message.timestamp.type is not CreateTime", _program.Error, StringComparison.Ordinal);

        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(ExitCodes.Ok, await _program.RunAsync(
            "simulate", "--to", target, "--devices", "20", "--seconds", "20", "--journal", _program.At("journal.tsv")));
        using var log = KafkaEventLog.Open(options);
        var fleet = LoggedFrames.Records(log).Where(r => r.ArrivalTime >= before && r.Kind == RecordKind.Frame && Patient(r.Payload).StartsWith("sim-", StringComparison.Ordinal));
        Assert.Equal(400, fleet.Count());
    }

    private static MockCluster Mock()
    {
        var cluster = new MockCluster();
        cluster.CreateTopic("ward7.vitals.v1", Partitions);
        return cluster;
    }

    private KafkaOptions Options => new()
    {
        BootstrapServers = _cluster.Bootstrap,
        TopicPrefix = "ward7.",
        ArrivalTime = ArrivalStamp.Producer,
    };

    private static string Patient(byte[] payload) => Encoding.UTF8.GetString(RecordKey.Of(RecordKind.Frame, payload));
}
