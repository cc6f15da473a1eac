// A replay accounts for every reading, and however it is cut, interrupted or repeated, it decides the same.
using System.Text;
using System.Text.Json;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Commands;

public sealed class ReplayCommandTests : IDisposable
{
    private readonly ProgramRun _program = new();
    private readonly string _input;

    public ReplayCommandTests() => _input = _program.Write("readings.csv", Readings());

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task A_replay_reports_every_reading_and_the_alerts()
    {
        var report = await Replay("a");

        var readings = report.GetProperty("readings");
        Assert.Equal(601, readings.GetProperty("in").GetInt32());
        Assert.Equal(600, readings.GetProperty("accepted").GetInt32());
        Assert.Equal(1, readings.GetProperty("rejectedByReason").GetProperty("unknown_vital_sign").GetInt32());
        Assert.Equal(2, report.GetProperty("patients").GetInt32());
        var alerts = report.GetProperty("alerts");
        Assert.Equal(1, alerts.GetProperty("byRule").GetProperty("limit.spo2.low").GetInt32());
        Assert.Equal(
            alerts.GetProperty("total").GetInt32(),
            alerts.GetProperty("byKind").EnumerateObject().Sum(kind => kind.Value.GetInt32()));
        Assert.Equal("no model", report.GetProperty("scores").GetProperty("model").GetString());
        Assert.Matches("^[0-9a-f]{64}$", report.GetProperty("transitionsSha256").GetString());
    }

    [Fact]
    public async Task Batches_partitions_and_an_interruption_change_nothing_that_is_decided()
    {
        var expected = Sha(await Replay("a"));

        Assert.Equal(expected, Sha(await Replay("b", "--batch", "1", "--partitions", "8")));
        Assert.Equal(ExitCodes.Interrupted, await _program.RunInterruptedAsync(Arguments("c")));
        Assert.Contains("--resume", _program.Error, StringComparison.Ordinal);
        Assert.Equal(expected, Sha(await Replay("c", "--resume")));
        Assert.Equal(expected, Sha(await Replay("c", "--resume")));
    }

    [Fact]
    public async Task A_store_is_continued_only_when_asked_and_under_the_same_law_and_input()
    {
        await Replay("a");

        Assert.Equal(ExitCodes.Store, await _program.RunAsync(Arguments("a")));
        Assert.Contains("--resume", _program.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Store, await _program.RunAsync(Arguments("a", "--resume", "--patients", "1")));
        Assert.Contains("other input", _program.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Store, await _program.RunAsync(Arguments("a", "--resume", "--partitions", "7")));
        Assert.Contains("has 4 partitions", _program.Error, StringComparison.Ordinal);
        _program.Variables["MEDAI__tickSeconds"] = "30";
        Assert.Equal(ExitCodes.Store, await _program.RunAsync(Arguments("a", "--resume")));
        Assert.Contains("another law", _program.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_somebody_writes_is_refused_for_writing_and_can_be_read()
    {
        await Replay("a");
        using var writer = EdgeStore.Open(_program.At("a"), readOnly: false);

        Assert.Equal(ExitCodes.Store, await _program.RunAsync(Arguments("a", "--resume")));
        Assert.Equal(ExitCodes.Ok, await _program.RunAsync(["show", "patients", "--store", _program.At("a")]));
    }

    [Fact]
    public async Task What_was_stored_can_be_shown_as_json()
    {
        await Replay("a");

        Assert.Equal(["p1", "p2"], (await Show("patients")).Select(row => row.GetProperty("patient").GetString()));
        Assert.Equal(300, (await Show("series", "--patient", "p1", "--series", "spo2")).Length);
        Assert.Equal(
            60, (await Show(
            "series", "--patient", "p1", "--series", "spo2", "--from", "2026-01-05T08:00:00Z", "--until",
            "2026-01-05T08:01:00Z")).Length);
        var episode = Assert.Single(
            await Show("episodes", "--patient", "p1"), row => row.GetProperty("rule").GetString() == "limit.spo2.low");
        Assert.Equal("high", episode.GetProperty("highestPriority").GetString());
        var transitions = await Show("transitions", "--patient", "p1");
        Assert.Equal(
            episode.GetProperty("transitions").GetInt32(),
            transitions.Count(row => row.GetProperty("rule").GetString() == "limit.spo2.low"));
        Assert.Equal("unknown_vital_sign", Assert.Single(await Show("deadletters")).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_watched_replay_off_a_terminal_prints_alerts_as_lines_and_the_last_table()
    {
        Assert.Equal(ExitCodes.Ok, await _program.RunAsync(Arguments("a", "--watch")));

        Assert.Contains("SpO2 low: 84 is below", _program.Output, StringComparison.Ordinal);
        Assert.Contains("A secondary monitor", _program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_missing_or_damaged_stops_a_replay_before_it_starts()
    {
        _program.Variables["MEDAI__directories__models"] = _program.At("models");
        string[] arguments = ["replay", "csv", _input, "--out", _program.At("a")];

        Assert.Equal(ExitCodes.Failure, await _program.RunAsync(arguments));
        Assert.Contains("there is no such model folder", _program.Error, StringComparison.Ordinal);
        _program.Write("models/sepsis-vitals/2.1.0/card.json", "{");
        Assert.Equal(ExitCodes.Failure, await _program.RunAsync(arguments));
        Assert.Contains("card.json", _program.Error, StringComparison.Ordinal);
        Assert.False(EdgeStore.Exists(_program.At("a")));
    }

    private static string Sha(JsonElement report) => report.GetProperty("transitionsSha256").GetString()!;

    private string[] Arguments(string store, params string[] more) =>
        ["replay", "csv", _input, "--out", _program.At(store), "--no-model", .. more];

    private async Task<JsonElement> Replay(string store, params string[] more)
    {
        var report = _program.At($"{store}.json");
        var code = await _program.RunAsync([.. Arguments(store, more), "--report", report]);
        Assert.True(code == ExitCodes.Ok, _program.Error);
        return JsonDocument.Parse(File.ReadAllText(report)).RootElement;
    }

    private async Task<JsonElement[]> Show(string part, params string[] more)
    {
        var code = await _program.RunAsync(["show", part, "--store", _program.At("a"), "--json", .. more]);
        Assert.True(code == ExitCodes.Ok, _program.Error);
        return [.. JsonDocument.Parse(_program.Output).RootElement.EnumerateArray()];
    }

    // Two patients for five minutes at 1 Hz; the first desaturates for a minute.
    private static string Readings()
    {
        var text = new StringBuilder("patient,time,vital,value,device,source\n");
        var start = new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);
        for (var second = 0; second < 300; second++)
        {
            var time = start.AddSeconds(
                second).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
            text.Append($"p1,{time},spo2,{(second is >= 100 and < 160 ? 84 : 97)},m1,bedside\n");
            text.Append($"p2,{time},heart_rate,{70 + second % 5},m2,bedside\n");
        }

        return text.Append("p2,2026-01-05T08:04:59Z,blood_alcohol,1,m9,bedside\n").ToString();
    }
}
