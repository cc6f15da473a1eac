// All figures of one model: a row of the table and what its curves are drawn from.
using System.Collections.Immutable;

namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>The figures of docs/evaluation.md for one score. A figure that is not defined has no value, and a note says why.</summary>
public sealed record ModelFigures
{
    /// <summary>The judged scores, with name, version and inputs.</summary>
    public required ScoredModel Model { get; init; }

    /// <summary>Share of scored hours with a label.</summary>
    public required Figure Prevalence { get; init; }

    /// <summary>Area under the ROC curve over hours; a tie counts a half.</summary>
    public required Figure Auroc { get; init; }

    /// <summary>Average precision over hours.</summary>
    public required Figure Auprc { get; init; }

    /// <summary>Mean squared error of the risk; probabilities only.</summary>
    public required Figure Brier { get; init; }

    /// <summary>Expected calibration error over 15 equally filled parts; probabilities only.</summary>
    public required Figure Ece { get; init; }

    /// <summary>Slope of label on logit(risk): 1 is right, below 1 too extreme; probabilities only.</summary>
    public required Figure CalibrationSlope { get; init; }

    /// <summary>Challenge utility at the frozen utility threshold: 1 is perfect, 0 is as good as never predicting.</summary>
    public required Figure Utility { get; init; }

    /// <summary>Share of labelled hours at or above the frozen utility threshold.</summary>
    public required Figure Sensitivity { get; init; }

    /// <summary>Share of hours at or above the frozen utility threshold that are labelled.</summary>
    public required Figure Precision { get; init; }

    /// <summary>Harmonic mean of <see cref="Sensitivity"/> and <see cref="Precision"/>.</summary>
    public required Figure F1 { get; init; }

    /// <summary>Alarms by crossings.</summary>
    public required CountedAlarms Alarms { get; init; }

    /// <summary>Alarms where a score that is still up after the lock-out alarms again.</summary>
    public required CountedAlarms Rearmed { get; init; }

    /// <summary>Why figures have no value, each a sentence.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>Alarms by a rule.</summary>
    internal CountedAlarms AlarmsBy(AlarmRule rule) => rule == AlarmRule.Rearmed ? Rearmed : Alarms;

    /// <summary>Points of the curves.</summary>
    internal ModelCurves Curves { get; init; } = ModelCurves.None;
}
