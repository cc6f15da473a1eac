// Lets a fleet send as time passes.
using MedAI.Streaming.Simulation;

namespace MedAI.Streaming.Host.Send;

/// <summary>One run of a fleet.</summary>
/// <param name="fleet">The fleet, which begins now.</param>
/// <param name="dispatch">Takes what it sends.</param>
/// <param name="tally">Counts what it does not send.</param>
/// <param name="time">The clock.</param>
internal sealed class FleetRun(LiveFleet fleet, Dispatch dispatch, SendTally tally, TimeProvider time)
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);

    // Words for all combinations of faults.
    private static readonly string[] Words = [.. Enumerable.Range(0, 512).Select(InWords)];

    // Frames of which one copy was handed over and the other was not yet.
    private readonly Dictionary<LiveFrame, Delivery> _halfway = new(ReferenceEqualityComparer.Instance);
    private readonly List<LiveFrame> _due = [];

    /// <summary>How late the fleet was at most with what was due, because the lanes were full.</summary>
    public TimeSpan Behind { get; private set; }

    /// <summary>Runs the fleet, and then lets it send all that it has kept.</summary>
    /// <param name="start">When the fleet begins: now.</param>
    /// <param name="length">For how long; null: until it is interrupted.</param>
    /// <param name="interrupted">Ends it earlier.</param>
    public async Task RunAsync(DateTimeOffset start, TimeSpan? length, CancellationToken interrupted)
    {
        // Steps of the wall clock must not become gaps in what devices say.
        var began = time.GetTimestamp();
        var first = start.ToUnixTimeMilliseconds();
        var last = length is { } limit ? first + (long)limit.TotalMilliseconds - 1 : long.MaxValue;
        long now;
        do
        {
            var elapsed = time.GetElapsedTime(began);
            now = Math.Min(last, first + (long)elapsed.TotalMilliseconds);
            _due.Clear();
            fleet.Advance(now, _due);
            await HandAsync();
            var took = time.GetElapsedTime(began) - elapsed;
            if (took > Behind)
                Behind = took;
            if (now < last)
                await Task.Delay(Beat, time, interrupted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (now < last && !interrupted.IsCancellationRequested);

        _due.Clear();
        fleet.Finish(now, _due);
        await HandAsync();
    }

    private async Task HandAsync()
    {
        foreach (var frame in _due)
        {
            if (frame.Copies == 0)
                tally.Lose(Of(frame));
            else if (_halfway.Remove(frame, out var delivery))
                await dispatch.HandAsync(delivery);
            else
                await HandFirstAsync(frame);
        }
    }

    private ValueTask HandFirstAsync(LiveFrame frame)
    {
        var delivery = Of(frame);
        if (frame.Copies > 1)
            _halfway.Add(frame, delivery);
        return dispatch.HandAsync(delivery);
    }

    private static Delivery Of(LiveFrame frame) => new(
        frame.Frame, Words[(int)frame.Faults], Math.Max(1, frame.Copies), (frame.Faults & LiveFault.Truncated) != 0);

    private static string InWords(int faults) =>
        faults == 0
            ? "-"
            : ((LiveFault)faults).ToString().Replace(", ", "+", StringComparison.Ordinal)
                .Replace(nameof(LiveFault.HourLate), "hour-late", StringComparison.Ordinal).ToLowerInvariant();
}
