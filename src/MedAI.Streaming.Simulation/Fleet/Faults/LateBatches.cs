// Wearables that keep their frames and deliver them together.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Simulation;

/// <summary>See <see cref="Fault.LateBatches"/>.</summary>
internal sealed class LateBatches : Fault
{
    private readonly double _rate;
    private readonly long _periodMs;

    public LateBatches(double rate, long periodMs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(periodMs, 1);
        _rate = CheckedRate(rate);
        _periodMs = periodMs;
    }

    public override string ToString() => FormattableString.Invariant($"late batches {_rate:0.###} each {_periodMs} ms");

    internal override IReadOnlyList<LogElement> Apply(IReadOnlyList<LogElement> elements, SeededRandom random)
    {
        // A phase for each device that delivers late, -1 for one that does not, drawn when the device is first seen.
        var phases = new Dictionary<(string Patient, string Device), long>();
        var result = new List<LogElement>(elements);
        for (var i = 0; i < result.Count; i++)
        {
            if (result[i] is not FrameElement { Source: SourceClass.Wearable } frame) continue;
            var device = (frame.Patient, frame.Device);
            if (!phases.TryGetValue(device, out var phase))
                phases[device] = phase = random.Chance(_rate) ? random.Between(0L, _periodMs - 1) : -1;
            if (phase < 0) continue;
            var periods = (frame.ArrivalTime - phase + _periodMs - 1) / _periodMs;
            result[i] = frame with { ArrivalTime = (periods * _periodMs) + phase };
        }

        return FrameOrder.ByArrival(result);
    }
}
