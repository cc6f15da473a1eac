// Points of the curves of one model, before they are drawn.
using System.Collections.Immutable;

namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>Curves over hours and over alarms.</summary>
/// <param name="Roc">False positive rate and sensitivity of hours, from the highest score; empty with one label only.</param>
/// <param name="PrecisionRecall">Recall and precision of hours, from the highest score; empty without a label.</param>
/// <param name="Calibration">Parts of equal filling by rising risk; empty for what is no probability.</param>
/// <param name="Burden">Sensitivity of alarms and alarms per patient-day at the highest threshold that reaches it, by crossings.</param>
/// <param name="Rearmed">The same, re-armed.</param>
internal sealed record ModelCurves(
    ImmutableArray<(double X, double Y)> Roc,
    ImmutableArray<(double X, double Y)> PrecisionRecall,
    ImmutableArray<CalibrationPart> Calibration,
    ImmutableArray<(double X, double Y)> Burden,
    ImmutableArray<(double X, double Y)> Rearmed)
{
    // Points closer than this to the last one, as a share of the axis, cannot be seen apart.
    private const double Visible = 0.005;
    private const int BurdenPoints = 80;

    /// <summary>No curve at all.</summary>
    public static ModelCurves None { get; } = new([], [], [], [], []);

    /// <summary>The alarm burden by a rule.</summary>
    public ImmutableArray<(double X, double Y)> BurdenBy(AlarmRule rule) => rule == AlarmRule.Rearmed ? Rearmed : Burden;

    /// <summary>The curves over hours, from sorted scores.</summary>
    /// <param name="ranked">The scores.</param>
    /// <param name="everyone">The weights of every patient once.</param>
    /// <param name="risk">Whether the scores are probabilities.</param>
    public static ModelCurves OfHours(RankedScores ranked, ushort[] everyone, bool risk)
    {
        var reached = ranked.Reached(everyone);
        var (rows, positives) = reached[^1];
        var roc = positives == 0 || positives == rows
            ? []
            : Thinned(reached.Select(r => ((double)(r.Rows - r.Positives) / (rows - positives), (double)r.Positives / positives)), (0, 0));
        var precision = positives == 0
            ? []
            : Thinned(reached.Select(r => ((double)r.Positives / positives, (double)r.Positives / r.Rows)), null);
        return None with { Roc = roc, PrecisionRecall = precision, Calibration = risk ? [.. ranked.CalibrationOf(everyone)] : [] };
    }

    /// <summary>Alarms per patient-day over sensitivity, from the candidates that find more than any higher one.</summary>
    public static ImmutableArray<(double X, double Y)> BurdenOf(LabelledCohort cohort, double[] scores, HitCurve hits)
    {
        var records = hits.Records();
        var points = ImmutableArray.CreateBuilder<(double, double)>();
        for (var i = 0; i < records.Count; i++)
        {
            // As many thresholds as can be told apart, and always the last.
            if (i < records.Count - 1 && (i + 1) * BurdenPoints / records.Count == i * BurdenPoints / records.Count) continue;
            var alarms = PatientAlarms.Of(cohort, scores, records[i].Threshold, hits.Rule).Alarms.Sum();
            points.Add(((double)records[i].Found / cohort.Positives, alarms / (cohort.Hours.Length / 24.0)));
        }

        return points.ToImmutable();
    }

    private static ImmutableArray<(double X, double Y)> Thinned(IEnumerable<(double X, double Y)> points, (double X, double Y)? start)
    {
        var kept = ImmutableArray.CreateBuilder<(double X, double Y)>();
        if (start is { } first) kept.Add(first);
        (double X, double Y) last = default;
        foreach (var point in points)
        {
            last = point;
            if (kept.Count > 0 && Math.Abs(point.X - kept[^1].X) < Visible && Math.Abs(point.Y - kept[^1].Y) < Visible) continue;
            kept.Add(point);
        }

        if (kept[^1] != last) kept.Add(last);
        return kept.ToImmutable();
    }
}
