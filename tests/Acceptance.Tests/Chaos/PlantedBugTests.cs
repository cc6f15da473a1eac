// Judges the judge: bugs on purpose, in simulated fleets, each of which the checker of histories must find; and nothing where there is none.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Chaos.Checking;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.Worlds;
using MedAI.Streaming.TestKit.Worlds.Fleet;
using MedAI.Streaming.TestKit.Worlds.Fleet.Planted;
using Xunit;

namespace Acceptance.Tests.Chaos;

public sealed class PlantedBugTests
{
    private const ulong First = 7_000_000;
    private const int Worlds = 80;

    public static TheoryData<string> Bugs => [.. PlantedBug.All.Keys];

    [Fact]
    public void ThereAreAtLeastFifteenBugsOfEveryHarm()
    {
        Assert.True(PlantedBug.All.Count >= 15);
        Assert.Equal(Enum.GetValues<Harm>(), PlantedBug.All.Values.Select(make => make().Harm).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Bugs))]
    public void TheCheckerFindsEachBugThatWasPlanted(string name)
    {
        var findings = new List<string>();
        for (var seed = First; seed < First + Worlds; seed++)
        {
            var bug = PlantedBug.All[name]();
            if (Judge(seed, bug.Rates, bug) is not { } verdict)
            {
                findings.Add($"seed {seed}: the program noticed it by itself");
                continue;
            }

            Assert.True(verdict.IsClean || bug.Effects > 0, $"seed {seed}: it had no effect, and is reported: {Words(verdict)}");
            if (bug.Effects > 0 && Count(verdict, bug.Harm) > 0) return;
            if (bug.Effects > 0) findings.Add($"seed {seed}: {bug.Effects} effects; {Words(verdict)}");
        }

        Assert.Fail($"the checker did not find that {name}:\n  {string.Join("\n  ", findings)}");
    }

    [Fact]
    public void TheCheckerFindsNothingInTheSameWorldsWithoutABug()
    {
        foreach (var rates in PlantedBug.All.Values.Select(make => make().Rates).Distinct())
        {
            for (var seed = First; seed < First + Worlds; seed++)
            {
                var verdict = Judge(seed, rates, null)!;
                Assert.True(verdict.IsClean, $"seed {seed}: {Words(verdict)}");
                Assert.True(verdict.FramesAcknowledged > 0 && verdict.TransitionsExpected > 0);
            }
        }
    }

    // Null: the program noticed by itself that something is wrong, and stopped.
    private static Verdict? Judge(ulong seed, FaultRates rates, PlantedBug? bug)
    {
        var scenario = FaultyFleet.Generate(seed, new FleetOptions { MaxPatients = 5, MinFrames = 100, MaxFrames = 300 });

        // Ids are unique in the ward, so that a frame's number says which it is.
        LogElement[] elements = [.. scenario.Elements.Select(e => e is FrameElement f ? f with { Device = $"{f.Patient}.{f.Device}" } : e)];
        var random = new SeededRandom(seed).Fork("planted");
        var run = new FleetRun(
            random.NextUInt64(), random.Pick([1, 2, 3]), random.Between(2, 4), random.Pick([7, 64]), random.Chance(0.5), rates);
        try
        {
            var fleet = FleetWorld.Run(elements, run, bug: bug);
            return HistoryChecker.Check(FleetHistory.Of(fleet, PlainRun.Over(fleet.Log, TestLaw.Create())));
        }
        catch (Exception e) when (bug is not null && e is InvalidOperationException or MedAI.Streaming.Pipeline.Ports.StoreException)
        {
            return null;
        }
    }

    private static int Count(Verdict verdict, Harm harm) => harm switch
    {
        Harm.Lost => verdict.Lost,
        Harm.Doubled => verdict.Doubled,
        Harm.Invented => verdict.Invented,
        _ => verdict.SeriesDifferences,
    };

    private static string Words(Verdict verdict) =>
        $"{verdict.Lost} lost, {verdict.Doubled} doubled, {verdict.Invented} invented, {verdict.SeriesDifferences} in the series; "
        + string.Join(" ", verdict.Findings.Take(2));
}
