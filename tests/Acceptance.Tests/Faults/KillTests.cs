// Killed at any moment and resumed, a replay ends as if nothing had happened: same decisions, same counters, same points.
using Acceptance.Tests.Replay;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Faults;

public sealed class KillTests : IDisposable
{
    private readonly Medai _medai = new();

    public void Dispose() => _medai.Dispose();

    [Fact]
    public async Task A_simulated_ward_with_every_fault_of_a_network_survives_20_kills_at_random_moments()
    {
        var recording = SimulatedRecording.Of(seed: 7, frames: 6000);
        string[] input = ["ndjson", _medai.Write("ward.ndjson", recording.Text)];

        var undisturbed = await ManyLives.AssertSameAfterKillsAsync(_medai, input, ManyLives.SpeedFor(recording.Seconds), longestLifeMs: 500, seed: 7);

        undisturbed.AssertAccountedFor(recording.Readings);
        Assert.True(
            undisturbed is { Late: > 0, Duplicate: > 0, Rejected: > 0, Scores: > 0 } && undisturbed.AlertsByRule.Count > 5,
            $"the ward is too tame: {undisturbed.WhatWasDecided}");
    }

    [Fact]
    public async Task A_run_as_fast_as_it_goes_survives_a_kill_whatever_its_partitions_and_batches()
    {
        var recording = SimulatedRecording.Of(seed: 23, frames: 6000);
        string[] input = ["ndjson", _medai.Write("ward.ndjson", recording.Text), "--no-model"];
        var undisturbed = await _medai.ReplayAsync("undisturbed", input);
        var random = new Random(23);
        for (var kill = 0; kill < 6; kill++)
        {
            var (moment, batch, partitions) = (random.Next(250), random.Next(1, 300), random.Next(1, 9));
            var store = $"killed-{kill}";
            using var life = _medai.Start(
                ["replay", .. input, "--out", _medai.At(store), "--batch", $"{batch}", "--partitions", $"{partitions}"]);
            var hit = life.RunsUntil(() => StoreFiles.Records(_medai.At(store)) > 0) && !life.Ends(moment);
            if (hit)
            {
                life.Kill();
            }

            Say($"batches of {batch}, {partitions} partitions: {(hit ? $"killed after {moment} ms of work" : "had ended by itself")}");
            ManyLives.AssertSame(_medai, undisturbed, await _medai.ReplayAsync(store, [.. input, "--resume"]), store);
        }
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

        ManyLives.AssertSame(_medai, undisturbed, await _medai.ReplayAsync("killed", [.. input, "--resume"]));
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
        using var life = _medai.StartSignalled(
            ["replay", .. input, "--out", _medai.At("killed"), "--speed", ManyLives.SpeedFor(recording.Seconds, wallSeconds: 60)]);
        Assert.True(
            life.RunsUntil(() => StoreFiles.Records(_medai.At("killed")) > 100), "it ended before anything was in its store");

        life.Signal(signal);

        var (code, output, error) = await life.EndAsync();
        Assert.True(code == ExitCodes.Interrupted, $"exit code {code}: {error}");
        Assert.Contains("Go on with --resume", error, StringComparison.Ordinal);
        Assert.Empty(output);
        StoreContent.AssertDrained(_medai.At("killed"));
        ManyLives.AssertSame(_medai, undisturbed, await _medai.ReplayAsync("killed", [.. input, "--resume"]));
    }

    private static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
