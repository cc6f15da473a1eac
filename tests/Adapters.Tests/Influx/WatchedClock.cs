// The system's clock, but the pauses of one who tries again are noted, and end when the test says so.
using System.Collections.Concurrent;

namespace MedAI.Streaming.Adapters.Tests.Influx;

/// <summary>Timeouts of requests (70 to 80 s) never ring; every other timer is a pause.</summary>
internal sealed class WatchedClock : TimeProvider
{
    private readonly ConcurrentQueue<Action> _waiting = [];

    /// <summary>The pauses that were begun.</summary>
    public ConcurrentQueue<TimeSpan> Pauses { get; } = [];

    /// <summary>Ends all pauses.</summary>
    public void EndPauses()
    {
        while (_waiting.TryDequeue(out var ring))
            ring();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime.TotalSeconds is not (> 70 and < 80))
        {
            _waiting.Enqueue(() => callback(state));
            Pauses.Enqueue(dueTime);
        }

        return new Silent();
    }

    private sealed class Silent : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
