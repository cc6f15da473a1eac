// What the simulated ward looks like and when it plays.
namespace MedAI.Streaming.Simulation;

/// <summary>Options of <see cref="SimulatedWard"/>.</summary>
public sealed class WardOptions
{
    /// <summary>The seed; the same options give the same ward on every machine.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Number of beds, 1 to 500. A quarter of them are intensive care; about a third stay quiet.</summary>
    public int Beds { get; init; } = 24;

    /// <summary>When the simulation begins.</summary>
    public DateTimeOffset Start { get; init; } = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    /// <summary>For how long it plays, up to 7 days. In a ward of 24 every story happens within the first 2 hours.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromHours(2);

    /// <summary>
    /// Marks every reading as <see cref="Domain.Vitals.Validity.Demo"/>. Artefacts then lose their mark as such, since a reading
    /// has one quality only.
    /// </summary>
    public bool MarkAsDemo { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Beds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Beds, 500);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Duration, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Duration, TimeSpan.FromDays(7));
    }
}
