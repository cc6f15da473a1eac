// A run in many lives: started, killed at a seeded moment, resumed and killed again, and in the end compared with one undisturbed.
using System.Globalization;
using Acceptance.Tests.Replay;
using Xunit;

namespace Acceptance.Tests.Faults;

internal static class ManyLives
{
    private const int Kills = 20;

    // The lives of a killed run are seeded so that together they are a little shorter than this.
    private const double RunSeconds = 6;
    private static readonly string[] Batches = ["1", "8", "64", "1024"];

    /// <summary>The speed at which a recording lasts long enough to be killed 20 times.</summary>
    public static string SpeedFor(double recordedSeconds, double wallSeconds = RunSeconds) =>
        Math.Clamp(recordedSeconds / wallSeconds, 1, 1e6).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Kills a run 20 times and lets it end: it must have decided and kept what one does that nobody touches.</summary>
    /// <returns>The report of the undisturbed run.</returns>
    public static async Task<Report> AssertSameAfterKillsAsync(Medai medai, string[] input, string speed, int longestLifeMs, int seed)
    {
        var undisturbed = await medai.ReplayAsync("undisturbed", input);
        string[] arguments = ["replay", .. input, "--out", medai.At("killed"), "--resume", "--speed", speed];
        var config = medai.Write("often.json", """{ "checkpointSeconds": 1 }""");

        // Work has begun when this file changes, and the moment is counted from there, or the start would eat it on a slow machine.
        // As fast as it goes, the log is whole long before all of it is applied; but a run also writes to the state when it starts.
        var sign = speed == "max" ? "state.db" : "log.db";
        var random = new Random(seed);
        var hits = 0;
        for (var kill = 1; kill <= Kills; kill++)
        {
            var (moment, batch) = (random.Next(longestLifeMs), Batches[random.Next(Batches.Length)]);
            var before = StoreFiles.Stamp(medai.At("killed"), sign);
            using var life = medai.Start([.. arguments, "--batch", batch, "--config", config]);
            var hit = life.RunsUntil(() => StoreFiles.Stamp(medai.At("killed"), sign) != before) && !life.Ends(moment);
            if (hit)
            {
                life.Kill();
            }

            hits += hit ? 1 : 0;
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"seed {seed}, life {kill} in batches of {batch}: {(hit ? $"killed after {moment} ms of work" : "had ended by itself")}");
        }

        Assert.True(hits >= Kills * 3 / 4, $"only {hits} of {Kills} kills hit a run");
        AssertSame(medai, undisturbed, await medai.ReplayAsync("killed", [.. input, "--resume"]), "killed");
        return undisturbed;
    }

    /// <summary>That a run ended as the undisturbed one: decisions, counters, points, dead letters.</summary>
    public static void AssertSame(Medai medai, Report undisturbed, Report resumed, string store = "killed")
    {
        Assert.Equal(undisturbed.WhatWasDecided, resumed.WhatWasDecided);
        Assert.Equal(StoreContent.Of(medai.At("undisturbed")), StoreContent.Of(medai.At(store)));
    }
}
