// The utility of the PhysioNet/CinC Challenge 2019: what predicting an hour is worth, by how far it lies from onset.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>
/// Worth of predicting each scored hour as positive beyond predicting it as negative, after Reyna et al., Crit Care Med
/// 2020;48:210-217. Time counts the rows of the file, not the hours, as the challenge does.
/// </summary>
internal sealed class ChallengeUtility
{
    private const double Optimal = -6;
    private const double Early = -12;
    private const double Late = 3;
    private const double FalsePositive = -0.05;

    private readonly double[] _gain;
    private readonly double[] _best;
    private readonly LabelledCohort _cohort;

    public ChallengeUtility(LabelledCohort cohort)
    {
        _cohort = cohort;
        _gain = new double[cohort.Hours.Length];
        _best = new double[cohort.Patients.Length];
        for (var p = 0; p < _best.Length; p++)
        {
            var first = cohort.Offsets[p];
            var labelled = first;
            while (labelled < cohort.Offsets[p + 1] && !cohort.Labels[labelled]) labelled++;
            var septic = labelled < cohort.Offsets[p + 1];
            for (var row = first; row < cohort.Offsets[p + 1]; row++)
            {
                var after = row - labelled + Optimal;
                _gain[row] = septic ? Gain(after) : FalsePositive;
                if (septic && after is >= Early and <= Late) _best[p] += _gain[row];
            }
        }
    }

    /// <summary>By patient: what the best prediction gains over inaction.</summary>
    public double[] Best => _best;

    /// <summary>By patient: what predicting the hours at or above the threshold gains over inaction.</summary>
    public double[] Observed(double[] scores, double threshold)
    {
        var observed = new double[_best.Length];
        for (var p = 0; p < observed.Length; p++)
        {
            for (var row = _cohort.Offsets[p]; row < _cohort.Offsets[p + 1]; row++)
            {
                if (scores[row] >= threshold) observed[p] += _gain[row];
            }
        }

        return observed;
    }

    /// <summary>Of a septic patient's hour, d rows after onset: 1 at best, less when early or late; a miss costs up to 2.</summary>
    private static double Gain(double d)
    {
        if (d <= Optimal) return Math.Max((d - Early) / (Optimal - Early), FalsePositive);
        if (d > Late) return 0;
        return (-(d - Late) / (Late - Optimal)) - (-2 * (d - Optimal) / (Late - Optimal));
    }
}
