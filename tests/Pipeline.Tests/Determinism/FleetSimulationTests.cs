// A fleet decides what one process without faults decides over the same log: over thousands of seeded fleets, whatever goes wrong in them.
using System.Collections.Concurrent;
using System.Globalization;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.Logs;
using MedAI.Streaming.TestKit.Worlds;
using MedAI.Streaming.TestKit.Worlds.Fleet;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Determinism;

public sealed class FleetSimulationTests
{
    private const ulong First = 5_000_000;

    // MEDAI_SEED=n runs one world; MEDAI_SEEDS=n runs more of them.
    private static readonly ulong? OneSeed =
        Environment.GetEnvironmentVariable("MEDAI_SEED") is { } seed ? ulong.Parse(seed, CultureInfo.InvariantCulture) : null;

    private static readonly int Seeds =
        int.Parse(Environment.GetEnvironmentVariable("MEDAI_SEEDS") ?? "5000", CultureInfo.InvariantCulture);

    [Fact]
    public void Run_WorkersDyingHangingAndMovingPartitions_DecidesWhatOneProcessDecides()
    {
        if (OneSeed is { } one)
        {
            Check(one);
            return;
        }

        var seen = new ConcurrentDictionary<string, int>();
        Parallel.For(0, Seeds, i =>
        {
            foreach (var (what, count) in Check(First + (ulong)i))
                seen.AddOrUpdate(what, count, (_, before) => before + count);
        });

        // Worlds in which nothing happens show nothing; a few of them may lack something.
        if (Seeds >= 500) Assert.Equal(Needed, seen.Keys.Where(Needed.Contains).Order(StringComparer.Ordinal));
    }

    private static readonly string[] Needed =
    [
        "back to the checkpoint", "broker away", "crash", "disk full", "expelled", "fenced", "fenced in the middle of a transaction", "given up",
        "given up without a checkpoint", "hang", "killed", "killed in the middle", "left", "lost", "lost answer", "outputs that come late",
        "refusal", "series away", "series made again", "taken", "unknown transaction",
    ];

    [Fact]
    public void Run_TheSameSeedAgain_IsTheSameFleetToTheLastRecord()
    {
        for (var seed = First; seed < First + 10; seed++)
        {
            var (_, elements, run) = World(seed);
            var (one, other) = (FleetWorld.Run(elements, run), FleetWorld.Run(elements, run));
            Assert.Equal(one.Alerts, other.Alerts);
            Assert.Equal(one.Sent, other.Sent);
            Assert.Equal(one.Seen, other.Seen);
            Assert.Equal(LoggedFrames.Records(one.Log).Select(Text), LoggedFrames.Records(other.Log).Select(Text));
        }

        static string Text((int Partition, long Offset, RecordKind Kind, long ArrivalTime, byte[] Payload) r) =>
            $"{r.Partition}/{r.Offset} {r.Kind} {r.ArrivalTime} {Convert.ToHexString(r.Payload)}";
    }

    private static (FleetScenario Scenario, IReadOnlyList<LogElement> Elements, FleetRun Run) World(ulong seed)
    {
        var scenario = FaultyFleet.Generate(seed, new FleetOptions { MaxPatients = 5, MinFrames = 20, MaxFrames = 300 });
        var random = new SeededRandom(seed).Fork("fleet run");
        var run = new FleetRun(
            random.NextUInt64(), random.Pick([1, 2, 3, 8]), random.Between(1, 4), random.Pick([1, 7, 64]), random.Chance(0.5),
            FaultRates.Draw(random), random.Pick([2, 100, 100]));
        return (scenario, random.Chance(0.5) ? WardRounds.Over(scenario.Elements, seed) : scenario.Elements, run);
    }

    private static IReadOnlyDictionary<string, int> Check(ulong seed)
    {
        var (scenario, elements, run) = World(seed);
        FleetResult fleet;
        try
        {
            fleet = FleetWorld.Run(elements, run);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{scenario.Describe()}; {run}; replay it with MEDAI_SEED={seed}", e);
        }

        var problems = Compare(fleet, PlainRun.Over(fleet.Log, TestLaw.Create()));
        Assert.True(
            problems.Count == 0,
            $"{scenario.Describe()}; {run}; replay it with MEDAI_SEED={seed}\n  {string.Join("\n  ", problems.Take(12))}");
        return fleet.Seen;
    }

    private static List<string> Compare(FleetResult fleet, Decided plain)
    {
        var problems = new List<string>();
        var transitions = fleet.Alerts.Select(a => a.Message.Transition).OfType<TransitionRecord>().ToHashSet();
        Differ(problems, "transition", plain.Transitions, transitions);
        var pages = fleet.Alerts.Where(a => a.Message.PageDelayMs is not null)
            .Select(a => (a.Message.Id.ToString(), a.Message.PageDelayMs!.Value)).ToHashSet();
        Differ(problems, "page", plain.Pages.Select(p => (p.Key, p.Value)), pages);
        Differ(problems, "dead letter", plain.DeadLetters, fleet.DeadLetters.ToHashSet());
        Differ(problems, "point", plain.Series.Select(p => p.Key), fleet.Series.Keys);
        problems.AddRange(fleet.Series.Where(p => !plain.Series[p.Key].Contains(p.Value)).Select(p => $"point changed: {p}"));
        Differ(problems, "transition of the series", plain.Transitions, fleet.Marks);
        if (fleet.Marks.Count > plain.Transitions.Count) problems.Add("a transition is twice in the series store");
        for (var p = 0; p < fleet.GroupOffsets.Count; p++)
        {
            if (fleet.GroupOffsets[p] != fleet.Log.NextOffset(p))
                problems.Add($"the group's offset in partition {p} is {fleet.GroupOffsets[p]}, and the log ends at {fleet.Log.NextOffset(p)}");
        }

        if (!Numbers(plain.Totals).SequenceEqual(Numbers(fleet.Totals)))
            problems.Add($"counters are {string.Join(" ", Numbers(fleet.Totals))} instead of {string.Join(" ", Numbers(plain.Totals))}");
        return problems;
    }

    private static void Differ<T>(List<string> problems, string what, IEnumerable<T> expected, IEnumerable<T> there)
    {
        var (expectedSet, thereSet) = (expected.ToHashSet(), there.ToHashSet());
        problems.AddRange(expectedSet.Except(thereSet).Select(e => $"{what} lost: {e}"));
        problems.AddRange(thereSet.Except(expectedSet).Select(e => $"{what} invented: {e}"));
    }

    private static double[] Numbers(FlowTotals totals) =>
    [
        totals.Patients, totals.Frames, totals.In, totals.Accepted, totals.Late, totals.Duplicate, totals.Rejected, totals.Scores,
        totals.EventHours,
    ];
}
