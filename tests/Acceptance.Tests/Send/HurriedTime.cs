// A clock for tests of programs that wait: whatever waits for a time, the time has come.
namespace Acceptance.Tests.Send;

/// <summary>Real time, and on top of it all the time that somebody waited for and did not have to.</summary>
internal sealed class HurriedTime : TimeProvider
{
    // Later than any recording that tests make up.
    private static readonly DateTimeOffset Start = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly long _began = System.GetTimestamp();
    private long _skipped;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(_began).Ticks + Interlocked.Read(ref _skipped);

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(HurriedTime time, Action elapsed) : ITimer
    {
        private volatile bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan)
                return true;

            Interlocked.Add(ref time._skipped, dueTime.Ticks);
            ThreadPool.QueueUserWorkItem(_ =>
            {
                if (!_disposed)
                    elapsed();
            });
            return true;
        }

        public void Dispose() => _disposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
