// Reads one frame of protobuf into its cold form, for the door where a frame may still lack its patient.
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>Frames of protobuf (schemas/vitals.proto) as elements; <see cref="FrameDecoder"/> is their way into hot state.</summary>
public static class FrameMessage
{
    /// <summary>Reads one message.</summary>
    /// <param name="message">The bytes.</param>
    /// <param name="frame">The frame; its arrival time is 0, and its patient is empty where it names none. Fields that are not known here are left out.</param>
    /// <param name="reason">Why there is none: <see cref="RejectReason.Malformed"/> or <see cref="RejectReason.MissingField"/>.</param>
    /// <param name="detail">What is wrong, as a sentence; empty where nothing is.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> message, [NotNullWhen(true)] out FrameElement? frame, out RejectReason reason, out string detail)
    {
        frame = null;
        var readings = new List<RecordedReading>();
        var draft = default(Draft);
        var reader = new ProtoReader(message);
        while (reader.Next(out var field))
        {
            if (field != 7)
                draft.Read(field, ref reader);
            else if (readings.Count == FrameDecoder.MaxReadings)
                return Refuse(RejectReason.Malformed, $"A frame has at most {FrameDecoder.MaxReadings} readings.", out reason, out detail);
            else if (!Reading(reader.ReadBytes(), readings))
                return Refuse(RejectReason.Malformed, "A reading is no message of schemas/vitals.proto.", out reason, out detail);
        }

        if (reader.Failed)
            return Refuse(RejectReason.Malformed, "The bytes are no message of schemas/vitals.proto.", out reason, out detail);
        if (draft.Problem() is { } problem)
            return Refuse(RejectReason.Malformed, problem, out reason, out detail);
        if (draft.Missing(readings.Count) is { } missing)
            return Refuse(RejectReason.MissingField, $"A frame needs '{missing}'.", out reason, out detail);

        frame = new FrameElement(
            0, draft.Patient ?? "", draft.Device!, (SourceClass)(draft.Source - 1), draft.Epoch, draft.Sequence, draft.EventTime, readings);
        (reason, detail) = (RejectReason.None, "");
        return true;
    }

    private static bool Refuse(RejectReason why, string what, out RejectReason reason, out string detail)
    {
        (reason, detail) = (why, what);
        return false;
    }

    private static bool Reading(ReadOnlySpan<byte> message, List<RecordedReading> into)
    {
        if (!ReadingMessage.TryRead(message, out var reading))
            return false;

        // What is not known here is kept as that: the flow rejects the reading by its own reason, and the others stay.
        into.Add(new RecordedReading(
            reading.IsListed ? (VitalSign)(reading.Vital - 1) : null, reading.Value, reading.Unit, reading.Validity,
            reading.IsListed ? null : Name(reading.Name), reading.MarkedAsError));
        return true;
    }

    private static string? Name(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty ? null : Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, Identifier.MaxLength)]);

    // A frame's own fields while they are gathered; null and 0 are missing.
    private struct Draft
    {
        public string? Patient;
        public string? Device;
        public uint Source;
        public ulong Epoch;
        public ulong Sequence;
        public long EventTime;
        private bool _isTimed;
        private bool _hasBadId;

        public void Read(int field, ref ProtoReader reader)
        {
            switch (field)
            {
                case 1:
                    Patient = Id(reader.ReadBytes());
                    break;
                case 2:
                    Device = Id(reader.ReadBytes());
                    break;
                case 3:
                    Source = (uint)reader.ReadVarint();
                    break;
                case 4:
                    Epoch = reader.ReadVarint();
                    break;
                case 5:
                    Sequence = reader.ReadVarint();
                    break;
                case 6:
                    EventTime = (long)reader.ReadFixed64();
                    _isTimed = true;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        public readonly string? Problem() => this switch
        {
            { _hasBadId: true } => $"'patient' and 'device' are {Identifier.Allowed}.",
            { Source: > VitalSignCatalogue.SourceClassCount } => "'source' is bedside, wearable or charted.",
            _ when !FrameDecoder.IsTime(EventTime) => "'event_time_ms' is a time of the years 1 to 9999.",
            _ => null,
        };

        public readonly string? Missing(int readings) => this switch
        {
            { Device: null } => "device",
            { Source: 0 } => "source",
            { Epoch: 0 } => "epoch",
            { Sequence: 0 } => "sequence",
            { _isTimed: false } => "event_time_ms",
            _ when readings == 0 => "readings",
            _ => null,
        };

        private string? Id(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty)
                return null;

            var id = bytes.Length <= FrameDecoder.MaxIdBytes && Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : "";
            _hasBadId |= !Identifier.IsValid(id);
            return id;
        }
    }
}
