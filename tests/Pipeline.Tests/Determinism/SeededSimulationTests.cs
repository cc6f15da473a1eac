// Transitions are a function of the log alone: over thousands of seeded worlds with faults, however they are run.
using System.Globalization;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Determinism;

public sealed class SeededSimulationTests
{
    // MEDAI_SEED=n runs one world; MEDAI_SEEDS=n runs more of them.
    private static readonly ulong? OneSeed =
        Environment.GetEnvironmentVariable("MEDAI_SEED") is { } seed ? ulong.Parse(seed, CultureInfo.InvariantCulture) : null;

    private static readonly int Seeds =
        int.Parse(Environment.GetEnvironmentVariable("MEDAI_SEEDS") ?? "2000", CultureInfo.InvariantCulture);

    [Fact]
    public void Run_AnyBatchingPartitionsAndCrashes_DecidesTheSame() => ForEachSeed(1, seed =>
    {
        var scenario = FaultyFleet.Generate(seed);
        var plain = SeededWorld.Run(scenario.Elements, new WorldOptions());
        var random = new SeededRandom(seed).Fork("run");
        var options = new WorldOptions(
            random.Pick([1, 2, 3, 8]), random.Pick([1, 2, 7, 64, 4096]), random.Pick([0, 0.02, 0.1]), random.NextUInt64(),
            random.Chance(0.5));
        var other = SeededWorld.Run(scenario.Elements, options);
        Compare(scenario, options, plain, other);
    });

    [Fact]
    public void Run_DevicesPatientsAndLimitsChanging_DecidesTheSame() => ForEachSeed(2_000_000, seed =>
    {
        var scenario = FaultyFleet.Generate(seed);
        var elements = WardRounds.Over(scenario.Elements, seed);
        elements = WardRounds.Acknowledging(elements, SeededWorld.Run(elements, new WorldOptions()).Lines, seed);
        var plain = SeededWorld.Run(elements, new WorldOptions());
        var random = new SeededRandom(seed).Fork("run");
        var options = new WorldOptions(
            random.Pick([1, 2, 3, 8]), random.Pick([1, 2, 7, 64, 4096]), random.Pick([0, 0.02, 0.1]), random.NextUInt64(),
            random.Chance(0.5));
        var other = SeededWorld.Run(elements, options);
        Compare(scenario, options, plain, other);
    });

    [Fact]
    public void Run_DisorderInsideTheGapWait_ChangesNothing() => ForEachSeed(1_000_000, seed =>
    {
        var scenario = FaultyFleet.Faultless(seed, new FleetOptions { Acknowledgements = false, OneSourcePerVital = true });
        // Both logs end with the same clock: how long the world goes on is not what this is about.
        var end = new ClockElement(scenario.Elements[^1].ArrivalTime + 10_000);
        LogElement[] elements = [.. FactsFirst(scenario), end];
        LogElement[] disordered = [.. FactsFirst(scenario.With(Fault.Disorder(1900))), end];
        var plain = SeededWorld.Run(elements, new WorldOptions());
        var options = new WorldOptions(Batch: 64, Seed: seed);
        var other = SeededWorld.Run(disordered, options);
        Assert.True(plain.Lines.SequenceEqual(other.Lines), Explain("transitions", scenario, options, plain.Lines, other.Lines));
    });

    // Facts say how to judge from their arrival on; disorder of frames around them is not what this is about.
    private static LogElement[] FactsFirst(FleetScenario scenario) =>
    [
        .. scenario.Elements.OfType<PatientFactsElement>().Select(f => f with { ArrivalTime = scenario.Elements[0].ArrivalTime }),
        .. scenario.Elements.Where(e => e is not PatientFactsElement),
    ];

    private static void Compare(FleetScenario scenario, WorldOptions options, WorldResult plain, WorldResult other)
    {
        Assert.True(plain.Lines.SequenceEqual(other.Lines), Explain("transitions", scenario, options, plain.Lines, other.Lines));
        Assert.True(plain.Pages.SequenceEqual(other.Pages), Explain("pages", scenario, options, plain.Pages, other.Pages));
        Assert.True(plain.Series.SequenceEqual(other.Series), Explain("series", scenario, options, plain.Series, other.Series));
        Assert.True(
            plain.DeadLetters.SequenceEqual(other.DeadLetters),
            Explain("dead letters", scenario, options, plain.DeadLetters, other.DeadLetters));
        Assert.Equal(plain.Totals.In, plain.Totals.Accepted + plain.Totals.Late + plain.Totals.Duplicate + plain.Totals.Rejected);
        Assert.Equivalent(plain.Totals, other.Totals, strict: true);
    }

    private static string Explain(
        string what, FleetScenario scenario, WorldOptions options, IReadOnlyList<string> plain, IReadOnlyList<string> other)
    {
        var missing = plain.Except(other).Take(5);
        var extra = other.Except(plain).Take(5);
        return $"{what} differ ({plain.Count} and {other.Count}): {scenario.Describe()}; {options}; "
            + $"replay it with MEDAI_SEED={scenario.Seed}\n"
            + $"only in the plain run:\n  {string.Join("\n  ", missing)}\nonly in the other:\n  {string.Join("\n  ", extra)}";
    }

    private static void ForEachSeed(ulong first, Action<ulong> property)
    {
        if (OneSeed is { } one)
        {
            property(one);
            return;
        }

        Parallel.For(0, Seeds, i => property(first + (ulong)i));
    }
}
