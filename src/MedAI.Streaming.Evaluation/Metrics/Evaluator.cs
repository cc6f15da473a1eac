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
    private readonly CountedAlarms _news2;
    private readonly CountedAlarms _news2Rearmed;

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
        _news2 = Reference(scores, AlarmRule.Crossing);
        _news2Rearmed = Reference(scores, AlarmRule.Rearmed);
    }

    /// <summary>All figures of one score.</summary>
    /// <exception cref="ArgumentException">The scores do not fit the patients; the message names patient and hour.</exception>
    public ModelFigures Judge(ScoredModel model)
    {
        var scores = model.ScoresOn(_cohort);
        var ranked = new RankedScores(_cohort, scores, model.IsProbability);
        var sums = new HourSums(_cohort, _utility, scores, model.IsProbability, model.Frozen?.Utility);
        var own = model.AlarmScoresOn(_cohort);
        var (alarms, ascending) = own is null ? (scores, ranked.Ascending) : (own, [.. own.Order()]);
        var hits = new HitCurve(_cohort, alarms, ascending, AlarmRule.Crossing);
        var rearmed = new HitCurve(_cohort, alarms, ascending, AlarmRule.Rearmed);
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
            Alarms = Counted(alarms, hits, model.Frozen?.Alert),
            Rearmed = Counted(alarms, rearmed, model.Frozen?.Alert),
            Curves = ModelCurves.OfHours(ranked, _draws.Everyone, model.IsProbability) with
            {
                Burden = ModelCurves.BurdenOf(_cohort, alarms, hits),
                Rearmed = ModelCurves.BurdenOf(_cohort, alarms, rearmed),
            },
            Notes = [],
        };
        return figures with { Notes = [.. model.Notes, .. FigureNotes.On(figures)] };
    }

    /// <summary>The alarms of NEWS2 at 5 and at 7 or more, by a rule.</summary>
    internal CountedAlarms News2(AlarmRule rule) => rule == AlarmRule.Rearmed ? _news2Rearmed : _news2;

    private static Figure FigureOf<T>(T point, T[] samples, Func<T, double> figure) =>
        Figure.Of(figure(point), Array.ConvertAll(samples, s => figure(s)));

    private CountedAlarms Reference(double[] news2, AlarmRule rule) => new()
    {
        AtNews2Ge5 = AlarmBurden.Of(_cohort, news2, 5, rule, _draws),
        AtNews2Ge7 = AlarmBurden.Of(_cohort, news2, 7, rule, _draws),
    };

    private CountedAlarms Counted(double[] scores, HitCurve hits, double? alert)
    {
        var wanted = News2(hits.Rule);
        var septic = _cohort.Positives > 0;
        return new CountedAlarms
        {
            AtNews2Ge5 = septic ? At(hits.HighestFinding(Found(wanted.AtNews2Ge5!))) : null,
            AtNews2Ge7 = septic ? At(hits.HighestFinding(Found(wanted.AtNews2Ge7!))) : null,
            Frozen = At(alert),
            MostSensitive = septic ? At(hits.MostFinding()) : null,
        };

        AlarmBurden? At(double? threshold) => threshold is { } t ? AlarmBurden.Of(_cohort, scores, t, hits.Rule, _draws) : null;
    }

    // As many septic patients found is as great a sensitivity: the same patients are divided by.
    private static int Found(AlarmBurden burden) => burden.LeadHistogram.Sum();
}
