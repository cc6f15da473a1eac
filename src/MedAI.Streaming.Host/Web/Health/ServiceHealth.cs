// Says whether the service does its work, part by part and with the reason where one does not.
using MedAI.Streaming.Host.Composition;

namespace MedAI.Streaming.Host.Web.Health;

/// <summary>Why a part does not do its work.</summary>
/// <param name="Reason">A sentence that anybody may read: no path, no address, no id.</param>
/// <param name="Detail">More for the person who runs the program, or null.</param>
/// <param name="Hinders">Whether the service cannot do its work because of it; else it is only told.</param>
internal sealed record HealthTrouble(string Reason, string? Detail = null, bool Hinders = true);

/// <summary>A part of the service.</summary>
/// <param name="Name">Its name, lower snake case.</param>
/// <param name="Look">Looks at it; null: it does its work.</param>
internal sealed record HealthPart(string Name, Func<HealthTrouble?> Look);

/// <summary>All parts. Asked often and by anybody, it looks once a second at most.</summary>
/// <param name="parts">The parts.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Is told when a part begins or ends to have trouble.</param>
internal sealed class ServiceHealth(IReadOnlyList<HealthPart> parts, TimeProvider time, HostLog log)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestGlance = TimeSpan.FromMilliseconds(250);

    // Guards the last look: probes and screens ask side by side.
    private readonly Lock _lock = new();
    private volatile IReadOnlyList<(string Part, HealthTrouble? Trouble)>? _last;
    private long _lookedAt;

    // Guards the look in the background: there is one at a time.
    private readonly Lock _background = new();
    private Task _looking = Task.CompletedTask;

    /// <summary>Every part with its trouble, or null.</summary>
    public IReadOnlyList<(string Part, HealthTrouble? Trouble)> Look()
    {
        lock (_lock)
        {
            if (_last is null || time.GetElapsedTime(_lookedAt) >= Fresh)
            {
                var now = parts.Select(part => (part.Name, part.Look())).ToArray();
                Tell(now);
                (_last, _lookedAt) = (now, time.GetTimestamp());
            }

            return _last;
        }
    }

    /// <summary>
    /// Every part with its trouble, or null, for those who must not wait for a broker: parts that take long are looked at in the background, and
    /// until they have answered it is what they said before; empty where they never answered.
    /// </summary>
    public IReadOnlyList<(string Part, HealthTrouble? Trouble)> Glance()
    {
        Task looking;
        lock (_background)
        {
            if (_looking.IsCompleted)
                _looking = Task.Run(Look);
            looking = _looking;
        }

        looking.Wait(LongestGlance);
        return _last ?? [];
    }

    /// <summary>Whether every part does its work, or has only trouble that does not hinder it.</summary>
    public bool IsReady => Look().All(part => part.Trouble is not { Hinders: true });

    private void Tell((string Part, HealthTrouble? Trouble)[] now)
    {
        for (var i = 0; i < now.Length; i++)
        {
            var before = _last?[i].Trouble;
            if (now[i].Trouble is { } trouble && before is null)
                log.Warning($"{(trouble.Hinders ? "not ready" : "trouble")}: {now[i].Part}: {trouble.Reason}{(trouble.Detail is null ? "" : $" ({trouble.Detail})")}");
            else if (now[i].Trouble is null && before is not null)
                log.Warning($"{(before.Hinders ? "ready again" : "trouble is over")}: {now[i].Part}");
        }
    }
}
