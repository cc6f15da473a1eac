// Values as devices show them: rounded to a step.
namespace MedAI.Streaming.Simulation;

/// <summary>Rounds to the resolution of a device.</summary>
internal static class Rounding
{
    /// <summary>The nearest multiple of a step (1, 0.5, 0.1 or 0.01), with no trailing binary dust: 36.6 stays 36.6.</summary>
    public static double To(double value, double step)
    {
        var perUnit = Math.Round(1 / step);
        return Math.Floor((value * perUnit) + 0.5) / perUnit;
    }
}
