// Decides which fault comes when and how long it lasts: a pure function of a seed and the size of the run.
using System.Globalization;
using MedAI.Streaming.Simulation;

namespace MedAI.Streaming.Host.Chaos.Faults;

/// <summary>A fault that is to come.</summary>
/// <param name="Kind">What.</param>
/// <param name="Worker">The worker's number from 0; -1: it is of a server.</param>
/// <param name="At">When it begins, since the fleet began.</param>
/// <param name="Length">How long it lasts before what it did is undone.</param>
internal sealed record PlannedFault(FaultKind Kind, int Worker, TimeSpan At, TimeSpan Length)
{
    /// <summary>When it is undone.</summary>
    public TimeSpan Until => At + Length;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{At.TotalSeconds,6:0.0} s  {FaultKinds.NameOf(Kind)}{(Worker < 0 ? "" : $" of worker {Worker + 1}")} for {Length.TotalSeconds:0.0} s");
}

/// <summary>How large a schedule is.</summary>
internal sealed record ScheduleSize
{
    /// <summary>How long the fleet sends.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>How many workers there are.</summary>
    public required int Workers { get; init; }

    /// <summary>The faults to choose from.</summary>
    public required IReadOnlyList<FaultKind> Kinds { get; init; }

    /// <summary>How long a worker may be silent in its group: hanging lasts longer.</summary>
    public required TimeSpan SessionTimeout { get; init; }
}

/// <summary>Makes schedules.</summary>
internal static class FaultSchedule
{
    // The fleet runs alone first and last for a while, so that there is something to lose and something to catch up with.
    private const double QuietSeconds = 8;
    private const double ShortestGap = 3;
    private const double LongestGap = 20;

    // A server needs a while to end in order and to come up again.
    private static readonly TimeSpan ServerRestart = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The faults in the order in which they begin. Kinds are dealt like cards, all of them before one comes again, so that each kind comes
    /// in a run that is long enough (about 3 minutes). Faults overlap, but not those of one process; and of several workers one is always
    /// left alone.
    /// </summary>
    public static IReadOnlyList<PlannedFault> Make(ulong seed, ScheduleSize size)
    {
        if (size.Kinds.Count == 0)
            return [];

        var random = new SeededRandom(seed).Fork("chaos");
        var end = size.Length.TotalSeconds - QuietSeconds;
        var gap = Math.Clamp((end - QuietSeconds) / (size.Kinds.Count + 1), ShortestGap, LongestGap);
        var faults = new List<PlannedFault>();
        var deck = new List<FaultKind>();
        for (var at = QuietSeconds; at < end; at += gap * random.Between(0.6, 1.1))
        {
            if (deck.Count == 0)
                deck.AddRange(size.Kinds);
            var kind = random.Pick(deck.ToArray());
            var length = Seconds(LengthOf(kind, size.SessionTimeout, random));
            if (Target(kind, Seconds(at), size.Workers, faults, random) is not { } worker)
                continue;

            deck.Remove(kind);
            faults.Add(new PlannedFault(kind, worker, Seconds(at), length));
        }

        return faults;
    }

    private static double LengthOf(FaultKind kind, TimeSpan session, SeededRandom random) => kind switch
    {
        // Some come back before anybody notices, some long after.
        FaultKind.WorkerKill => random.Between(0.5, 2.5 * session.TotalSeconds),
        FaultKind.WorkerHang => session.TotalSeconds + random.Between(2.0, 8.0),
        FaultKind.DiskFull => random.Between(4.0, 12.0),
        FaultKind.BrokerKill or FaultKind.BrokerStop => random.Between(0.5, 10.0),
        _ => random.Between(3.0, 20.0),
    };

    // Whom it hits; null: whoever it could hit has a fault already.
    private static int? Target(FaultKind kind, TimeSpan at, int workers, List<PlannedFault> faults, SeededRandom random)
    {
        if (!FaultKinds.IsOfWorker(kind))
            return faults.Exists(f => f.Until + ServerRestart > at && Server(f.Kind) == Server(kind)) ? null : -1;

        var standing = faults.Where(f => f.Until > at).ToList();
        var free = Enumerable.Range(0, workers).Where(w => !standing.Exists(f => f.Worker == w)).ToArray();
        return free.Length == 0 || (workers > 1 && free.Length == 1) ? null : random.Pick(free);
    }

    private static int Server(FaultKind kind) => FaultKinds.IsOfBroker(kind) ? 0 : FaultKinds.IsOfInflux(kind) ? 1 : 2;

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromMilliseconds(Math.Round(seconds * 1000));
}
