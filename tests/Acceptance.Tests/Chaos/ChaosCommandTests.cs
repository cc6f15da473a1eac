// The chaos command on a real broker: a short run is clean and says so; what cannot be carried out is refused before anything starts.
using System.Text.Json;
using Acceptance.Tests.Replay;
using MedAI.Streaming.Host;
using MedAI.Streaming.TestKit.Kafka;
using Xunit;

namespace Acceptance.Tests.Chaos;

public sealed class ChaosCommandTests : IDisposable
{
    private readonly Medai _medai = new();

    public static TheoryData<string, string> BadOptions() => new()
    {
        { "--workers 0", "--workers: '0' is not a whole number from 1 to 16" },
        { "--seconds 19", "--seconds: '19' is not a whole number from 20" },
        { "--rate fast", "--rate: 'fast' is not a number from 0.01 to 50" },
        { "--seed 5..1", "--seed: '5..1' is neither a whole number nor FIRST..LAST" },
        { "--only fire", "--only: 'fire' is no comma list of kill, stop, broker, influx, disk" },
        { "--minutes 1 --seconds 30", "Leave one out" },
        { "--kafka 127.0.0.1:1 --kafka-home /nowhere", "Leave one out" },
        { "--kafka-home /nowhere", "There is no Kafka in /nowhere" },
        { "--kafka 127.0.0.1:1 --only broker", "--only leaves no fault" },
        { "--kafka 127.0.0.1:1 --report /nowhere/at/all.json", "there is no folder /nowhere/at" },
    };

    public void Dispose() => _medai.Dispose();

    [Theory]
    [MemberData(nameof(BadOptions))]
    public async Task Options_ThatMakeNoSense_AreRefused(string options, string words)
    {
        var code = await _medai.RunAsync(["chaos", .. options.Split(' ')]);

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(words, _medai.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keep_AFolderThatHoldsSomething_IsRefused()
    {
        _medai.Write("kept/something", "x");

        Assert.Equal(ExitCodes.Usage, await _medai.RunAsync("chaos", "--kafka", "127.0.0.1:1", "--keep", _medai.At("kept")));
        Assert.Contains("is not empty", _medai.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_is_told()
    {
        var code = await _medai.RunAsync("chaos", "--kafka", "127.0.0.1:1", "--no-model");

        Assert.Equal(ExitCodes.Store, code);
        Assert.Contains("127.0.0.1:1", _medai.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_short_run_under_faults_loses_doubles_and_invents_nothing()
    {
        KafkaBroker.SkipIfMissing();
        var report = _medai.At("report.json");

        var code = await _medai.RunAsync(
            "chaos", "--workers", "2", "--seconds", "45", "--devices", "40", "--seed", "11", "--no-model", "--kafka-home", KafkaBroker.Home,
            "--keep", _medai.At("kept"), "--report", report);

        Assert.True(code == ExitCodes.Ok, $"{code}\n{_medai.Output}\n{_medai.Error}");
        var json = JsonDocument.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken)).RootElement;
        int Figure(string name) => json.GetProperty(name).GetInt32();
        Assert.Equal((0, 0, 0, 0), (Figure("lost"), Figure("doubled"), Figure("invented"), Figure("seriesDifferences")));
        Assert.InRange(Figure("framesAcknowledged"), 1000, 2000);
        Assert.True(Figure("framesLogged") > Figure("framesAcknowledged"), "devices send some frames twice");
        Assert.True(Figure("transitions") > 0 && Figure("points") > 1000);
        Assert.True(json.GetProperty("faultsInjected").GetProperty("total").GetInt32() >= 3, _medai.Error);
        Assert.Contains("Nothing was lost", _medai.Output, StringComparison.Ordinal);
    }
}
