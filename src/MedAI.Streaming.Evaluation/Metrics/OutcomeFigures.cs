// All figures of one score that was asked once a stay how it will end.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>The figures of docs/evaluation.md for one score a stay; a row is a stay, and labelled if it ended in death.</summary>
public sealed record OutcomeFigures : ScoreFigures
{
    /// <summary>The smaller of <see cref="ScoreFigures.Sensitivity"/> and <see cref="ScoreFigures.Precision"/>: event 1 of the PhysioNet/CinC Challenge 2012.</summary>
    public required Figure MinSensitivityPrecision { get; init; }

    /// <summary>
    /// The greatest such minimum that any threshold gives on the judged stays themselves: an upper bound, and the only such figure of a score that
    /// brings no threshold.
    /// </summary>
    public required Figure BestMinSensitivityPrecision { get; init; }
}
