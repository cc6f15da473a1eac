// One column of the table to be: a model or clinical score, with its score of every scored hour.
using System.Collections.Immutable;

namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>The scores of one model on the rows of a <see cref="LabelledCohort"/>, in the same order. Immutable.</summary>
public sealed record ScoredModel
{
    private static readonly string[] InputWords = ["vitals", "all", "time"];

    private readonly string _inputs = "vitals";

    /// <summary>Name in the report, such as <c>sepsis-vitals-gru</c> or <c>NEWS2</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Version of the model or of the program that computed the score.</summary>
    public required string Version { get; init; }

    /// <summary>What the score looks at: exactly <c>vitals</c>, <c>all</c> or <c>time</c>.</summary>
    /// <exception cref="ArgumentException">Another word was given.</exception>
    public required string Inputs
    {
        get => _inputs;
        init => _inputs = Array.IndexOf(InputWords, value) >= 0
            ? value
            : throw new ArgumentException($"Inputs are vitals, all or time, not '{value}'.", nameof(value));
    }

    /// <summary>One score for each scored hour; NaN where there is none.</summary>
    public required ImmutableArray<double> Scores { get; init; }

    /// <summary>
    /// One alarm score 0..1 for each scored hour, by which alarms are decided and all figures of alarms are computed; empty: alarms are decided
    /// by <see cref="Scores"/>.
    /// </summary>
    public ImmutableArray<double> AlarmScores { get; init; } = [];

    /// <summary>Whether scores are probabilities in [0, 1]; only then there are Brier, ECE, calibration slope and a curve.</summary>
    public required bool IsProbability { get; init; }

    /// <summary>Whether this is a clinical score: one that could not be computed (NaN) then counts as 0.</summary>
    public required bool IsClinicalScore { get; init; }

    /// <summary>Thresholds that were frozen elsewhere; null for a score that brings none.</summary>
    public FrozenThresholds? Frozen { get; init; }

    /// <summary>By input: the population stability index against what the model was trained on; null for a score that brings no histograms.</summary>
    public IReadOnlyDictionary<string, double>? Drift { get; init; }

    /// <summary>What a reader of the figures must know of the model beforehand, a sentence each; the notes on the figures go behind them.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>The scores as they are judged: checked, and with 0 for a clinical score that is missing.</summary>
    /// <exception cref="ArgumentException">
    /// There are not as many scores as scored hours, a score is infinite, a model's score is missing, or a probability lies outside
    /// [0, 1]; the message names model, patient and hour.
    /// </exception>
    internal double[] ScoresOn(LabelledCohort cohort) => Checked(Scores, "score", cohort);

    /// <summary>The alarm scores as they are judged; null: alarms are decided by <see cref="ScoresOn"/>.</summary>
    /// <exception cref="ArgumentException">As of <see cref="ScoresOn"/>.</exception>
    internal double[]? AlarmScoresOn(LabelledCohort cohort) =>
        AlarmScores.IsDefaultOrEmpty ? null : Checked(AlarmScores, "alarm score", cohort);

    private double[] Checked(ImmutableArray<double> scores, string what, LabelledCohort cohort)
    {
        if (scores.IsDefault || scores.Length != cohort.Hours.Length)
        {
            throw new ArgumentException(
                $"{Name} has {(scores.IsDefault ? 0 : scores.Length)} {what}s for {cohort.Hours.Length} scored hours.", nameof(cohort));
        }

        var judged = new double[scores.Length];
        for (var row = 0; row < judged.Length; row++)
        {
            var score = scores[row];
            if (double.IsNaN(score) && IsClinicalScore) continue;
            if (!double.IsFinite(score)) throw Refused(cohort, row, (double.IsNaN(score) ? "no " : "an infinite ") + what);
            if (IsProbability && score is < 0 or > 1) throw Refused(cohort, row, "a probability outside 0 to 1");
            judged[row] = score;
        }

        return judged;
    }

    private ArgumentException Refused(LabelledCohort cohort, int row, string what) =>
        new($"{Name} {Version} has {what} for {cohort.Where(row)}.");
}
