// All figures of one score that was asked once a stay how it will end.
using System.Collections.Immutable;

namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>The figures of docs/evaluation.md for one score a stay. A figure that is not defined has no value, and a note says why.</summary>
public sealed record OutcomeFigures
{
    /// <summary>The judged scores, with name, version, inputs and the frozen threshold.</summary>
    public required ScoredModel Model { get; init; }

    /// <summary>Share of stays that ended in death.</summary>
    public required Figure Prevalence { get; init; }

    /// <summary>Area under the ROC curve over stays; a tie counts a half.</summary>
    public required Figure Auroc { get; init; }

    /// <summary>Average precision over stays.</summary>
    public required Figure Auprc { get; init; }

    /// <summary>Mean squared error of the risk; probabilities only.</summary>
    public required Figure Brier { get; init; }

    /// <summary>Expected calibration error over 15 equally filled parts; probabilities only.</summary>
    public required Figure Ece { get; init; }

    /// <summary>Slope of outcome on logit(risk): 1 is right, below 1 too extreme; probabilities only.</summary>
    public required Figure CalibrationSlope { get; init; }

    /// <summary>Share of deaths at or above the frozen threshold.</summary>
    public required Figure Sensitivity { get; init; }

    /// <summary>Share of the stays at or above the frozen threshold that ended in death; 0 where there is none.</summary>
    public required Figure Precision { get; init; }

    /// <summary>The smaller of <see cref="Sensitivity"/> and <see cref="Precision"/>: event 1 of the PhysioNet/CinC Challenge 2012.</summary>
    public required Figure MinSensitivityPrecision { get; init; }

    /// <summary>
    /// The greatest such minimum that any threshold gives on the judged stays themselves: an upper bound, and the only such figure of a score that
    /// brings no threshold.
    /// </summary>
    public required Figure BestMinSensitivityPrecision { get; init; }

    /// <summary>Why figures have no value, each a sentence.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>Points of the curves; there is no curve of alarms.</summary>
    internal ModelCurves Curves { get; init; } = ModelCurves.None;
}
