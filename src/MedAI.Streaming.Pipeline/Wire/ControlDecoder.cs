// Decodes control records (schemas/control.proto) back into log elements; they are rare, so they may allocate.
using System.Text;
using System.Text.Unicode;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>Decodes control records.</summary>
public static partial class ControlDecoder
{
    // Older than any person was; a sentinel such as -1 or 999 is no age.
    private const double MaxAgeYears = 130;

    // More than any site has rules.
    private const int MaxLimits = 1024;

    /// <summary>Decodes a record that is not a frame.</summary>
    /// <returns>The element, or null when the bytes are not well-formed or the kind is unknown.</returns>
    public static LogElement? Decode(RecordKind kind, long arrivalTime, int partition, ReadOnlySpan<byte> payload) => kind switch
    {
        RecordKind.Clock => new ClockElement(arrivalTime),
        RecordKind.PatientFacts => Facts(arrivalTime, payload),
        RecordKind.Acknowledgement => Acknowledgement(arrivalTime, payload),
        RecordKind.ModelAvailability => Model(arrivalTime, partition, payload),
        RecordKind.Refused => Refused(arrivalTime, payload),
        RecordKind.DeviceAssociation => Association(arrivalTime, payload),
        RecordKind.PatientLimits => Limits(arrivalTime, payload),
        RecordKind.Discharge => Discharge(arrivalTime, payload),
        RecordKind.ModelElected => Elected(arrivalTime, partition, payload),
        _ => null,
    };

    private static PatientFactsElement? Facts(long arrivalTime, ReadOnlySpan<byte> payload)
    {
        var facts = new PatientFactsElement(arrivalTime, "");
        var reader = new ProtoReader(payload);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    facts = facts with { Patient = Id(reader.ReadBytes()) };
                    break;
                case 2:
                    facts = facts with { AgeYears = BitConverter.UInt64BitsToDouble(reader.ReadFixed64()) };
                    break;
                case 3:
                    facts = facts with { Male = reader.ReadVarint() != 0 };
                    break;
                case 4:
                    facts = facts with { AdmissionTime = (long)reader.ReadFixed64() };
                    break;
                case 5:
                    facts = facts with { Ward = Text(reader.ReadBytes()) };
                    break;
                case 6:
                    facts = facts with { Bed = Text(reader.ReadBytes()) };
                    break;
                case 7:
                    facts = facts with { SpO2Scale2OrderedBy = Text(reader.ReadBytes()) };
                    break;
                case 8:
                    facts = facts with { Pregnant = reader.ReadVarint() != 0 };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        var sound = facts.AgeYears is not { } age || age is >= 0 and <= MaxAgeYears;
        var timely = facts.AdmissionTime is not { } admission || FrameDecoder.IsTime(admission);
        return reader.Failed || !sound || !timely || facts.Patient.Length == 0 ? null : facts;
    }

    private static AcknowledgementElement? Acknowledgement(long arrivalTime, ReadOnlySpan<byte> payload)
    {
        string patient = "", rule = "", by = "";
        long? opened = null;
        ulong? ordinal = null;
        var reader = new ProtoReader(payload);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    patient = Id(reader.ReadBytes());
                    break;
                case 2:
                    rule = Text(reader.ReadBytes());
                    break;
                case 3:
                    by = Text(reader.ReadBytes());
                    break;
                case 4:
                    opened = (long)reader.ReadFixed64();
                    break;
                case 5:
                    ordinal = reader.ReadVarint();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        // An ordinal counts within an episode: without one it says nothing.
        var bound = ordinal is null || (opened is not null && ordinal <= int.MaxValue);
        return reader.Failed || patient.Length == 0 || rule.Length == 0 || !bound
            ? null
            : new(arrivalTime, patient, rule, by, opened, (int?)ordinal);
    }

    private static DeviceAssociationElement? Association(long arrivalTime, ReadOnlySpan<byte> payload)
    {
        string patient = "", device = "", by = "";
        long? from = null, until = null;
        var reader = new ProtoReader(payload);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    patient = Id(reader.ReadBytes());
                    break;
                case 2:
                    device = Id(reader.ReadBytes());
                    break;
                case 3:
                    from = (long)reader.ReadFixed64();
                    break;
                case 4:
                    until = (long)reader.ReadFixed64();
                    break;
                case 5:
                    by = Text(reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        var timely = from is { } begin && FrameDecoder.IsTime(begin) && (until is not { } end || (FrameDecoder.IsTime(end) && end >= begin));
        return reader.Failed || patient.Length == 0 || device.Length == 0 || !timely
            ? null
            : new(arrivalTime, patient, device, from!.Value, until, by);
    }

    private static PatientLimitsElement? Limits(long arrivalTime, ReadOnlySpan<byte> payload)
    {
        string patient = "", by = "";
        var limits = new List<PatientLimit>();
        var reader = new ProtoReader(payload);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    patient = Id(reader.ReadBytes());
                    break;
                case 2:
                    if (limits.Count == MaxLimits || Limit(reader.ReadBytes()) is not { } limit)
                    {
                        return null;
                    }

                    limits.Add(limit);
                    break;
                case 3:
                    by = Text(reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return reader.Failed || patient.Length == 0 ? null : new(arrivalTime, patient, limits, by);
    }

    // Well-formed is enough here: whether it may hold is for the one check in Domain to say.
    private static PatientLimit? Limit(ReadOnlySpan<byte> message)
    {
        var rule = "";
        var disabled = false;
        ulong? delay = null;
        var levels = new List<AlertLevel>();
        var reader = new ProtoReader(message);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    rule = Text(reader.ReadBytes());
                    break;
                case 2:
                    disabled = reader.ReadVarint() != 0;
                    break;
                case 3 when levels.Count <= LimitRule.MaxLevels:
                    levels.Add(Level(reader.ReadBytes(), out var sound));
                    if (!sound)
                    {
                        return null;
                    }

                    break;
                case 4:
                    delay = reader.ReadVarint();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return reader.Failed || delay > int.MaxValue ? null : new(rule, !disabled, levels, (int?)delay);
    }

    private static AlertLevel Level(ReadOnlySpan<byte> message, out bool sound)
    {
        var threshold = 0.0;
        var priority = 0ul;
        var reader = new ProtoReader(message);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    threshold = BitConverter.UInt64BitsToDouble(reader.ReadFixed64());
                    break;
                case 2:
                    priority = reader.ReadVarint();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        sound = !reader.Failed;
        return new(threshold, priority <= (ulong)AlertPriority.High ? (AlertPriority)priority : AlertPriority.None);
    }

    private static DischargeElement? Discharge(long arrivalTime, ReadOnlySpan<byte> payload)
    {
        string patient = "", by = "";
        long? at = null;
        var reader = new ProtoReader(payload);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    patient = Id(reader.ReadBytes());
                    break;
                case 2:
                    at = (long)reader.ReadFixed64();
                    break;
                case 3:
                    by = Text(reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return reader.Failed || patient.Length == 0 || at is not { } time || !FrameDecoder.IsTime(time)
            ? null
            : new(arrivalTime, patient, time, by);
    }

    private static RefusedElement? Refused(long arrivalTime, ReadOnlySpan<byte> payload)
    {
        ulong readings = 1, reason = 0;
        string where = "", text = "";
        var reader = new ProtoReader(payload);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    readings = reader.ReadVarint();
                    break;
                case 2:
                    reason = reader.ReadVarint();
                    break;
                case 3:
                    where = Text(reader.ReadBytes());
                    break;
                case 4:
                    text = Text(reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return reader.Failed || reason is 0 or >= RejectReasons.Count || readings is 0 or > int.MaxValue
            ? null
            : new(arrivalTime, (int)readings, (RejectReason)reason, where, text);
    }

    // An id that is no text would become the same name for different patients: it is as good as none.
    private static string Id(ReadOnlySpan<byte> bytes) =>
        bytes.Length <= FrameDecoder.MaxIdBytes && Utf8.IsValid(bytes) ? Text(bytes) : "";

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
