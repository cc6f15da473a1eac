// Everything the hot path keeps of one patient, in one place, as plain memory.
using System.Runtime.CompilerServices;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Domain.Windows;

namespace MedAI.Streaming.Domain.Patients;

/// <summary>One window per vital sign.</summary>
[InlineArray(VitalSignCatalogue.Count)]
public struct VitalWindows
{
    private VitalWindow _first;
}

/// <summary>What limits follow of one vital sign: the lead source's newest released reading.</summary>
public struct LimitLead
{
    /// <summary>Event time of the newest reading of the lead, ms; <see cref="long.MinValue"/> before the first.</summary>
    public long LastEventTime;

    /// <summary>Event time of <see cref="LastValid"/>, ms; <see cref="long.MinValue"/> before the first.</summary>
    public long LastValidTime;

    /// <summary>Arrival time of the newest reading, ms.</summary>
    public long LastArrivalTime;

    /// <summary>The lead's last valid value; NaN before the first.</summary>
    public double LastValid;

    /// <summary>Event time since when the signal is bad; 0: it is good.</summary>
    public long BadSince;

    /// <summary>The lead's number within the patient, or <see cref="VitalWindow.NoDevice"/>.</summary>
    public byte Device;

    /// <summary>The lead's class.</summary>
    public SourceClass Source;

    /// <summary>Nobody leads yet.</summary>
    public static LimitLead None => new()
    {
        LastEventTime = long.MinValue,
        LastValid = double.NaN,
        LastValidTime = long.MinValue,
        Device = VitalWindow.NoDevice,
    };
}

/// <summary>One limit lead per vital sign.</summary>
[InlineArray(VitalSignCatalogue.Count)]
public struct LimitLeads
{
    private LimitLead _first;
}

/// <summary>The flow's numbers of a patient's devices, by number within the patient.</summary>
[InlineArray(PatientState.MaxDevices)]
public struct DeviceNumbers
{
    private int _first;
}

/// <summary>Counters of readings rejected, by <see cref="RejectReason"/>.</summary>
[InlineArray(RejectReasons.Count)]
public struct RejectCounts
{
    private long _first;
}

/// <summary>What became of a patient's readings; they add up: accepted + late + duplicate + rejected = in.</summary>
public struct ReadingCounts
{
    /// <summary>Frames, repeats included.</summary>
    public long Frames;

    /// <summary>Readings that arrived.</summary>
    public long In;

    /// <summary>Readings taken.</summary>
    public long Accepted;

    /// <summary>Readings behind their source's watermark by more than the grace: stored, not judged.</summary>
    public long Late;

    /// <summary>Readings of frames that were here before.</summary>
    public long Duplicate;

    /// <summary>Readings rejected, by reason.</summary>
    public RejectCounts Rejected;
}

/// <summary>Facts about a patient that decide scores.</summary>
public struct PatientFacts
{
    /// <summary>Age in years; NaN: unknown.</summary>
    public double AgeYears;

    /// <summary>1 male, 0 female, 0.5 unknown: as models take it.</summary>
    public double SexMale;

    /// <summary>Admission, ms since 1970; <see cref="long.MinValue"/>: unknown, the first event time stands in.</summary>
    public long AdmissionTime;

    /// <summary>NEWS2's SpO2 scale 2 was ordered.</summary>
    public bool SpO2Scale2;

    /// <summary>Pregnant: NEWS2 is refused.</summary>
    public bool Pregnant;

    /// <summary>Nothing is known.</summary>
    public static PatientFacts Unknown => new() { AgeYears = double.NaN, SexMale = 0.5, AdmissionTime = long.MinValue };
}

/// <summary>
/// The hot state of one patient; rule states and the model's state lie beside it, by the same number. Times are ms since 1970;
/// *event* times unless said otherwise.
/// </summary>
public struct PatientState
{
    /// <summary>The most devices a patient may have.</summary>
    public const int MaxDevices = 16;

    /// <summary>No time is set.</summary>
    public const long Never = long.MaxValue;

    /// <summary>Log offset of the last record applied.</summary>
    public long LastOffset;

    /// <summary>Arrival time of the last record applied.</summary>
    public long LastArrival;

    /// <summary>The patient's clock: the newest event time released, never ahead of its arrival.</summary>
    public long Clock;

    /// <summary>Event time up to which the windows hold everything that is waited for.</summary>
    public long Settled;

    /// <summary>The newest event time in the windows.</summary>
    public long Applied;

    /// <summary>How far <see cref="Settled"/> stays behind <see cref="Clock"/>: the longest gap wait among the patient's sources.</summary>
    public long SettleTime;

    /// <summary>The last instant scored.</summary>
    public long LastTick;

    /// <summary>The next instant to score, or <see cref="Never"/>.</summary>
    public long DueTick;

    /// <summary>Arrival time at which <see cref="DueTick"/> is scored even if nothing newer comes, or <see cref="Never"/>.</summary>
    public long ForceAt;

    /// <summary>The end of the model's current step, or <see cref="Never"/>.</summary>
    public long NextStep;

    /// <summary>The end of the model's last step.</summary>
    public long StepStart;

    /// <summary>Arrival time of the next instant at which anything may be due; never later than what is due.</summary>
    public long NextInstant;

    /// <summary>The first settled frame that waits for its time, by the flow's numbering; -1: none.</summary>
    public int QueueFirst;

    /// <summary>The last of them; -1: none.</summary>
    public int QueueLast;

    /// <summary>How many devices the patient has.</summary>
    public int DeviceCount;

    /// <summary>How many episodes wait for the decision whether delayed data pages.</summary>
    public int PagesPending;

    /// <summary>Vital signs with a window in use.</summary>
    public ulong Seen;

    /// <summary>Vital signs with anything under way in their limits.</summary>
    public ulong Active;

    /// <summary>Something came in since the last score.</summary>
    public bool Dirty;

    /// <summary>Sources of each class that lost contact, as a bit per device.</summary>
    public uint LostDevices;

    /// <summary>Event time of the last sequence gap by class, for clearing; 0: none open.</summary>
    public SourceTimes LastGap;

    /// <summary>Event time of the last frame ahead of its arrival by class, for clearing; 0: none open.</summary>
    public SourceTimes LastSkew;

    /// <summary>Scores of the model; NaN before the first.</summary>
    public double Risk;

    /// <summary>The alarm score beside it; NaN: the model has none of its own.</summary>
    public double AlarmScore;

    /// <summary>When <see cref="Risk"/> was true.</summary>
    public long RiskTime;

    /// <summary>Instants scored by the model.</summary>
    public long ScoreCount;

    /// <summary>The first event time taken in this stay; <see cref="long.MinValue"/>: nothing was.</summary>
    public long FirstEventTime;

    /// <summary>Event time from the first to the newest reading of earlier stays, ms, for reports.</summary>
    public long EarlierStays;

    /// <summary>Event time of the last discharge; <see cref="long.MinValue"/>: there was none.</summary>
    public long DischargedAt;

    /// <summary>Event time from which the patient is in care again after it; <see cref="Never"/>: not yet.</summary>
    public long ReadmittedAt;

    /// <summary>The facts.</summary>
    public PatientFacts Facts;

    /// <summary>The counters.</summary>
    public ReadingCounts Counts;

    /// <summary>The devices.</summary>
    public DeviceNumbers Devices;

    /// <summary>What limits follow. The arrays by vital sign stand last: checkpoints leave out what is unused of them.</summary>
    public LimitLeads Leads;

    /// <summary>The windows.</summary>
    public VitalWindows Windows;

    /// <summary>A patient of whom nothing is known.</summary>
    public static PatientState New()
    {
        var state = new PatientState
        {
            LastOffset = -1,
            LastArrival = long.MinValue,
            Clock = long.MinValue,
            Settled = long.MinValue,
            Applied = long.MinValue,
            LastTick = long.MinValue,
            DueTick = Never,
            ForceAt = Never,
            NextStep = Never,
            StepStart = long.MinValue,
            NextInstant = Never,
            QueueFirst = -1,
            QueueLast = -1,
            Risk = double.NaN,
            AlarmScore = double.NaN,
            RiskTime = long.MinValue,
            FirstEventTime = long.MinValue,
            DischargedAt = long.MinValue,
            ReadmittedAt = long.MinValue,
            Facts = PatientFacts.Unknown,
        };
        for (var v = 0; v < VitalSignCatalogue.Count; v++)
        {
            state.Windows[v] = VitalWindow.Empty;
            state.Leads[v] = LimitLead.None;
        }

        return state;
    }
}

/// <summary>One time per source class.</summary>
[InlineArray(3)]
public struct SourceTimes
{
    private long _first;
}
