// The port through which people watch: what each patient looks like now, and transitions as they happen.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>Watches the flows. Called by several flows at once; must return quickly and may drop patient views.</summary>
/// <remarks>Nothing depends on it: transitions reach people through the outbox, not through here.</remarks>
public interface ILiveFeed
{
    /// <summary>How a patient looks at the end of a batch in which something of the patient changed.</summary>
    void Patient(PatientView view);

    /// <summary>A transition that is durable. After a crash it may be told again.</summary>
    void Transition(TransitionRecord transition);
}

/// <summary>A vital sign as it stands.</summary>
/// <param name="Vital">The vital sign.</param>
/// <param name="Value">In its own unit.</param>
/// <param name="EventTime">When it was true, ms since 1970.</param>
/// <param name="Source">The class of its source.</param>
/// <param name="Stale">Older than its validity window.</param>
public readonly record struct VitalView(VitalSign Vital, double Value, long EventTime, SourceClass Source, bool Stale);

/// <summary>An episode that is not over.</summary>
/// <param name="Rule">Rule id.</param>
/// <param name="Alert">Physiological or technical.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="OpenedEventTime">When it opened, ms since 1970.</param>
/// <param name="Latched">Its condition is over and it waits for an acknowledgement.</param>
/// <param name="Indeterminate">Its inputs no longer tell.</param>
/// <param name="Acknowledged">Somebody acknowledged it.</param>
public readonly record struct EpisodeView(
    string Rule, AlertKind Alert, AlertPriority Priority, long OpenedEventTime, bool Latched, bool Indeterminate, bool Acknowledged);

/// <summary>A clinical score with its parts.</summary>
/// <param name="Value">The total.</param>
/// <param name="Partial">Inputs were missing or stale: a lower bound.</param>
/// <param name="Parts">Points by short name of the parameter, in the order of the published table; -1: missing.</param>
public sealed record ScoreView(double Value, bool Partial, IReadOnlyList<(string Part, int Points)> Parts);

/// <summary>One patient as a screen shows them.</summary>
/// <param name="Patient">Patient id.</param>
/// <param name="Ward">Ward, or empty.</param>
/// <param name="Bed">Bed, or empty.</param>
/// <param name="Clock">The patient's clock: the newest event time known, ms since 1970; ages are counted from the arrival time.</param>
/// <param name="ArrivalTime">Arrival time up to which this view holds, ms since 1970.</param>
/// <param name="Vitals">The vital signs that were ever seen.</param>
/// <param name="News2">The last NEWS2, or null before the first.</param>
/// <param name="News2Time">Event time of it.</param>
/// <param name="Risk">The model's last risk 0..1, or NaN.</param>
/// <param name="RiskTime">Event time of it.</param>
/// <param name="Episodes">Episodes that are not over.</param>
public sealed record PatientView(
    string Patient, string Ward, string Bed, long Clock, long ArrivalTime, IReadOnlyList<VitalView> Vitals, ScoreView? News2,
    long News2Time, double Risk, long RiskTime, IReadOnlyList<EpisodeView> Episodes)
{
    /// <summary>The alarm score 0..1 by which the model's alerts are decided; NaN: they are decided by the risk.</summary>
    public double AlarmScore { get; init; } = double.NaN;

    /// <summary>What is held against the thresholds of the model's alerts; NaN: nothing yet.</summary>
    public double Decisive => new ModelScore(Risk, AlarmScore).Decisive;
}
