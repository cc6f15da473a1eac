// The arrival-time grid on which timers run.
namespace MedAI.Streaming.Pipeline.State;

/// <summary>The arrival-time grid on which timers run.</summary>
internal static class Grid
{
    /// <summary>Its step, ms.</summary>
    public const long Step = 1000;

    /// <summary>The first instant at or after a time.</summary>
    public static long AtOrAfter(long time) => Math.DivRem(time, Step, out var rest) * Step + (rest > 0 ? Step : 0);

    /// <summary>The first instant after a time.</summary>
    public static long After(long time) => AtOrAfter(time + 1);
}
