// Frames sent twice, as by a gateway that did not hear the receipt.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Simulation;

/// <summary>See <see cref="Fault.Duplicate"/>.</summary>
internal sealed class Duplicate(double rate) : Fault
{
    private const long MaxDelayMs = 3_000;

    private readonly double _rate = CheckedRate(rate);

    public override string ToString() => FormattableString.Invariant($"duplicate {_rate:0.###}");

    internal override IReadOnlyList<LogElement> Apply(IReadOnlyList<LogElement> elements, SeededRandom random)
    {
        var result = new List<LogElement>(elements);
        foreach (var element in elements)
        {
            if (element is not FrameElement frame || !random.Chance(_rate)) continue;
            result.Add(frame with { ArrivalTime = frame.ArrivalTime + random.Between(0L, MaxDelayMs) });
        }

        return FrameOrder.ByArrival(result);
    }
}
