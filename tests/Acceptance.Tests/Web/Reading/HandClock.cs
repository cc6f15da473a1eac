// A clock with timers that a test owns: time passes, and timers ring, only when the test says so.
namespace Acceptance.Tests.Web.Reading;

internal sealed class HandClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<HandTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HandTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_lock)
            _timers.Add(timer);
        return timer;
    }

    public void Pass(TimeSpan time)
    {
        HandTimer[] due;
        lock (_lock)
        {
            _now += time;
            due = [.. _timers.Where(timer => timer.TakeDue(_now))];
        }

        foreach (var timer in due)
        {
            timer.Ring();
        }
    }

    private sealed class HandTimer(HandClock clock, Action ring) : ITimer
    {
        private DateTimeOffset? _due;
        private TimeSpan _period;

        public void Ring() => ring();

        public bool TakeDue(DateTimeOffset now)
        {
            if (_due is null || _due > now)
                return false;

            _due = _period > TimeSpan.Zero ? now + _period : null;
            return true;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _due = dueTime < TimeSpan.Zero ? null : clock.GetUtcNow() + dueTime;
            _period = period;
            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
