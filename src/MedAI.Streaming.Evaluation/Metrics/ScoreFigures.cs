// The figures that every judged score has, whether it was asked by the hour or once a stay.
using System.Collections.Immutable;

namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>
/// Figures over rows: scored hours or stays, labelled or not. A figure that is not defined has no value, and a note says why.
/// </summary>
public abstract record ScoreFigures
{
    /// <summary>The judged scores, with name, version, inputs and frozen thresholds.</summary>
    public required ScoredModel Model { get; init; }

    /// <summary>Share of labelled rows.</summary>
    public required Figure Prevalence { get; init; }

    /// <summary>Area under the ROC curve over rows; a tie counts a half.</summary>
    public required Figure Auroc { get; init; }

    /// <summary>Average precision over rows.</summary>
    public required Figure Auprc { get; init; }

    /// <summary>Mean squared error of the risk; probabilities only.</summary>
    public required Figure Brier { get; init; }

    /// <summary>Expected calibration error over 15 equally filled parts; probabilities only.</summary>
    public required Figure Ece { get; init; }

    /// <summary>Slope of label on logit(risk): 1 is right, below 1 too extreme; probabilities only.</summary>
    public required Figure CalibrationSlope { get; init; }

    /// <summary>Share of labelled rows at or above the frozen threshold.</summary>
    public required Figure Sensitivity { get; init; }

    /// <summary>Share of the rows at or above the frozen threshold that are labelled; 0 where there is none.</summary>
    public required Figure Precision { get; init; }

    /// <summary>What to know of the figures, each a sentence: of what they are, and why some have no value.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>Points of the curves.</summary>
    internal ModelCurves Curves { get; init; } = ModelCurves.None;
}
