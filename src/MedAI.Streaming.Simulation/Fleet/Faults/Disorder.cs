// Frames that overtake each other on the way, by less than a flow waits for a missing one.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Simulation;

/// <summary>See <see cref="Fault.Disorder"/>.</summary>
internal sealed class Disorder : Fault
{
    /// <summary>When a device's epoch and the one after it first arrive.</summary>
    private readonly record struct EpochStart(ulong Epoch, long First, long Next);

    private readonly long _maxDelayMs;

    public Disorder(long maxDelayMs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDelayMs, 1);
        _maxDelayMs = maxDelayMs;
    }

    public override string ToString() => FormattableString.Invariant($"disorder up to {_maxDelayMs} ms");

    internal override IReadOnlyList<LogElement> Apply(IReadOnlyList<LogElement> elements, SeededRandom random)
    {
        var result = new List<LogElement>(elements);
        var nextControl = new Dictionary<string, long>();
        var epochs = new Dictionary<(string Patient, string Device), EpochStart>();
        // Backwards, so that the next control record and the next epoch are known when a frame is reached.
        for (var i = result.Count - 1; i >= 0; i--)
        {
            if (result[i] is not FrameElement frame)
            {
                nextControl[result[i].Key] = result[i].ArrivalTime;
                continue;
            }

            var device = (frame.Patient, frame.Device);
            var epoch = epochs.GetValueOrDefault(device, new EpochStart(frame.Epoch, long.MaxValue, long.MaxValue));
            epoch = epoch.Epoch == frame.Epoch
                ? epoch with { First = frame.ArrivalTime }
                : new EpochStart(frame.Epoch, frame.ArrivalTime, epoch.First);
            epochs[device] = epoch;

            var wait = Math.Min(_maxDelayMs, GapWait(frame.Source) - 1);
            if (wait < 1 || !random.Chance(0.5)) continue;
            var arrival = frame.ArrivalTime + random.Between(1L, wait);
            // A record without a patient (a refused line) orders nothing; only the patient's own records hold a frame back.
            var limit = Math.Min(nextControl.GetValueOrDefault(frame.Patient, long.MaxValue), epoch.Next) - 1;
            result[i] = frame with { ArrivalTime = Math.Max(frame.ArrivalTime, Math.Min(arrival, limit)) };
        }

        return FrameOrder.ByArrival(result);
    }
}
