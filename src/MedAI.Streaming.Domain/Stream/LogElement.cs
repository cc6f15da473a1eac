// What producers hand to the log: frames, control records and refused input, as plain immutable records.
// This is the cold, readable form used by file readers, simulators and tests; Pipeline/Wire turns it into bytes.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Stream;

/// <summary>One element of the log. Times are milliseconds since 1970-01-01T00:00:00Z.</summary>
/// <param name="ArrivalTime">When it reached the log; the flow takes one that goes back as the latest its patient had before.</param>
public abstract record LogElement(long ArrivalTime)
{
    /// <summary>The patient the element belongs to, or empty for one that concerns the whole partition.</summary>
    public abstract string Key { get; }
}

/// <summary>One reading as it was sent.</summary>
/// <param name="Vital">The vital sign, or null where <paramref name="Name"/> is not in the catalogue.</param>
/// <param name="Value">The value in <paramref name="Unit"/>; NaN where none could be read.</param>
/// <param name="Unit">The unit as sent.</param>
/// <param name="Validity">The quality as sent.</param>
/// <param name="Name">What the sender called an unknown vital sign; null for known ones.</param>
/// <param name="MarkedAsError">The source itself marked the reading as an error.</param>
public readonly record struct RecordedReading(
    VitalSign? Vital, double Value, Unit Unit = Unit.Canonical, Validity Validity = Validity.Valid, string? Name = null,
    bool MarkedAsError = false);

/// <summary>A frame: the readings of one device at one event time.</summary>
/// <param name="ArrivalTime">When it reached the log.</param>
/// <param name="Patient">Patient id, 1..128 characters.</param>
/// <param name="Device">Device id, 1..128 characters, unique within the patient.</param>
/// <param name="Source">Class of the device.</param>
/// <param name="Epoch">Counts the device's restarts; sequences start anew with each epoch. Starts at 1.</param>
/// <param name="Sequence">Numbers the device's frames within the epoch, from 1 without gaps.</param>
/// <param name="EventTime">When the readings were true.</param>
/// <param name="Readings">At most 64 readings.</param>
public sealed record FrameElement(
    long ArrivalTime, string Patient, string Device, SourceClass Source, ulong Epoch, ulong Sequence, long EventTime,
    IReadOnlyList<RecordedReading> Readings) : LogElement(ArrivalTime)
{
    /// <inheritdoc/>
    public override string Key => Patient;
}

/// <summary>What is known of a patient; a later record replaces an earlier one. Null fields are unknown.</summary>
/// <param name="ArrivalTime">When it reached the log.</param>
/// <param name="Patient">Patient id.</param>
/// <param name="AgeYears">Age in years.</param>
/// <param name="Male">Administrative sex: true male, false female.</param>
/// <param name="AdmissionTime">Admission to this unit, from which recurrent models count their steps.</param>
/// <param name="Ward">Ward, which selects the limit rules.</param>
/// <param name="Bed">Bed.</param>
/// <param name="SpO2Scale2OrderedBy">Who ordered NEWS2's SpO2 scale 2 (target 88-92 %); null: scale 1.</param>
/// <param name="Pregnant">NEWS2 is refused in pregnancy.</param>
public sealed record PatientFactsElement(
    long ArrivalTime, string Patient, double? AgeYears = null, bool? Male = null, long? AdmissionTime = null, string? Ward = null,
    string? Bed = null, string? SpO2Scale2OrderedBy = null, bool Pregnant = false) : LogElement(ArrivalTime)
{
    /// <inheritdoc/>
    public override string Key => Patient;
}

/// <summary>Somebody acknowledged the live episode of a rule, as far as it was seen.</summary>
/// <param name="ArrivalTime">When it reached the log.</param>
/// <param name="Patient">Patient id.</param>
/// <param name="Rule">Rule id, for example <c>limit.spo2.low</c>.</param>
/// <param name="By">Who acknowledged.</param>
/// <param name="OpenedEventTime">The episode that was seen, by the event time of its opening; null: whatever episode is live.</param>
/// <param name="Ordinal">
/// The newest transition that was seen: an episode that opened, escalated or recurred after it stays unacknowledged. Null: whatever
/// stands. Only together with <paramref name="OpenedEventTime"/>.
/// </param>
public sealed record AcknowledgementElement(
    long ArrivalTime, string Patient, string Rule, string By, long? OpenedEventTime = null, int? Ordinal = null)
    : LogElement(ArrivalTime)
{
    /// <inheritdoc/>
    public override string Key => Patient;
}

/// <summary>A patient wears a device, or wears it no more.</summary>
/// <param name="ArrivalTime">When it reached the log.</param>
/// <param name="Patient">Patient id.</param>
/// <param name="Device">Device id.</param>
/// <param name="From">Event time from which the device's readings are this patient's.</param>
/// <param name="Until">
/// Event time from which they are not any more, not before <paramref name="From"/>; null: the patient wears it from now on.
/// </param>
/// <param name="By">Who said so.</param>
public sealed record DeviceAssociationElement(
    long ArrivalTime, string Patient, string Device, long From, long? Until, string By) : LogElement(ArrivalTime)
{
    /// <inheritdoc/>
    public override string Key => Patient;
}

/// <summary>A patient's own limits; a later record replaces all of an earlier one.</summary>
/// <param name="ArrivalTime">When it reached the log.</param>
/// <param name="Patient">Patient id.</param>
/// <param name="Limits">What holds instead of the ward's or the site's rules of the same ids; empty: nothing.</param>
/// <param name="By">Who set them.</param>
public sealed record PatientLimitsElement(long ArrivalTime, string Patient, IReadOnlyList<PatientLimit> Limits, string By)
    : LogElement(ArrivalTime)
{
    /// <inheritdoc/>
    public override string Key => Patient;
}

/// <summary>The patient left. Facts, or the beginning of an association, readmit.</summary>
/// <param name="ArrivalTime">When it reached the log.</param>
/// <param name="Patient">Patient id.</param>
/// <param name="At">Event time of the discharge.</param>
/// <param name="By">Who discharged.</param>
public sealed record DischargeElement(long ArrivalTime, string Patient, long At, string By) : LogElement(ArrivalTime)
{
    /// <inheritdoc/>
    public override string Key => Patient;
}

/// <summary>For everything behind it that comes due after its arrival time, the model that is elected in this partition answers or does not.</summary>
/// <param name="ArrivalTime">When it reached the log.</param>
/// <param name="Partition">The partition it concerns.</param>
/// <param name="Available">Whether the model answers.</param>
/// <param name="Detail">Why, in words.</param>
public sealed record ModelAvailabilityElement(long ArrivalTime, int Partition, bool Available, string Detail)
    : LogElement(ArrivalTime)
{
    /// <inheritdoc/>
    public override string Key => "";
}

/// <summary>For everything behind it that comes due after its arrival time, another model's alerts count in this partition.</summary>
/// <param name="ArrivalTime">When it reached the log.</param>
/// <param name="Partition">The partition it concerns.</param>
/// <param name="Election">The model.</param>
public sealed record ModelElectedElement(long ArrivalTime, int Partition, ModelElection Election) : LogElement(ArrivalTime)
{
    /// <inheritdoc/>
    public override string Key => "";
}

/// <summary>The owner of a partition says that this much arrival time has passed.</summary>
/// <param name="ArrivalTime">The arrival time that has passed.</param>
public sealed record ClockElement(long ArrivalTime) : LogElement(ArrivalTime)
{
    /// <inheritdoc/>
    public override string Key => "";
}

/// <summary>Input that could not become a frame; it is counted, and kept in the dead letters.</summary>
/// <param name="ArrivalTime">When it reached the log (the arrival time of the element before it, if it has none).</param>
/// <param name="Readings">How many readings it stands for, at least 1.</param>
/// <param name="Reason">Why it was refused.</param>
/// <param name="Where">Where it stood, for example <c>vitals.csv:17</c>.</param>
/// <param name="Text">The beginning of it, at most 200 characters.</param>
public sealed record RefusedElement(long ArrivalTime, int Readings, RejectReason Reason, string Where, string Text)
    : LogElement(ArrivalTime)
{
    /// <inheritdoc/>
    public override string Key => "";
}
