// The clock that stamps live input: the machine's, as long as that does not go back.
namespace MedAI.Streaming.Pipeline;

/// <summary>
/// Gives arrival times. Timers of the flow hang on them (lost contact, gap waits, pages), so they must go on: while the machine's clock
/// is behind what was stamped before (it was set back), they go on by elapsed time instead.
/// </summary>
/// <param name="time">The machine's clock.</param>
/// <param name="newest">The newest arrival time in the log, ms since 1970; <see cref="long.MinValue"/>: none.</param>
public sealed class ArrivalClock(TimeProvider time, long newest)
{
    private const long MuchMs = 5000;

    // Guards what was given last, and when.
    private readonly Lock _lock = new();
    private long _last = newest;
    private long _givenAt = time.GetTimestamp();
    private long _behind;

    /// <summary>Whether the machine's clock is well behind the arrival times, in words; null: it is not.</summary>
    public string? Trouble => Volatile.Read(ref _behind) is var behind && behind > MuchMs
        ? $"the machine's clock is {behind / 1000} s behind the arrival times in the log: it was set back, or ran ahead before"
        : null;

    /// <summary>The arrival time now, ms since 1970.</summary>
    public long Now()
    {
        lock (_lock)
        {
            var wall = time.GetUtcNow().ToUnixTimeMilliseconds();
            var timestamp = time.GetTimestamp();
            if (_last == long.MinValue)
            {
                (_last, _givenAt) = (wall, timestamp);
                return wall;
            }

            var steady = _last + (long)time.GetElapsedTime(_givenAt, timestamp).TotalMilliseconds;
            Volatile.Write(ref _behind, steady - wall);
            if (wall >= steady || steady > _last)
            {
                (_last, _givenAt) = (Math.Max(wall, steady), timestamp);
            }

            return _last;
        }
    }
}
