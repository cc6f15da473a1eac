// One axis of a plot: its range, ticks and label.
using System.Globalization;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>From 0 to a largest value, linear or with a square-root scale that makes room for small values and still has a 0.</summary>
internal sealed record Axis(string Label, double Max, double[] Ticks, bool SquareRoot = false)
{
    private const int WantedTicks = 5;

    /// <summary>From 0 to 1.</summary>
    public static Axis Share(string label) => new(label, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]);

    /// <summary>From 0 to a round number at or above a value.</summary>
    public static Axis UpTo(string label, double value)
    {
        var rough = Math.Max(value, 1e-9) / WantedTicks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 2.5 => 2.5, <= 5 => 5, _ => 10 };
        var count = (int)Math.Ceiling((value / step) - 1e-9);
        return new Axis(label, step * Math.Max(count, 1), [.. Enumerable.Range(0, Math.Max(count, 1) + 1).Select(i => i * step)]);
    }

    /// <summary>From 0 to the first of the usual risks at or above a value, on a square-root scale.</summary>
    public static Axis Risk(string label, double value)
    {
        double[] usual = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1];
        var max = usual.FirstOrDefault(u => u >= value, 1);
        // Ticks closer than an eighth of the axis would write over each other.
        var ticks = new List<double> { 0 };
        foreach (var tick in (double[])[0.001, 0.002, 0.005, .. usual])
        {
            if (tick <= max && Math.Sqrt(tick / max) - Math.Sqrt(ticks[^1] / max) >= 0.125) ticks.Add(tick);
        }

        return new Axis(label, max, [.. ticks], SquareRoot: true);
    }

    /// <summary>Where a value lies, 0 to 1 along the axis; may lie beyond.</summary>
    public double At(double value) => SquareRoot ? Math.Sqrt(Math.Max(value, 0) / Max) : value / Max;

    /// <summary>A tick's number.</summary>
    public static string Text(double tick) => Math.Round(tick, 6).ToString("0.####", CultureInfo.InvariantCulture);
}
