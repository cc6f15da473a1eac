// Smooth courses in time, of which the stories are made.
namespace MedAI.Streaming.Simulation;

/// <summary>Smooth functions from arithmetic alone, equal to the last bit on every machine.</summary>
internal static class Course
{
    /// <summary>Rises smoothly from 0 at <paramref name="from"/> to 1 at <paramref name="to"/>, flat outside.</summary>
    public static double Ramp(double x, double from, double to)
    {
        var t = Math.Clamp((x - from) / (to - from), 0, 1);
        return t * t * (3 - (2 * t));
    }

    /// <summary>Whether a time lies in [start, start + length).</summary>
    public static bool Within(double minute, double start, double length) => minute >= start && minute < start + length;
}
