// How often what goes wrong in a fleet, and for how many times at most.
using MedAI.Streaming.Simulation;

namespace MedAI.Streaming.TestKit.Worlds.Fleet;

/// <summary>Chances per effect of a worker, and per turn of the world. Nothing of it may change what is decided.</summary>
/// <param name="Crash">Per effect: the process dies just before or just after it.</param>
/// <param name="Hang">Per effect: the process stands still while the others go on, at times for so long that it loses its partitions.</param>
/// <param name="Refusal">Per effect: nothing happens, and the caller hears that the server does not answer.</param>
/// <param name="LostAnswer">Per effect: it happens, at once, later or in part, and the caller hears that the server does not answer.</param>
/// <param name="Outage">Per turn: the broker, or the series server, is away for a while.</param>
/// <param name="Change">Per turn: a worker is killed, leaves, comes, or loses its membership without knowing.</param>
/// <param name="Most">The most faults of a world: it has to come to an end.</param>
/// <param name="FullDisk">Per turn: a worker's disk takes no points for a while.</param>
public sealed record FaultRates(
    double Crash = 0, double Hang = 0, double Refusal = 0, double LostAnswer = 0, double Outage = 0, double Change = 0, int Most = 0,
    double FullDisk = 0)
{
    /// <summary>Nothing goes wrong.</summary>
    public static FaultRates None { get; } = new();

    /// <summary>A mix that a seed decides; each kind of fault is left out at times.</summary>
    public static FaultRates Draw(SeededRandom random) => new(
        random.Pick([0, 0.01, 0.03, 0.08]), random.Pick([0, 0.01, 0.03]), random.Pick([0, 0.02, 0.08]),
        random.Pick([0, 0.02, 0.08]), random.Pick([0, 0.05, 0.2]), random.Pick([0, 0.1, 0.3]), random.Between(10, 60),
        random.Pick([0, 0.05, 0.2]));
}
