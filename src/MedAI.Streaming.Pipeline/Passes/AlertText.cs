// Says in words what happened and why, for screens, pages and audits.
using System.Globalization;
using MedAI.Streaming.Domain.Alerts;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>Writes the sentence of a transition.</summary>
internal static class AlertText
{
    /// <summary>The sentence: what changed, to which priority, why, with the value and what it was held against.</summary>
    public static string Sentence(string rule, in Decision decision, in AlertEpisode episode, in Evidence evidence)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{rule} {Verb(decision.Change.Kind, episode.Priority)}: {Why(in decision, in evidence)}");
        return evidence.Detail.Length == 0 ? text : $"{text}; {evidence.Detail}";
    }

    /// <summary>An instant as ISO 8601 writes it; one that has no date there stays in ms since 1970.</summary>
    public static string Time(long ms) =>
        ms is > -62135596800000 and < 253402300800000
            ? DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)
            : ms.ToString(CultureInfo.InvariantCulture) + " ms";

    private static string Verb(TransitionKind kind, AlertPriority priority) => kind switch
    {
        TransitionKind.Opened => $"opened at {Word(priority)} priority",
        TransitionKind.Escalated => $"rose to {Word(priority)} priority",
        TransitionKind.Deescalated => $"fell to {Word(priority)} priority",
        TransitionKind.Latched => "latched until acknowledged",
        TransitionKind.Recurred => $"came back at {Word(priority)} priority",
        TransitionKind.BecameIndeterminate => "cannot be told any more and stays open",
        TransitionKind.BecameDeterminate => "can be told again and still holds",
        TransitionKind.Acknowledged => "acknowledged",
        _ => "resolved",
    };

    private static string Why(in Decision decision, in Evidence evidence)
    {
        var value = (evidence.Quantity.Length == 0 ? "" : evidence.Quantity + " ") + Number(evidence.Value);
        var threshold = Number(decision.Threshold);
        return decision.Reason switch
        {
            TransitionReason.AboveLimit => $"{value} is above {threshold}",
            TransitionReason.BelowLimit => $"{value} is below {threshold}",
            TransitionReason.BackInsideLimit => $"{value} is back inside {threshold}",
            TransitionReason.ScoreReached => $"{value} reached {threshold}",
            TransitionReason.SingleParameterReached => $"a single parameter scored its highest points (total {value})",
            TransitionReason.ScoreCleared => $"{value} stayed below {threshold}",
            TransitionReason.InputsStale => "inputs are missing or stale",
            TransitionReason.InputsBack => "inputs are back",
            TransitionReason.ContactLost => $"nothing was heard for {value} s",
            TransitionReason.ContactRestored => "the source was heard again",
            TransitionReason.SequenceGap => $"{value} frames are missing",
            TransitionReason.SequenceContiguous => "frames come without gaps",
            TransitionReason.SignalBad => $"the signal was invalid or implausible for {value} s",
            TransitionReason.SignalBadAfterBreach => $"the signal was lost for {value} s after a value beyond its limit",
            TransitionReason.SignalGood => "the signal is good again",
            TransitionReason.ClockAhead => $"event times are {value} s ahead of arrival; the readings are rejected",
            TransitionReason.ClockBehind => $"event times went back by {value} s; the readings are late: stored, not judged",
            TransitionReason.NumberingRestarted => $"the device's numbering went back to {value}; its order starts anew",
            TransitionReason.ClockAgrees => "event times agree with arrival again",
            TransitionReason.ModelSilent => "the model does not answer; the clinical score stands in",
            TransitionReason.ModelBack => "the model answers again",
            TransitionReason.DeviceRemoved => "the device was taken away",
            TransitionReason.Discharged => "the patient was discharged",
            TransitionReason.LimitsChanged => "the rule is out of force under the patient's limits",
            _ => "by a person",
        };
    }

    private static string Word(AlertPriority priority) => priority switch
    {
        AlertPriority.High => "high",
        AlertPriority.Medium => "medium",
        AlertPriority.Low => "low",
        _ => "no",
    };

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
