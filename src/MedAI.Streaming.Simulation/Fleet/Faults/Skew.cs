// Frames whose device had a wrong clock.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Simulation;

/// <summary>See <see cref="Fault.Skew"/>.</summary>
internal sealed class Skew(double rate, long milliseconds) : Fault
{
    private readonly double _rate = CheckedRate(rate);

    public override string ToString() => FormattableString.Invariant($"skew {_rate:0.###} by {milliseconds} ms");

    internal override IReadOnlyList<LogElement> Apply(IReadOnlyList<LogElement> elements, SeededRandom random) =>
        [.. elements.Select(e => e is FrameElement frame && random.Chance(_rate)
            ? frame with { EventTime = frame.EventTime + milliseconds }
            : e)];
}
