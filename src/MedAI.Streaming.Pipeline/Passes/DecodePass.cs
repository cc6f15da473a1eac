// The first pass: bytes become frames with patient and device numbers, and control records.
using System.Buffers.Binary;
using System.Globalization;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.State;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>One element of the batch, decoded.</summary>
internal struct Element
{
    /// <summary>Offset of its record.</summary>
    public long Offset;

    /// <summary>Arrival time of its record, ms.</summary>
    public long ArrivalTime;

    /// <summary>Its patient; 0 is the partition itself.</summary>
    public int Patient;

    /// <summary>Its frame; -1 for any other record.</summary>
    public int Frame;

    /// <summary>Its readings that were not taken: the first in <see cref="DecodePass.Rejected"/>.</summary>
    public int RejectedFrom;

    /// <summary>How many of them.</summary>
    public int RejectedCount;

    /// <summary>What its record is.</summary>
    public RecordKind Kind;

    /// <summary>A control record; null for a frame and for a clock record.</summary>
    public LogElement? Control;
}

/// <summary>Decodes a batch. It is the only pass that adds patients, devices and frames.</summary>
internal sealed class DecodePass(FlowState state, int partition)
{
    private Element[] _elements = new Element[64];

    /// <summary>The elements of the batch.</summary>
    public Span<Element> Elements => _elements.AsSpan(0, Count);

    /// <summary>How many elements the batch has.</summary>
    public int Count { get; private set; }

    /// <summary>Readings that were not taken, of all elements.</summary>
    public List<RejectedReading> Rejected { get; } = [];

    /// <summary>Decodes all records of a batch.</summary>
    public void Run(LogBatch batch)
    {
        Count = 0;
        Rejected.Clear();
        if (_elements.Length < batch.Count)
        {
            _elements = new Element[batch.Count];
        }

        var records = batch.Records;
        for (var i = 0; i < batch.Count; i++)
        {
            var length = RecordFraming.RecordLength(records);
            ref var element = ref _elements[Count++];
            element = default;
            element.Offset = batch.FirstOffset + i;
            element.ArrivalTime = BinaryPrimitives.ReadInt64LittleEndian(records[1..]);
            element.Frame = -1;
            element.RejectedFrom = Rejected.Count;
            element.Kind = (RecordKind)records[0];
            var payload = records[RecordFraming.HeaderSize..length];
            if (element.Kind == RecordKind.Frame)
            {
                Frame(ref element, payload);
            }
            else if (element.Kind != RecordKind.Clock)
            {
                Control(ref element, payload);
            }

            element.RejectedCount = Rejected.Count - element.RejectedFrom;
            records = records[length..];
        }
    }

    private void Frame(ref Element element, ReadOnlySpan<byte> payload)
    {
        var number = state.Frames.Take();
        ref var frame = ref state.Frames[number];
        frame.ArrivalTime = element.ArrivalTime;
        var reason = FrameDecoder.Decode(payload, state.Settings.Demo, ref frame, out var patientId, out var deviceId, Rejected);
        if (reason == RejectReason.None)
        {
            var patient = state.FindPatient(patientId);
            patient = patient < 0 ? state.AddPatient(patientId) : patient;
            var device = state.FindDevice(patient, deviceId);
            device = device < 0 ? state.AddDevice(patient, deviceId, frame.Source) : device;
            if (device >= 0 && state.Device(ref state.Patient(patient), device).Source == frame.Source)
            {
                frame.Device = (byte)device;
                element.Patient = patient;
                element.Frame = number;
                return;
            }

            reason = RejectReason.Malformed;
        }

        state.Frames.Free(number);
        element.Control = Refuse(element, Math.Max(1, (int)frame.Readings), reason, "frame of " + payload.Length + " bytes");
    }

    private void Control(ref Element element, ReadOnlySpan<byte> payload)
    {
        element.Control = ControlDecoder.Decode(element.Kind, element.ArrivalTime, partition, payload)
            ?? Refuse(element, 1, RejectReason.Malformed, $"control record of kind {(byte)element.Kind}");
        if (element.Control.Key.Length > 0)
        {
            var id = System.Text.Encoding.UTF8.GetBytes(element.Control.Key);
            var patient = state.FindPatient(id);
            element.Patient = patient < 0 ? state.AddPatient(id) : patient;
        }
    }

    private RefusedElement Refuse(in Element element, int readings, RejectReason reason, string what) => new(
        element.ArrivalTime, readings, reason,
        string.Create(CultureInfo.InvariantCulture, $"partition {partition} offset {element.Offset}"), what);
}
