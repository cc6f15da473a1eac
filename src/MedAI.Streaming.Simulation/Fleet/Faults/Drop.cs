// Frames that never arrive.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Simulation;

/// <summary>See <see cref="Fault.Drop"/>.</summary>
internal sealed class Drop(double rate) : Fault
{
    private readonly double _rate = CheckedRate(rate);

    public override string ToString() => FormattableString.Invariant($"drop {_rate:0.###}");

    internal override IReadOnlyList<LogElement> Apply(IReadOnlyList<LogElement> elements, SeededRandom random) =>
        [.. elements.Where(e => e is not FrameElement || !random.Chance(_rate))];
}
