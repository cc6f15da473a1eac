// Small cohorts and scores for the tests of single figures.
using MedAI.Streaming.Evaluation.Metrics;

namespace Acceptance.Tests.Metrics;

internal static class Judging
{
    /// <summary>One patient a string of digits, from hour 1: <c>"0011"</c> is four hours, the last two labelled.</summary>
    public static LabelledCohort Patients(params string[] labels) =>
        LabelledCohort.Of(labels.Select((text, p) => Stay($"p{p}", 1, text)));

    /// <summary>A stay from an hour on, a digit an hour; a space is an hour without a row.</summary>
    public static LabelledStay Stay(string patient, int from, string labels) => new(
        patient,
        [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] != ' ').Select(i => from + i)],
        [.. labels.Where(c => c != ' ').Select(c => c == '1')]);

    /// <summary>A probability.</summary>
    public static ScoredModel Risk(params double[] scores) => Model(scores) with { IsProbability = true };

    /// <summary>A score that is no probability, with both frozen thresholds.</summary>
    public static ScoredModel Points(double threshold, params double[] scores) =>
        Model(scores) with { Frozen = new FrozenThresholds(threshold, threshold) };

    /// <summary>The figures of a model, with NEWS2 at 0 throughout unless given.</summary>
    public static ModelFigures Judge(LabelledCohort cohort, ScoredModel model, double[]? news2 = null) =>
        new Evaluator(cohort, News2(news2 ?? new double[cohort.Hours.Length]), draws: 50).Judge(model);

    public static ScoredModel News2(params double[] scores) => Model(scores) with { Name = "NEWS2", IsClinicalScore = true };

    private static ScoredModel Model(double[] scores) => new()
    {
        Name = "model",
        Version = "1.0.0",
        Inputs = "all",
        Scores = [.. scores],
        IsProbability = false,
        IsClinicalScore = false,
    };
}
