// All figures of one model: a row of the table and what its curves are drawn from.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>
/// The figures of docs/evaluation.md for one score; a row is a scored hour, and the frozen threshold of hours is that of the greatest utility.
/// </summary>
public sealed record ModelFigures : ScoreFigures
{
    /// <summary>Challenge utility at the frozen utility threshold: 1 is perfect, 0 is as good as never predicting.</summary>
    public required Figure Utility { get; init; }

    /// <summary>Harmonic mean of <see cref="ScoreFigures.Sensitivity"/> and <see cref="ScoreFigures.Precision"/>.</summary>
    public required Figure F1 { get; init; }

    /// <summary>Alarms by crossings.</summary>
    public required CountedAlarms Alarms { get; init; }

    /// <summary>Alarms where a score that is still up after the lock-out alarms again.</summary>
    public required CountedAlarms Rearmed { get; init; }

    /// <summary>Alarms by a rule.</summary>
    internal CountedAlarms AlarmsBy(AlarmRule rule) => rule == AlarmRule.Rearmed ? Rearmed : Alarms;
}
