// The two ways of counting alarms: by crossings, and re-armed after each lock-out.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>What makes an hour at or above the threshold alarm, once the patient's last alarm is six hours old or older.</summary>
public enum AlarmRule
{
    /// <summary>
    /// The rule that figures go by unless they say otherwise: the score was below the threshold at the scored hour before. A crossing
    /// inside the lock-out is lost, not postponed, so a score that stays up alarms once.
    /// </summary>
    Crossing,

    /// <summary>Nothing else: a score that is still up when the lock-out ends alarms again, as on a ward where alarms are acknowledged.</summary>
    Rearmed,
}
