// Figures over hours that are sums over patients: prevalence, Brier, utility, and what a threshold decides.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>What the sums of one draw give; NaN where a figure is not defined.</summary>
internal readonly record struct SumFigures(
    double Prevalence, double Brier, double Utility, double Sensitivity, double Precision, double F1);

/// <summary>Sums by patient for one score; a draw only weighs them.</summary>
internal sealed class HourSums
{
    private readonly LabelledCohort _cohort;
    private readonly double[] _best;
    private readonly double[]? _observed;
    private readonly double[] _squared;
    private readonly int[] _labelled;
    private readonly int[] _predicted;
    private readonly int[] _right;
    private readonly bool _probability;

    public HourSums(LabelledCohort cohort, ChallengeUtility utility, double[] scores, bool probability, double? threshold)
    {
        var patients = cohort.Patients.Length;
        _cohort = cohort;
        _probability = probability;
        _best = utility.Best;
        _observed = threshold is { } t ? utility.Observed(scores, t) : null;
        _squared = new double[patients];
        _labelled = new int[patients];
        _predicted = new int[patients];
        _right = new int[patients];
        for (var p = 0; p < patients; p++)
        {
            for (var row = cohort.Offsets[p]; row < cohort.Offsets[p + 1]; row++)
            {
                var label = cohort.Labels[row];
                var miss = scores[row] - (label ? 1 : 0);
                _squared[p] += miss * miss;
                if (label) _labelled[p]++;
                if (!(scores[row] >= threshold)) continue;
                _predicted[p]++;
                if (label) _right[p]++;
            }
        }
    }

    /// <summary>The figures of one draw.</summary>
    public SumFigures Of(ushort[] weights)
    {
        var (rows, labelled, predicted, right) = (0L, 0L, 0L, 0L);
        var (squared, observed, best) = (0.0, 0.0, 0.0);
        for (var p = 0; p < weights.Length; p++)
        {
            long w = weights[p];
            rows += w * (_cohort.Offsets[p + 1] - _cohort.Offsets[p]);
            labelled += w * _labelled[p];
            predicted += w * _predicted[p];
            right += w * _right[p];
            squared += w * _squared[p];
            best += w * _best[p];
            if (_observed is not null) observed += w * _observed[p];
        }

        var figures = new SumFigures(
            (double)labelled / rows, _probability ? squared / rows : double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
        if (_observed is null || labelled == 0) return figures;
        var found = (double)right / labelled;
        // Nothing predicted: precision and F1 are 0, as nothing predicted was right.
        var precision = predicted > 0 ? (double)right / predicted : 0;
        var f1 = right > 0 ? 2 * found * precision / (found + precision) : 0;
        return figures with
        {
            Utility = best == 0 ? double.NaN : observed / best,
            Sensitivity = found,
            Precision = precision,
            F1 = f1,
        };
    }
}
