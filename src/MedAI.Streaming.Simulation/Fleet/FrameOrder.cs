// The arrival order that every fleet and fault keeps.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Simulation;

/// <summary>Puts elements into arrival order; what arrives in the same millisecond keeps the order it had.</summary>
internal static class FrameOrder
{
    public static IReadOnlyList<LogElement> ByArrival(IEnumerable<LogElement> elements) =>
        [.. elements.OrderBy(e => e.ArrivalTime)];
}
