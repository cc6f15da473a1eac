// How large a fleet under faults may be and what it may contain.
using MedAI.Streaming.Domain.Alerts;

namespace MedAI.Streaming.Simulation;

/// <summary>Limits of the small worlds that <see cref="FaultyFleet"/> makes.</summary>
public sealed class FleetOptions
{
    /// <summary>Most patients, 1 to 1,000.</summary>
    public int MaxPatients { get; init; } = 6;

    /// <summary>Most devices of one patient, 1 to 8.</summary>
    public int MaxDevices { get; init; } = 3;

    /// <summary>Fewest frames of the whole fleet, from 1.</summary>
    public int MinFrames { get; init; } = 20;

    /// <summary>Most frames of the whole fleet, from <see cref="MinFrames"/> to 1,000,000.</summary>
    public int MaxFrames { get; init; } = 400;

    /// <summary>Each vital sign of a patient comes from one device only, so that no preference decides.</summary>
    public bool OneSourcePerVital { get; init; } = true;

    /// <summary>Frames of charted sources may be in the fleet.</summary>
    public bool Charted { get; init; } = true;

    /// <summary>Acknowledgements may be in the fleet.</summary>
    public bool Acknowledgements { get; init; } = true;

    /// <summary>The rules that somebody may acknowledge, open or not; by default the monitor's limits and NEWS2.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [.. DefaultRules.Limits.Select(rule => rule.Id), DefaultRules.News2.Id];

    /// <summary>The first event time is within a minute after this instant.</summary>
    public DateTimeOffset Start { get; init; } = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPatients, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxPatients, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDevices, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxDevices, 8);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinFrames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFrames, MinFrames);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxFrames, 1_000_000);
    }
}
