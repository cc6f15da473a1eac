// Decodes control records (schemas/control.proto) back into log elements; they are rare, so they may allocate.
using System.Text;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>Decodes control records.</summary>
public static class ControlDecoder
{
    // Older than any person was; a sentinel such as -1 or 999 is no age.
    private const double MaxAgeYears = 130;

    /// <summary>Decodes a record that is not a frame.</summary>
    /// <returns>The element, or null when the bytes are not well-formed or the kind is unknown.</returns>
    public static LogElement? Decode(RecordKind kind, long arrivalTime, int partition, ReadOnlySpan<byte> payload) => kind switch
    {
        RecordKind.Clock => new ClockElement(arrivalTime),
        RecordKind.PatientFacts => Facts(arrivalTime, payload),
        RecordKind.Acknowledgement => Acknowledgement(arrivalTime, payload),
        RecordKind.ModelAvailability => Model(arrivalTime, partition, payload),
        RecordKind.Refused => Refused(arrivalTime, payload),
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
                    facts = facts with { Patient = Text(reader.ReadBytes()) };
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
        var reader = new ProtoReader(payload);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    patient = Text(reader.ReadBytes());
                    break;
                case 2:
                    rule = Text(reader.ReadBytes());
                    break;
                case 3:
                    by = Text(reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return reader.Failed || patient.Length == 0 || rule.Length == 0 ? null : new(arrivalTime, patient, rule, by);
    }

    private static ModelAvailabilityElement? Model(long arrivalTime, int partition, ReadOnlySpan<byte> payload)
    {
        var available = false;
        var detail = "";
        var reader = new ProtoReader(payload);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    available = reader.ReadVarint() != 0;
                    break;
                case 2:
                    detail = Text(reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return reader.Failed ? null : new(arrivalTime, partition, available, detail);
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

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
