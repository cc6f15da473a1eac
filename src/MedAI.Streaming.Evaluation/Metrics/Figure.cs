// A number of the report and the interval it stands in.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>One number with its 95 % interval; without a value where it is not defined, which a note then explains.</summary>
/// <param name="Value">The figure on all evaluated patients; null where it is not defined.</param>
/// <param name="Interval95">Percentiles 2.5 and 97.5 over patients drawn with replacement; null where no draw gave a number.</param>
public readonly record struct Figure(double? Value, Interval? Interval95)
{
    /// <summary>A figure from its value and the values in the draws; NaN stands for not defined.</summary>
    internal static Figure Of(double value, ReadOnlySpan<double> samples) =>
        double.IsFinite(value) ? new Figure(value, Interval.Of(samples)) : default;
}

/// <summary>A 95 % interval.</summary>
/// <param name="Low">Lower end; null where it is infinite.</param>
/// <param name="High">Upper end; null where it is infinite, as when alarms without a hit leave the number needed open.</param>
public readonly record struct Interval(double? Low, double? High)
{
    /// <summary>Percentiles 2.5 and 97.5, interpolated linearly between neighbours; draws that gave NaN are left out.</summary>
    internal static Interval? Of(ReadOnlySpan<double> samples)
    {
        var sorted = samples.ToArray().Where(s => !double.IsNaN(s)).Order().ToArray();
        return sorted.Length == 0 ? null : new Interval(Quantile(sorted, 0.025), Quantile(sorted, 0.975));
    }

    private static double? Quantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        var part = position - below;
        var value = part == 0 ? sorted[below] : sorted[below] + ((sorted[above] - sorted[below]) * part);
        return double.IsFinite(value) ? value : null;
    }
}
