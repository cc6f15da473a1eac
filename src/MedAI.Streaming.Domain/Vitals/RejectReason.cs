// Why a reading was not taken; each reason has one name, used alike in counters, dead letters and reports.
namespace MedAI.Streaming.Domain.Vitals;

/// <summary>Why a reading was rejected. <see cref="RejectReasons.Name"/> gives the name used in reports.</summary>
public enum RejectReason : byte
{
    /// <summary>Not rejected.</summary>
    None = 0,

    /// <summary>The vital sign is not in the catalogue.</summary>
    UnknownVitalSign = 1,

    /// <summary>The unit is unknown or does not measure this vital sign.</summary>
    WrongUnit = 2,

    /// <summary>The value is missing, NaN, infinite or not numeric.</summary>
    NotANumber = 3,

    /// <summary>The value is outside the plausible range of the vital sign.</summary>
    OutOfRange = 4,

    /// <summary>The event time is further ahead of the arrival time than the source may be.</summary>
    FutureEventTime = 5,

    /// <summary>The same vital sign appears twice in one frame; the first is kept.</summary>
    RepeatedInFrame = 6,

    /// <summary>The record or line cannot be read.</summary>
    Malformed = 7,

    /// <summary>The line is longer than the limit.</summary>
    LineTooLong = 8,

    /// <summary>The input ends in the middle of a record.</summary>
    Truncated = 9,

    /// <summary>A field that every reading needs (patient, time, vital sign) is missing.</summary>
    MissingField = 10,

    /// <summary>Demo data in a store that is not marked demo.</summary>
    DemoData = 11,

    /// <summary>The source itself marked the reading as an error (for example a charting error).</summary>
    MarkedAsError = 12,

    /// <summary>At the event time the patient did not wear the device.</summary>
    DeviceNotWorn = 13,

    /// <summary>At the event time the patient was discharged and not yet readmitted.</summary>
    PatientDischarged = 14,

    /// <summary>The record lies in a partition that is not its patient's.</summary>
    WrongPartition = 15,

    /// <summary>The frame names no patient, and nobody wore the device at its event time.</summary>
    DeviceNotAssociated = 16,

    /// <summary>The frame names a patient, and at its event time another one wore the device.</summary>
    OtherPatient = 17,

    /// <summary>The sender may not send for this device, or not for patients of this ward.</summary>
    DeviceNotAllowed = 18,

    /// <summary>Only frames of patients that were entered are taken, and this one was not, or is discharged.</summary>
    UnknownPatient = 19,
}

/// <summary>Names of <see cref="RejectReason"/> as they stand in reports and dead letters.</summary>
public static class RejectReasons
{
    /// <summary>The number of reasons, including <see cref="RejectReason.None"/>.</summary>
    public const int Count = 20;

    private static readonly string[] Names =
    [
        "none", "unknown_vital_sign", "wrong_unit", "not_a_number", "out_of_range", "future_event_time", "repeated_in_frame",
        "malformed", "line_too_long", "truncated", "missing_field", "demo_data", "marked_as_error",
        "device_not_worn", "patient_discharged", "wrong_partition", "device_not_associated", "other_patient",
        "device_not_allowed", "unknown_patient",
    ];

    /// <summary>The reason's name in lower snake case.</summary>
    public static string Name(this RejectReason reason) => Names[(int)reason];
}
