// The alarms of one score, counted by one rule, at every threshold that the report looks at.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>What a score's alarms come to; NEWS2, to whose sensitivity it is matched, is counted by the same rule.</summary>
public sealed record CountedAlarms
{
    /// <summary>Alarms at the sensitivity of NEWS2 at 5 or more; null where no threshold reaches it.</summary>
    public AlarmBurden? AtNews2Ge5 { get; init; }

    /// <summary>Alarms at the sensitivity of NEWS2 at 7 or more; null where no threshold reaches it.</summary>
    public AlarmBurden? AtNews2Ge7 { get; init; }

    /// <summary>Alarms at the frozen alert threshold; null where there is none.</summary>
    public AlarmBurden? Frozen { get; init; }

    /// <summary>
    /// Alarms at the threshold that finds most septic patients (the highest of equals): how far this score can come at all; null
    /// where no patient is septic.
    /// </summary>
    public AlarmBurden? MostSensitive { get; init; }
}
