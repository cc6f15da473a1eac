// Judges any score on one set of labelled patients, by the definitions of docs/evaluation.md.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>
/// One set of patients with NEWS2 beside them, whose sensitivity at 5 and 7 is what other scores are matched to. Judging does not
/// change it, so several scores may be judged at the same time.
/// </summary>
public sealed class Evaluator
{
    /// <summary>Draws of patients behind an interval.</summary>
    public const int DefaultDraws = 200;

    /// <summary>Seed of the draws.</summary>
    public const ulong DefaultSeed = 1;

    private readonly LabelledCohort _cohort;
    private readonly ChallengeUtility _utility;
    private readonly PatientDraws _draws;
    private readonly int _foundByNews2Ge5;
    private readonly int _foundByNews2Ge7;

    /// <summary>Takes the patients and finds what NEWS2 finds among them.</summary>
    /// <param name="cohort">The labelled patients.</param>
    /// <param name="news2">NEWS2 of every scored hour.</param>
    /// <param name="draws">Draws of patients behind an interval, at least 1.</param>
    /// <param name="seed">The same seed gives the same intervals on every machine.</param>
    /// <exception cref="ArgumentException">The NEWS2 scores do not fit the patients.</exception>
    public Evaluator(LabelledCohort cohort, ScoredModel news2, int draws = DefaultDraws, ulong seed = DefaultSeed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        _cohort = cohort;
        _utility = new ChallengeUtility(cohort);
        _draws = new PatientDraws(cohort.Patients.Length, draws, seed);
        var scores = news2.ScoresOn(cohort);
        (News2Ge5, _foundByNews2Ge5) = Reference(scores, 5);
        (News2Ge7, _foundByNews2Ge7) = Reference(scores, 7);
    }

    /// <summary>The alarms of NEWS2 at 5 or more.</summary>
    public AlarmBurden News2Ge5 { get; }

    /// <summary>The alarms of NEWS2 at 7 or more.</summary>
    public AlarmBurden News2Ge7 { get; }

    /// <summary>All figures of one score.</summary>
    /// <exception cref="ArgumentException">The scores do not fit the patients; the message names patient and hour.</exception>
    public ModelFigures Judge(ScoredModel model)
    {
        var scores = model.ScoresOn(_cohort);
        var ranked = new RankedScores(_cohort, scores, model.IsProbability);
        var sums = new HourSums(_cohort, _utility, scores, model.IsProbability, model.Frozen?.Utility);
        var hits = new HitCurve(_cohort, scores, ranked.Ascending);
        var rank = ranked.Of(_draws.Everyone, exact: true);
        var sum = sums.Of(_draws.Everyone);
        var ranks = new RankFigures[_draws.Count];
        var drawn = new SumFigures[_draws.Count];
        for (var d = 0; d < ranks.Length; d++)
        {
            ranks[d] = ranked.Of(_draws[d], exact: false);
            drawn[d] = sums.Of(_draws[d]);
        }

        var figures = new ModelFigures
        {
            Model = model,
            Prevalence = FigureOf(sum, drawn, s => s.Prevalence),
            Auroc = FigureOf(rank, ranks, r => r.Auroc),
            Auprc = FigureOf(rank, ranks, r => r.Auprc),
            Brier = FigureOf(sum, drawn, s => s.Brier),
            Ece = FigureOf(rank, ranks, r => r.Ece),
            CalibrationSlope = FigureOf(rank, ranks, r => r.CalibrationSlope),
            Utility = FigureOf(sum, drawn, s => s.Utility),
            Sensitivity = FigureOf(sum, drawn, s => s.Sensitivity),
            Precision = FigureOf(sum, drawn, s => s.Precision),
            F1 = FigureOf(sum, drawn, s => s.F1),
            AtNews2Ge5 = Matched(scores, hits, _foundByNews2Ge5),
            AtNews2Ge7 = Matched(scores, hits, _foundByNews2Ge7),
            Frozen = model.Frozen?.Alert is { } alert ? AlarmBurden.Of(_cohort, scores, alert, _draws) : null,
            Curves = ModelCurves.Of(_cohort, scores, ranked, hits, _draws, model.IsProbability),
            Notes = [],
        };
        return figures with { Notes = [.. FigureNotes.On(figures)] };
    }

    private static Figure FigureOf<T>(T point, T[] samples, Func<T, double> figure) =>
        Figure.Of(figure(point), Array.ConvertAll(samples, s => figure(s)));

    private (AlarmBurden Burden, int Found) Reference(double[] news2, int level)
    {
        var burden = AlarmBurden.Of(_cohort, news2, level, _draws);
        return (burden, burden.LeadHistogram.Sum());
    }

    // As many septic patients found is as great a sensitivity: the same patients are divided by.
    private AlarmBurden? Matched(double[] scores, HitCurve hits, int found) =>
        _cohort.Septic > 0 && hits.HighestFinding(found) is { } threshold ? AlarmBurden.Of(_cohort, scores, threshold, _draws) : null;
}
