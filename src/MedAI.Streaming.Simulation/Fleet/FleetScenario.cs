// One world of the property tests: its elements in arrival order, and a line that lets a person make it again.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Simulation;

/// <summary>A fleet's elements, the seed they came from and the faults put on them.</summary>
public sealed class FleetScenario
{
    private readonly string[] _faults;

    internal FleetScenario(ulong seed, IReadOnlyList<LogElement> elements, string[] faults)
    {
        Seed = seed;
        Elements = elements;
        _faults = faults;
    }

    /// <summary>The seed.</summary>
    public ulong Seed { get; }

    /// <summary>The elements in arrival order, without clock records, which the owner of a partition writes.</summary>
    public IReadOnlyList<LogElement> Elements { get; }

    /// <summary>The faults put on the world, in order, as text.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>The same world with one more fault, seeded from this scenario's seed; this scenario stays as it is.</summary>
    public FleetScenario With(Fault fault)
    {
        var random = new SeededRandom(Seed).Fork($"{_faults.Length}:{fault}");
        return new FleetScenario(Seed, fault.Apply(Elements, random), [.. _faults, fault.ToString()]);
    }

    /// <summary>One line: the seed, the size and the faults.</summary>
    public string Describe()
    {
        var patients = Elements.Where(e => e.Key.Length > 0).Select(e => e.Key).Distinct().Count();
        var frames = Elements.OfType<FrameElement>().Count();
        var faults = _faults.Length == 0 ? "none" : string.Join(", ", _faults);
        return FormattableString.Invariant(
            $"seed {Seed}: {patients} patients, {frames} frames, {Elements.Count} elements; faults: {faults}");
    }
}
