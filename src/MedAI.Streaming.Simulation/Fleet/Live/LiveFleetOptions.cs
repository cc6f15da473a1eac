// How large a live fleet is, how often its devices speak, and what goes wrong with them.
namespace MedAI.Streaming.Simulation;

/// <summary>Options of <see cref="LiveFleet"/>.</summary>
public sealed record LiveFleetOptions
{
    /// <summary>The seed; the same options give the same frames on every machine.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Number of devices, 1 to 1,000,000; about one patient in five wears two.</summary>
    public int Devices { get; init; } = 100;

    /// <summary>Frames a second of each device, 0.01 to 50.</summary>
    public double RateHz { get; init; } = 1;

    /// <summary>What goes wrong.</summary>
    public LiveFaults Faults { get; init; } = LiveFaults.None;

    /// <summary>When the fleet begins; event times count from it.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>
    /// The devices' first epoch, from 1. A fleet that is started again with a greater one is a fleet of devices that were switched on again;
    /// with the same one it would repeat frames that were sent already. With <see cref="LiveFaults.HourLate"/> from 2, because what devices
    /// kept is of the epoch before it.
    /// </summary>
    public ulong Epoch { get; init; } = 1;

    /// <summary>Beginning of the ids of patients and wards, 1 to 64 characters, for example <c>sim</c> for <c>sim-00042</c>.</summary>
    public string Name { get; init; } = "sim";

    /// <summary>Marks every reading as <see cref="Domain.Vitals.Validity.Demo"/>, which only a site in demo mode takes.</summary>
    public bool MarkAsDemo { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Devices, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Devices, 1_000_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(Epoch, 1UL);
        ArgumentOutOfRangeException.ThrowIfLessThan(Name.Length, 1, nameof(Name));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Name.Length, 64, nameof(Name));
        if (RateHz is not (>= 0.01 and <= 50))
            throw new ArgumentOutOfRangeException(nameof(RateHz), RateHz, "A rate is 0.01 to 50 frames a second.");
        Faults.Check();
        if (Faults.HourLate > 0)
            ArgumentOutOfRangeException.ThrowIfLessThan(Epoch, 2UL);
    }
}
