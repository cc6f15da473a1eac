// A recording that is sent to a service arrives as it was: frames, facts between them, and each patient's order.
using System.Text.Json;
using Acceptance.Tests.Commands;
using Acceptance.Tests.Replay;
using MedAI.Schemas.V1;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Host;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.Logs;
using Xunit;

namespace Acceptance.Tests.Send;

public sealed class ReplayToServiceTests : IDisposable
{
    private readonly HurriedTime _time = new();
    private readonly ProgramRun _program;

    public ReplayToServiceTests() => _program = new(_time);

    public void Dispose() => _program.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(" --gzip --batch 16 --connections 7")]
    [InlineData(" --speed 60")]
    public async Task A_recording_arrives_as_it_lies_in_a_store(string options)
    {
        var file = _program.Write("ward.ndjson", SimulatedRecording.Of(5, 1500).Text);
        Assert.Equal(ExitCodes.Ok, await _program.RunAsync("replay", "ndjson", file, "--out", _program.At("store"), "--no-model"));

        await using (var receiver = await LogReceiver.StartAsync(_program.At("received"), Hiccups, time: _time))
        {
            var code = await _program.RunAsync(
                [.. $"replay ndjson {file} --to {receiver.Address}{options} --give-up 86400 --journal {_program.At("journal.tsv")} --report {_program.At("report.json")}".Split(' ')]);
            Assert.True(code == ExitCodes.Ok, _program.Error);
        }

        Assert.Equal(OfPatients("store"), OfPatients("received"));
        Assert.Contains(OfPatients("received"), patient => patient.Contains("PatientFacts", StringComparison.Ordinal));
        using var report = JsonDocument.Parse(File.ReadAllBytes(_program.At("report.json")));
        using var store = EdgeStore.Open(_program.At("store"), readOnly: true);
        Assert.Equal(LoggedFrames.Of(store.Log).Count, report.RootElement.GetProperty("acknowledged").GetInt32());
        Assert.Equal(
            LoggedFrames.Records(store.Log).Count(r => r.Kind == RecordKind.PatientFacts), report.RootElement.GetProperty("controls").GetInt32());
        Assert.Equal(0, report.RootElement.GetProperty("controlsRefused").GetInt32());
        Assert.Contains("cannot be sent: they are no frames", _program.Output, StringComparison.Ordinal);
        Assert.Equal(LoggedFrames.Of(store.Log).Count + 1, File.ReadLines(_program.At("journal.tsv")).Count());
    }

    [Fact]
    public async Task As_live_a_recording_begins_now_and_keeps_its_pace()
    {
        var file = _program.Write("ward.ndjson", SimulatedRecording.Of(6, 400).Text);
        Assert.Equal(ExitCodes.Ok, await _program.RunAsync("replay", "ndjson", file, "--out", _program.At("store"), "--no-model"));
        var began = _time.GetUtcNow();

        await using (var receiver = await LogReceiver.StartAsync(_program.At("received"), time: _time))
        {
            var code = await _program.RunAsync("replay", "ndjson", file, "--to", receiver.Address, "--as-live");
            Assert.True(code == ExitCodes.Ok, _program.Error);
        }

        var recorded = Records("store");
        var received = Records("received");
        var shift = received[0].Frame.EventTimeMs - recorded[0].Frame.EventTimeMs;
        Assert.InRange(shift - (began.ToUnixTimeMilliseconds() - recorded[0].Arrival), -120_000, 120_000);
        Assert.Equal(
            recorded.Select(r => (r.Frame.Patient, r.Frame.Device, r.Frame.Epoch, r.Frame.Sequence, r.Frame.EventTimeMs + shift)),
            received.Select(r => (r.Frame.Patient, r.Frame.Device, r.Frame.Epoch, r.Frame.Sequence, r.Frame.EventTimeMs)));

        // No frame arrives before its time; in a hurry, how late it is says nothing.
        Assert.All(recorded.Zip(received), pair => Assert.True(pair.Second.Arrival >= pair.First.Arrival + shift - 1_000));
    }

    [Theory]
    [InlineData("--key k", "--key says how to send, but there is no --to")]
    [InlineData("--journal j", "--journal says how to send")]
    [InlineData("--as-live", "--as-live says how to send")]
    [InlineData("--to http://x --out o", "--out is of a store")]
    [InlineData("--to http://x --watch", "--watch is of a store")]
    [InlineData("--to http://x --resume", "--resume is of a store")]
    [InlineData("--to http://x --no-model", "--no-model is of a store")]
    [InlineData("--to http://x --partitions 3", "--partitions is of a store")]
    [InlineData("--to http://x --as-live --speed 2", "--as-live goes at the recording's own pace")]
    [InlineData("--to http://x --as-live --speed max", "--as-live goes at the recording's own pace")]
    [InlineData("--to kafka://k:9092 --as-live", "--as-live and --batch are of http")]
    [InlineData("--to kafka://k:9092 --batch 5", "--as-live and --batch are of http")]
    [InlineData("--to kafka://k:9092 --journal j", "--journal is of frames that are answered one by one")]
    [InlineData("--to kafka://k:9092 --gzip", "--gzip is of HTTP")]
    [InlineData("--to gopher://x", "--to: 'gopher://x' is no receiver")]
    public async Task Options_that_make_no_sense_together_are_refused(string options, string part)
    {
        var code = await _program.RunAsync(["replay", "ndjson", "x", .. options.Split(' ')]);

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(part, _program.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recording_that_is_not_there_is_refused_before_anything_is_sent()
    {
        var code = await _program.RunAsync("replay", "ndjson", "no-such-file", "--to", "http://127.0.0.1:9");

        Assert.Equal(ExitCodes.Input, code);
        Assert.Contains("no-such-file", _program.Error, StringComparison.Ordinal);
    }

    private static Mood Hiccups(int request) => (request % 7) switch
    {
        2 => Mood.Busy,
        4 => Mood.TakesAndFails,
        _ => Mood.Takes,
    };

    // Of each patient: facts and frames in the order of the log; what was sent again counts once.
    private List<string> OfPatients(string name)
    {
        using var store = EdgeStore.Open(_program.At(name), readOnly: true);
        return
        [
            .. LoggedFrames.Records(store.Log)
                .Where(r => r.Kind is RecordKind.Frame or RecordKind.PatientFacts)
                .GroupBy(r => Patient(r.Kind, r.Payload))
                .OrderBy(patient => patient.Key, StringComparer.Ordinal)
                .Select(patient => string.Join('\n', patient.Select(r => $"{r.Kind} {Convert.ToHexString(r.Payload)}").Distinct())),
        ];
    }

    private List<(long Arrival, Frame Frame)> Records(string name)
    {
        using var store = EdgeStore.Open(_program.At(name), readOnly: true);
        return
        [
            .. LoggedFrames.Records(store.Log)
                .Where(r => r.Kind == RecordKind.Frame)
                .Select(r => (r.ArrivalTime, Frame.Parser.ParseFrom(r.Payload)))
                .OrderBy(r => r.Item2.Patient, StringComparer.Ordinal),
        ];
    }

    private static string Patient(RecordKind kind, byte[] payload) =>
        kind == RecordKind.Frame ? Frame.Parser.ParseFrom(payload).Patient : PatientFacts.Parser.ParseFrom(payload).Patient;
}
