// Clients that know only the contract and were written by others get through: curl, and a protobuf client that protoc generates.
using System.Globalization;
using System.Text;
using System.Text.Json;
using Acceptance.Tests.Configuration;
using Acceptance.Tests.Fleet;
using Acceptance.Tests.Live;
using Acceptance.Tests.Replay;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.TestKit.Kafka;
using MedAI.Streaming.TestKit.Logs;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace Acceptance.Tests.Clients;

public sealed class IndependentClientsTests : IDisposable
{
    private const int Frames = 50;
    private readonly Medai _medai = new();

    public void Dispose() => _medai.Dispose();

    [Fact]
    public async Task Curl_sends_frames_as_lines_of_json()
    {
        await NeedsAsync("curl", "--version");
        await using var service = await RunningMedai.StartAsync([], "--store", _medai.At("store"), "--no-model");
        var lines = new StringBuilder();
        for (var i = 1; i <= Frames; i++)
        {
            lines.AppendLine(CultureInfo.InvariantCulture, $$"""
                {"patient":"p1","device":"curl-1","source":"bedside","epoch":1,"sequence":{{i}},"time":{{Now(i)}},"readings":[{"vital":"heart_rate","value":{{60 + i}}},{"vital":"spo2","value":97,"unit":"%"}]}
                """);
        }

        var (code, output, error) = await _medai.Launch(
            "curl", "-sS", "--fail-with-body", "-H", "Content-Type: application/x-ndjson", "--data-binary",
            $"@{_medai.Write("frames.ndjson", lines.ToString())}", $"{service.Address}/v1/frames").EndAsync();

        Assert.True(code == 0, output + error);
        await service.StopAsync();
        AssertInTheLog("curl-1");
    }

    [Fact]
    public async Task A_python_client_generated_from_the_schemas_alone_sends_protobuf()
    {
        await NeedsAsync("protoc", "--version");
        await NeedsAsync("/usr/bin/python3", "-c", "import google.protobuf");
        await using var service = await RunningMedai.StartAsync([], "--store", _medai.At("store"), "--no-model");
        var schemas = Path.Combine(RepositoryFiles.Root, "schemas");
        var (generated, _, error) = await _medai.Launch(
            "protoc", $"--proto_path={schemas}", $"--python_out={_medai.At(".")}", "vitals.proto").EndAsync();
        Assert.True(generated == 0, error);
        _medai.Write("client.py", """
            import sys, time, urllib.request
            import vitals_pb2 as v
            batch = v.FrameBatch()
            start = int(time.time() * 1000) - 60000
            for i in range(1, int(sys.argv[2]) + 1):
                f = batch.frames.add(patient="p2", device="python-1", source=v.SOURCE_CLASS_BEDSIDE, epoch=1, sequence=i, event_time_ms=start + 1000 * i)
                f.readings.add(vital=v.VITAL_SIGN_HEART_RATE, value=60 + i)
                f.readings.add(vital=v.VITAL_SIGN_TEMPERATURE, value=98.6, unit=v.UNIT_FAHRENHEIT)
            request = urllib.request.Request(sys.argv[1] + "/v1/frames", batch.SerializeToString(), {"Content-Type": "application/x-protobuf"})
            with urllib.request.urlopen(request) as answer:
                print(answer.status, answer.read().decode())
            """);

        var (code, output, failure) = await _medai.Launch(
            "/usr/bin/python3", _medai.At("client.py"), service.Address, $"{Frames}").EndAsync();

        Assert.True(code == 0, output + failure);
        Assert.StartsWith("202", output, StringComparison.Ordinal);
        await service.StopAsync();
        AssertInTheLog("python-1");
    }

    [Fact]
    public async Task Kcat_produces_frames_as_json_and_a_worker_takes_them()
    {
        await NeedsAsync("kcat", "-V");
        using var cluster = new MockCluster();
        var fleet = TestFleet.On(cluster, _medai);
        var lines = new StringBuilder();
        for (var i = 1; i <= Frames; i++)
        {
            // The key names the patient where the text does not.
            lines.AppendLine(CultureInfo.InvariantCulture, $$"""
                p-{{i % 3}};{"device":"kcat-1","source":"bedside","epoch":1,"sequence":{{(i + 2) / 3}},"time":{{Now(i)}},"readings":[{"vital":"spo2","value":{{(i % 3 == 1 ? 71 : 97)}}}]}
                """);
        }

        lines.AppendLine("""p-1;{"device":"kcat-1","source":"bedside","epoch":1,"sequence":""");
        var (code, output, error) = await _medai.Launch(
            "kcat", "-P", "-b", cluster.Bootstrap, "-t", fleet.Options.Vitals, "-K", ";", "-X", "topic.partitioner=murmur2_random", "-l",
            _medai.Write("frames.txt", lines.ToString())).EndAsync();
        Assert.True(code == 0, output + error);

        var worker = fleet.Start("worker");
        await fleet.CaughtUpAsync(worker);

        // What was applied is in the stores that answer a moment later.
        await Eventually.Async(
            async () => JsonDocument.Parse(await worker.GetAsync("/v1/patients/p-1/series?series=spo2")).RootElement.GetProperty("items").GetArrayLength()
                == (Frames + 2) / 3,
            TimeSpan.FromSeconds(30), "the points of p-1");
        await Eventually.Async(
            async () => (await worker.GetAsync("/v1/deadletters")).Contains("malformed", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30), "the dead letter");
        worker.Child.Signal("INT");
        Assert.Equal(0, (await worker.Child.EndAsync()).Code);

        Assert.Contains(fleet.Decided(), t => t is { Patient: "p-1", Rule: "limit.spo2.low", Priority: AlertPriority.High });
        Assert.DoesNotContain(fleet.Decided(), t => t is { Patient: "p-2", Rule: "limit.spo2.low" });
    }

    private static long Now(int second) => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 60_000 + (1000 * second);

    private async Task NeedsAsync(string program, params string[] arguments)
    {
        var (found, why) = (false, "");
        try
        {
            (var code, _, why) = await _medai.Launch(program, arguments).EndAsync();
            found = code == 0;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            why = missing.Message;
        }

        if (!found)
            Assert.Skip($"needs {program} ({why.Trim()}); eng/test-tools.sh installs it where it may");
    }

    // Read back by the program's other door: what the flow made of the frames.
    private void AssertInTheLog(string device)
    {
        using var store = EdgeStore.Open(_medai.At("store"), readOnly: true);
        var frames = LoggedFrames.Of(store.Log).Where(f => f.Device == device).ToArray();
        Assert.Equal(Enumerable.Range(1, Frames).Select(i => (ulong)i), frames.Select(f => f.Sequence));
        Assert.All(frames, f => Assert.Equal(2, f.Readings.Count));
    }
}
