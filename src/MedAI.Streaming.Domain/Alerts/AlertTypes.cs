// The words of alerting: priorities, kinds, what a transition can be and why it happened.
namespace MedAI.Streaming.Domain.Alerts;

/// <summary>Alarm priority in the sense of IEC 60601-1-8 (no conformity is claimed). Higher numbers are more urgent.</summary>
public enum AlertPriority : byte
{
    /// <summary>No alarm.</summary>
    None = 0,

    /// <summary>Awareness is needed.</summary>
    Low = 1,

    /// <summary>A prompt response is needed.</summary>
    Medium = 2,

    /// <summary>An immediate response is needed.</summary>
    High = 3,
}

/// <summary>What an alarm is about (IEC 60601-1-8: physiological or technical alarm condition).</summary>
public enum AlertKind : byte
{
    /// <summary>The patient.</summary>
    Physiological = 0,

    /// <summary>The equipment, the signal, or the monitor itself.</summary>
    Technical = 1,
}

/// <summary>What changed in an episode.</summary>
public enum TransitionKind : byte
{
    /// <summary>The episode began.</summary>
    Opened = 0,

    /// <summary>It became more urgent.</summary>
    Escalated = 1,

    /// <summary>It became less urgent.</summary>
    Deescalated = 2,

    /// <summary>The condition is over, but the rule latches: it stays until somebody acknowledges it.</summary>
    Latched = 3,

    /// <summary>The condition came back while latched.</summary>
    Recurred = 4,

    /// <summary>The inputs no longer tell whether the condition holds.</summary>
    BecameIndeterminate = 5,

    /// <summary>The inputs tell again, and the condition holds.</summary>
    BecameDeterminate = 6,

    /// <summary>Somebody acknowledged it.</summary>
    Acknowledged = 7,

    /// <summary>The episode ended.</summary>
    Resolved = 8,
}

/// <summary>Why a transition happened.</summary>
public enum TransitionReason : byte
{
    /// <summary>A value was above its limit for the condition delay.</summary>
    AboveLimit = 0,

    /// <summary>A value was below its limit for the condition delay.</summary>
    BelowLimit = 1,

    /// <summary>The value came back inside the limit by the hysteresis.</summary>
    BackInsideLimit = 2,

    /// <summary>A score reached a threshold.</summary>
    ScoreReached = 3,

    /// <summary>A single parameter of the score reached its highest points.</summary>
    SingleParameterReached = 4,

    /// <summary>A score with every input stayed below its threshold for the clearing time.</summary>
    ScoreCleared = 5,

    /// <summary>Inputs of the score are missing or stale, so that it can no longer tell.</summary>
    InputsStale = 6,

    /// <summary>The inputs are back.</summary>
    InputsBack = 7,

    /// <summary>Nothing came from the source for its contact timeout.</summary>
    ContactLost = 8,

    /// <summary>The source was heard again.</summary>
    ContactRestored = 9,

    /// <summary>Frames of the source are missing and the gap wait is over.</summary>
    SequenceGap = 10,

    /// <summary>Frames came without gaps for the clearing time.</summary>
    SequenceContiguous = 11,

    /// <summary>The signal was invalid or implausible for the bad-signal time.</summary>
    SignalBad = 12,

    /// <summary>As <see cref="SignalBad"/>, and the last valid value was beyond its limit.</summary>
    SignalBadAfterBreach = 13,

    /// <summary>The signal is good again.</summary>
    SignalGood = 14,

    /// <summary>Event times run further ahead of arrival than the source may be.</summary>
    ClockAhead = 15,

    /// <summary>Event times agree with arrival again.</summary>
    ClockAgrees = 16,

    /// <summary>The model does not answer; the clinical score stands in.</summary>
    ModelSilent = 17,

    /// <summary>The model answers again.</summary>
    ModelBack = 18,

    /// <summary>Somebody acknowledged.</summary>
    ByPerson = 19,

    /// <summary>Event times went back behind the source's watermark by more than its grace: the readings are stored, not judged.</summary>
    ClockBehind = 20,

    /// <summary>A device numbered newer data lower than before: its order starts anew.</summary>
    NumberingRestarted = 21,

    /// <summary>The device behind it was taken away from the patient, or the last device of the patient was.</summary>
    DeviceRemoved = 22,

    /// <summary>The patient was discharged.</summary>
    Discharged = 23,

    /// <summary>The rule is out of force under the limits that hold for the patient now.</summary>
    LimitsChanged = 24,
}
