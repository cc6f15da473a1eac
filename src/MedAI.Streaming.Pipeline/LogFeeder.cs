// Feeds a recorded or simulated stream into the log, as fast as it goes or in a multiple of real time.
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Pipeline;

/// <summary>
/// Feeds elements in arrival order into a log and ends with one clock record. It can be stopped anywhere and started again: what
/// the log has, it passes over.
/// </summary>
/// <param name="appender">The log's appender.</param>
/// <param name="time">Paces a feed that is not as fast as it goes.</param>
/// <param name="settings">Decide how far the last clock record is behind the last element.</param>
public sealed class LogFeeder(LogAppender appender, TimeProvider time, MonitorSettings settings)
{
    private const int FlushRecords = 4096;
    private const long ClockMs = 1000;
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Arrival time by which the last clock record is behind the last element, ms: long enough for every gap wait to end and what
    /// it held to settle; by the default settings 32 s, which is shorter than a bedside monitor may be silent.
    /// </summary>
    public static long LastClockMs(MonitorSettings settings) => settings.Sources.Max(s => s.GapWait) + (2 * ClockMs);

    /// <summary>Elements of the input that are in the log.</summary>
    public long Fed => appender.InputPosition;

    /// <summary>Arrival time of the newest element fed, ms since 1970.</summary>
    public long ArrivalTime { get; private set; }

    /// <summary>Feeds everything.</summary>
    /// <param name="elements">In arrival order, and always the same from the start.</param>
    /// <param name="speed">Seconds of arrival time per second; 0: as fast as it goes.</param>
    /// <param name="stop">Stops after what is buffered is durable.</param>
    public async Task FeedAsync(IEnumerable<LogElement> elements, double speed, CancellationToken stop)
    {
        var position = appender.InputPosition;
        var seen = 0L;
        Pace? pace = null;
        foreach (var element in elements)
        {
            ArrivalTime = element.ArrivalTime;
            if (seen++ < position)
            {
                continue;
            }

            if (speed > 0)
            {
                pace ??= new Pace(element.ArrivalTime, speed, time.GetTimestamp());
                await KeepPace(pace, element.ArrivalTime, stop).ConfigureAwait(false);
            }

            if (stop.IsCancellationRequested)
            {
                break;
            }

            appender.AddInput(element);
            if (appender.Buffered >= FlushRecords)
            {
                appender.Flush();
            }
        }

        if (!stop.IsCancellationRequested && position <= seen && seen > 0)
        {
            appender.AddClock(ArrivalTime + LastClockMs(settings));
            appender.EndInput();
        }

        appender.Flush();
    }

    // Between elements time passes too: a clock record each second of arrival time, as far as wall time has come.
    private async Task KeepPace(Pace pace, long arrivalTime, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var now = pace.Start + (long)(time.GetElapsedTime(pace.Timestamp).TotalMilliseconds * pace.Speed);
            var clock = Math.Min(now, arrivalTime) / ClockMs * ClockMs;
            if (clock >= pace.LastClock + ClockMs)
            {
                appender.AddClock(clock);
                pace.LastClock = clock;
            }

            if (now >= arrivalTime)
            {
                return;
            }

            appender.Flush();
            await Task.Delay(Breath, time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private sealed class Pace(long start, double speed, long timestamp)
    {
        public long Start { get; } = start;

        public double Speed { get; } = speed;

        public long Timestamp { get; } = timestamp;

        public long LastClock { get; set; } = start;
    }
}
