// Killed at any moment and resumed, a replay ends as if nothing had happened: same decisions, same counters, same points.
using System.Globalization;
using Acceptance.Tests.Replay;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Faults;

public sealed class KillTests : IDisposable
{
    private const int Kills = 20;

    // An undisturbed run of this length; the lives of a killed one are seeded so that together they are a little shorter.
    private const double RunSeconds = 6;
    private const int LongestLifeMs = 500;
    private static readonly string[] Batches = ["1", "8", "64", "1024"];

    private readonly Medai _medai = new();

    public void Dispose() => _medai.Dispose();

    [Fact]
    public Task Real_patients_survive_20_kills_at_random_moments()
    {
        // Two days of the first 60 patients, the model included.
        string[] input = ["cinc2019", SharedData.File("cinc2019"), "--patients", "60", "--until", "2000-01-03T00:00:00Z"];
        return SurvivesAsync(input, 2 * 86_400, seed: 2019);
    }

    [Fact]
    public Task A_simulated_ward_with_every_fault_of_a_network_survives_20_kills_at_random_moments()
    {
        var recording = SimulatedRecording.Of(seed: 7, frames: 6000);
        return SurvivesAsync(["ndjson", _medai.Write("ward.ndjson", recording.Text)], recording.Seconds, seed: 7, recording.Readings);
    }

    [Fact]
    public async Task Kills_in_the_first_second_leave_nothing_that_a_resumed_run_stumbles_over()
    {
        var recording = SimulatedRecording.Of(seed: 11, frames: 2000);
        string[] input = ["ndjson", _medai.Write("ward.ndjson", recording.Text), "--no-model"];
        var undisturbed = await _medai.ReplayAsync("undisturbed", input);
        var random = new Random(11);
        var moments = Enumerable.Range(0, 8).Select(_ => random.Next(1000)).ToArray();
        Say($"killed {string.Join(", ", moments)} ms after the start");
        foreach (var moment in moments)
        {
            using var life = _medai.Start(["replay", .. input, "--out", _medai.At("killed"), "--resume"]);
            if (!life.Ends(moment))
            {
                life.Kill();
            }
        }

        AssertSame(undisturbed, await _medai.ReplayAsync("killed", [.. input, "--resume"]));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Asked_to_end_it_drains_and_goes_on_from_there(string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals are sent by Linux's own tools here");
        var recording = SimulatedRecording.Of(seed: 13, frames: 2000);
        string[] input = ["ndjson", _medai.Write("ward.ndjson", recording.Text)];
        var undisturbed = await _medai.ReplayAsync("undisturbed", input);
        using var life = _medai.StartSignalled(["replay", .. input, "--out", _medai.At("killed"), "--speed", Speed(recording.Seconds / 60)]);
        Assert.True(life.RunsUntil(() => StoreFiles.Records(_medai.At("killed")) > 100), "it ended before anything was in its store");

        life.Signal(signal);

        var (code, output, error) = await life.EndAsync();
        Assert.True(code == ExitCodes.Interrupted, $"exit code {code}: {error}");
        Assert.Contains("Go on with --resume", error, StringComparison.Ordinal);
        Assert.Empty(output);
        StoreContent.AssertDrained(_medai.At("killed"));
        AssertSame(undisturbed, await _medai.ReplayAsync("killed", [.. input, "--resume"]));
    }

    private async Task SurvivesAsync(string[] input, double seconds, int seed, long? readings = null)
    {
        var undisturbed = await _medai.ReplayAsync("undisturbed", input);
        if (readings is { } counted)
        {
            undisturbed.AssertAccountedFor(counted);
        }

        var config = _medai.Write("medai.json", """{ "checkpointSeconds": 1 }""");
        var random = new Random(seed);
        var hits = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            var (moment, batch) = (random.Next(LongestLifeMs), Batches[random.Next(Batches.Length)]);
            var before = StoreFiles.Stamp(_medai.At("killed"));
            using var life = _medai.Start(
                ["replay", .. input, "--out", _medai.At("killed"), "--resume", "--speed", Speed(seconds / RunSeconds), "--batch", batch, "--config", config]);

            // Work has begun when the store changes; the moment is counted from there, or the start would eat it on a slow machine.
            var hit = life.RunsUntil(() => StoreFiles.Stamp(_medai.At("killed")) != before) && !life.Ends(moment);
            if (hit)
            {
                life.Kill();
            }

            hits += hit ? 1 : 0;
            Say($"seed {seed}, life {kill + 1} in batches of {batch}: {(hit ? $"killed after {moment} ms of work" : "had ended by itself")}");
        }

        Assert.True(hits >= Kills * 3 / 4, $"only {hits} of {Kills} kills hit a run");
        AssertSame(undisturbed, await _medai.ReplayAsync("killed", [.. input, "--resume", "--config", config]));
    }

    private void AssertSame(Report undisturbed, Report resumed)
    {
        Assert.Equal(undisturbed.WhatWasDecided, resumed.WhatWasDecided);
        Assert.Equal(StoreContent.Of(_medai.At("undisturbed")), StoreContent.Of(_medai.At("killed")));
    }

    private static string Speed(double speed) => Math.Clamp(speed, 1, 1e6).ToString("0.##", CultureInfo.InvariantCulture);

    private static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
