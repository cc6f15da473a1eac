// Turns log elements into log records: an envelope (kind, arrival time, length) around a protobuf message of schemas/.
using System.Buffers;
using System.Buffers.Binary;
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>The kind of a log record: its first byte.</summary>
public enum RecordKind : byte
{
    /// <summary>A frame (vitals.proto).</summary>
    Frame = 1,

    /// <summary>Patient facts (control.proto).</summary>
    PatientFacts = 2,

    /// <summary>An acknowledgement (control.proto).</summary>
    Acknowledgement = 3,

    /// <summary>Model availability (control.proto).</summary>
    ModelAvailability = 4,

    /// <summary>A clock record; it has no payload.</summary>
    Clock = 5,

    /// <summary>Refused input (control.proto).</summary>
    Refused = 6,

    /// <summary>A device association (control.proto).</summary>
    DeviceAssociation = 7,

    /// <summary>A patient's own limits (control.proto).</summary>
    PatientLimits = 8,

    /// <summary>A discharge (control.proto).</summary>
    Discharge = 9,

    /// <summary>The choice of a model (control.proto).</summary>
    ModelElected = 10,
}

/// <summary>Writes log elements as records. Not thread-safe: each appender has its own.</summary>
public sealed class RecordWriter
{
    private readonly ArrayBufferWriter<byte> _payload = new(1024);
    private readonly ArrayBufferWriter<byte> _part = new(256);
    private readonly ArrayBufferWriter<byte> _level = new(32);

    /// <summary>Writes one element as one record.</summary>
    /// <exception cref="ArgumentException">The element breaks its own contract (an empty patient id, too many readings, ...).</exception>
    public void Write(LogElement element, IBufferWriter<byte> into)
    {
        _payload.ResetWrittenCount();
        var kind = element switch
        {
            FrameElement frame => Frame(frame),
            PatientFactsElement facts => Facts(facts),
            AcknowledgementElement acknowledgement => Acknowledgement(acknowledgement),
            ModelAvailabilityElement model => Model(model),
            ModelElectedElement elected => Elected(elected.Election),
            RefusedElement refused => Refused(refused),
            DeviceAssociationElement association => Association(association),
            PatientLimitsElement limits => Limits(limits),
            DischargeElement discharge => Discharge(discharge),
            ClockElement => RecordKind.Clock,
            _ => throw new ArgumentException($"no record kind for {element.GetType().Name}", nameof(element)),
        };
        var payload = _payload.WrittenSpan;
        var span = into.GetSpan(RecordFraming.HeaderSize + payload.Length);
        span[0] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(span[1..], element.ArrivalTime);
        BinaryPrimitives.WriteInt32LittleEndian(span[9..], payload.Length);
        payload.CopyTo(span[RecordFraming.HeaderSize..]);
        into.Advance(RecordFraming.HeaderSize + payload.Length);
    }

    private RecordKind Frame(FrameElement frame)
    {
        if (frame.Patient.Length == 0 || frame.Device.Length == 0 || frame.Epoch == 0 || frame.Sequence == 0
            || frame.Readings.Count > FrameDecoder.MaxReadings)
        {
            throw new ArgumentException(
                $"a frame needs a patient, a device, an epoch and a sequence from 1, and at most {FrameDecoder.MaxReadings} readings",
                nameof(frame));
        }

        var w = new ProtoWriter(_payload);
        w.String(1, frame.Patient);
        w.String(2, frame.Device);
        w.Varint(3, (ulong)frame.Source + 1);
        w.Varint(4, frame.Epoch);
        w.Varint(5, frame.Sequence);
        // Always, so that a frame at the first instant of 1970 is not one without a time.
        w.Fixed64Always(6, (ulong)frame.EventTime);
        foreach (var reading in frame.Readings)
        {
            _part.ResetWrittenCount();
            var r = new ProtoWriter(_part);
            r.Varint(1, reading.Vital is { } vital ? (ulong)vital + 1 : 0);
            r.Fixed64(2, BitConverter.DoubleToUInt64Bits(reading.Value));
            r.Varint(3, (ulong)reading.Unit);
            r.Varint(4, (ulong)reading.Validity);
            r.String(5, reading.Name);
            r.Varint(6, reading.MarkedAsError ? 1u : 0u);
            w.Bytes(7, _part.WrittenSpan);
        }

        return RecordKind.Frame;
    }

    private RecordKind Facts(PatientFactsElement facts)
    {
        var w = new ProtoWriter(_payload);
        w.String(1, facts.Patient);
        if (facts.AgeYears is { } age)
        {
            w.Fixed64Always(2, BitConverter.DoubleToUInt64Bits(age));
        }

        if (facts.Male is { } male)
        {
            w.VarintAlways(3, male ? 1u : 0u);
        }

        if (facts.AdmissionTime is { } admission)
        {
            w.Fixed64Always(4, (ulong)admission);
        }

        w.String(5, facts.Ward);
        w.String(6, facts.Bed);
        w.String(7, facts.SpO2Scale2OrderedBy);
        w.Varint(8, facts.Pregnant ? 1u : 0u);
        return RecordKind.PatientFacts;
    }

    private RecordKind Acknowledgement(AcknowledgementElement acknowledgement)
    {
        var w = new ProtoWriter(_payload);
        w.String(1, acknowledgement.Patient);
        w.String(2, acknowledgement.Rule);
        w.String(3, acknowledgement.By);
        if (acknowledgement.OpenedEventTime is { } opened)
        {
            w.Fixed64Always(4, (ulong)opened);
        }

        if (acknowledgement.Ordinal is { } ordinal)
        {
            w.VarintAlways(5, (uint)ordinal);
        }

        return RecordKind.Acknowledgement;
    }

    private RecordKind Association(DeviceAssociationElement association)
    {
        var w = new ProtoWriter(_payload);
        w.String(1, association.Patient);
        w.String(2, association.Device);
        w.Fixed64Always(3, (ulong)association.From);
        if (association.Until is { } until)
        {
            w.Fixed64Always(4, (ulong)until);
        }

        w.String(5, association.By);
        return RecordKind.DeviceAssociation;
    }

    private RecordKind Limits(PatientLimitsElement limits)
    {
        var w = new ProtoWriter(_payload);
        w.String(1, limits.Patient);
        foreach (var limit in limits.Limits)
        {
            _part.ResetWrittenCount();
            var l = new ProtoWriter(_part);
            l.String(1, limit.Rule);
            l.Varint(2, limit.Enabled ? 0u : 1u);
            foreach (var level in limit.Levels)
            {
                _level.ResetWrittenCount();
                var v = new ProtoWriter(_level);
                v.Fixed64(1, BitConverter.DoubleToUInt64Bits(level.Threshold));
                v.Varint(2, (ulong)level.Priority);
                l.Bytes(3, _level.WrittenSpan);
            }

            if (limit.DelaySeconds is { } delay)
            {
                l.VarintAlways(4, (uint)delay);
            }

            w.Bytes(2, _part.WrittenSpan);
        }

        w.String(3, limits.By);
        return RecordKind.PatientLimits;
    }

    private RecordKind Discharge(DischargeElement discharge)
    {
        var w = new ProtoWriter(_payload);
        w.String(1, discharge.Patient);
        w.Fixed64Always(2, (ulong)discharge.At);
        w.String(3, discharge.By);
        return RecordKind.Discharge;
    }

    private RecordKind Model(ModelAvailabilityElement model)
    {
        var w = new ProtoWriter(_payload);
        w.Varint(1, model.Available ? 1u : 0u);
        w.String(2, model.Detail);
        return RecordKind.ModelAvailability;
    }

    private RecordKind Elected(ModelElection election)
    {
        var w = new ProtoWriter(_payload);
        w.String(1, election.Model);
        w.String(2, election.Sha256);
        w.Fixed64Always(3, BitConverter.DoubleToUInt64Bits(election.AlertThreshold));
        w.Fixed64Always(4, BitConverter.DoubleToUInt64Bits(election.ClearThreshold));
        w.Varint(5, election.Pages ? 1u : 0u);
        w.String(6, election.By);
        return RecordKind.ModelElected;
    }

    private RecordKind Refused(RefusedElement refused)
    {
        var w = new ProtoWriter(_payload);
        w.Varint(1, (ulong)Math.Max(1, refused.Readings));
        w.Varint(2, (ulong)refused.Reason);
        w.String(3, refused.Where);
        w.String(4, refused.Text);
        return RecordKind.Refused;
    }
}
