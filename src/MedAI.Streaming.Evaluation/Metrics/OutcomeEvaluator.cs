// Judges scores that were asked once a stay, by the definitions of docs/evaluation.md.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>Stays with one judged hour each, whose label is the outcome. Judging does not change it.</summary>
public sealed class OutcomeEvaluator
{
    private readonly LabelledCohort _stays;
    private readonly PatientDraws _draws;

    /// <summary>Takes the stays.</summary>
    /// <param name="stays">Stays with exactly one hour each.</param>
    /// <param name="draws">Draws of stays behind an interval, at least 1.</param>
    /// <param name="seed">The same seed gives the same intervals on every machine.</param>
    /// <exception cref="ArgumentException">A stay has more than one hour.</exception>
    public OutcomeEvaluator(LabelledCohort stays, int draws = Evaluator.DefaultDraws, ulong seed = Evaluator.DefaultSeed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        if (stays.Hours.Length != stays.Patients.Length)
            throw new ArgumentException($"{stays.Patients.Length} stays have {stays.Hours.Length} judged hours; each must have one.", nameof(stays));

        _stays = stays;
        _draws = new PatientDraws(stays.Patients.Length, draws, seed);
    }

    /// <summary>All figures of one score.</summary>
    /// <exception cref="ArgumentException">The scores do not fit the stays; the message names stay and hour.</exception>
    public OutcomeFigures Judge(ScoredModel model)
    {
        var scores = model.ScoresOn(_stays);
        var ranked = new RankedScores(_stays, scores, model.IsProbability);
        var curves = ModelCurves.OfHours(ranked, _draws.Everyone, model.IsProbability);
        var rank = ranked.Of(_draws.Everyone, exact: true);
        var best = Best(ranked.Reached(_draws.Everyone));
        var sum = Sums.Of(this, model, scores, _draws.Everyone);
        var ranks = new RankFigures[_draws.Count];
        var drawn = new Sums[_draws.Count];
        var bests = new double[_draws.Count];
        for (var d = 0; d < ranks.Length; d++)
        {
            ranks[d] = ranked.Of(_draws[d], exact: false);
            drawn[d] = Sums.Of(this, model, scores, _draws[d]);
            bests[d] = Best(ranked.Reached(_draws[d]));
        }

        return new OutcomeFigures
        {
            Model = model,
            Prevalence = FigureOf(sum, drawn, s => (double)s.Deaths / s.Stays),
            Auroc = FigureOf(rank, ranks, r => r.Auroc),
            Auprc = FigureOf(rank, ranks, r => r.Auprc),
            Brier = FigureOf(sum, drawn, s => s.Squared / s.Stays),
            Ece = FigureOf(rank, ranks, r => r.Ece),
            CalibrationSlope = FigureOf(rank, ranks, r => r.CalibrationSlope),
            Sensitivity = FigureOf(sum, drawn, s => s.Sensitivity),
            Precision = FigureOf(sum, drawn, s => s.Precision),
            MinSensitivityPrecision = FigureOf(sum, drawn, s => Math.Min(s.Sensitivity, s.Precision)),
            BestMinSensitivityPrecision = Figure.Of(best, bests),
            Notes = [.. model.Notes, .. Notes(model)],
            Curves = curves,
        };
    }

    private static Figure FigureOf<T>(T point, T[] samples, Func<T, double> figure) =>
        Figure.Of(figure(point), Array.ConvertAll(samples, s => figure(s)));

    // From the highest score on, sensitivity only rises; every distinct score is tried.
    private static double Best(List<(long Rows, long Positives)> reached)
    {
        var deaths = reached[^1].Positives;
        return deaths == 0
            ? double.NaN
            : reached.Where(at => at.Rows > 0).Max(at => Math.Min((double)at.Positives / deaths, (double)at.Positives / at.Rows));
    }

    private IEnumerable<string> Notes(ScoredModel model)
    {
        if (_stays.Positives == 0) yield return "No stay ended in death: there is no AUROC, AUPRC or sensitivity.";
        if (_stays.Positives == _stays.Patients.Length) yield return "Every stay ended in death: there is no AUROC.";
        if (!model.IsProbability) yield return "The score is no probability: there is no Brier score, ECE or calibration slope.";
        if (model.Frozen?.Alert is null) yield return "The score brings no threshold: there is no sensitivity and precision but those of the best threshold here.";
    }

    /// <summary>Sums over one draw.</summary>
    private readonly record struct Sums(long Stays, long Deaths, double Squared, double Sensitivity, double Precision)
    {
        public static Sums Of(OutcomeEvaluator evaluator, ScoredModel model, double[] scores, ushort[] weights)
        {
            var (stays, deaths, predicted, right, squared) = (0L, 0L, 0L, 0L, 0.0);
            for (var p = 0; p < weights.Length; p++)
            {
                long w = weights[p];
                var died = evaluator._stays.Labels[p];
                var miss = scores[p] - (died ? 1 : 0);
                var isPredicted = scores[p] >= model.Frozen?.Alert;
                stays += w;
                deaths += died ? w : 0;
                predicted += isPredicted ? w : 0;
                right += isPredicted && died ? w : 0;
                squared += w * miss * miss;
            }

            var isDecided = model.Frozen?.Alert is not null && deaths > 0;
            return new Sums(
                stays, deaths, model.IsProbability ? squared : double.NaN, isDecided ? (double)right / deaths : double.NaN,
                !isDecided ? double.NaN : predicted > 0 ? (double)right / predicted : 0);
        }
    }
}
