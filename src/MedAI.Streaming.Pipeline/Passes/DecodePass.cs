// The first pass: bytes become frames with patient and device numbers, and control records.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
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

    /// <summary>Where the id of the frame's device begins in the batch.</summary>
    public int DeviceFrom;

    /// <summary>How long it is, in bytes.</summary>
    public int DeviceLength;

    /// <summary>Its readings that were not taken: the first in <see cref="DecodePass.Rejected"/>.</summary>
    public int RejectedFrom;

    /// <summary>How many of them.</summary>
    public int RejectedCount;

    /// <summary>What its record is.</summary>
    public RecordKind Kind;

    /// <summary>A control record; null for a frame and for a clock record.</summary>
    public LogElement? Control;
}

/// <summary>Decodes a batch. It is the only pass that adds patients and frames.</summary>
/// <param name="state">The partition's state.</param>
/// <param name="partition">The partition.</param>
/// <param name="partitions">How many there are; 0: whether a patient belongs to the partition is not checked.</param>
internal sealed class DecodePass(FlowState state, int partition, int partitions)
{
    private Element[] _elements = new Element[64];
    private LogBatch? _batch;

    /// <summary>The elements of the batch.</summary>
    public Span<Element> Elements => _elements.AsSpan(0, Count);

    /// <summary>How many elements the batch has.</summary>
    public int Count { get; private set; }

    /// <summary>Readings that were not taken, of all elements.</summary>
    public List<RejectedReading> Rejected { get; } = [];

    /// <summary>The id of a frame's device, as long as the batch is.</summary>
    public ReadOnlySpan<byte> DeviceOf(in Element element) => _batch!.Records.Slice(element.DeviceFrom, element.DeviceLength);

    /// <summary>Decodes all records of a batch.</summary>
    public void Run(LogBatch batch)
    {
        _batch = batch;
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
            element.Patient = Patient(patientId);
            if (element.Patient > 0)
            {
                element.Frame = number;
                _batch!.Records.Overlaps(deviceId, out element.DeviceFrom);
                element.DeviceLength = deviceId.Length;
                return;
            }

            Rejected.RemoveRange(element.RejectedFrom, Rejected.Count - element.RejectedFrom);
            reason = RejectReason.WrongPartition;
        }

        state.Frames.Free(number);
        element.Control = Refuse(element, Math.Max(1, (int)frame.Readings), reason, $"frame of {payload.Length} bytes{Of(patientId)}");
    }

    private void Control(ref Element element, ReadOnlySpan<byte> payload)
    {
        element.Control = ControlDecoder.Decode(element.Kind, element.ArrivalTime, partition, payload)
            ?? Refuse(element, 1, RejectReason.Malformed, $"control record of kind {(byte)element.Kind}");
        if (element.Control.Key.Length == 0)
        {
            return;
        }

        var id = Encoding.UTF8.GetBytes(element.Control.Key);
        element.Patient = Patient(id);
        if (element.Patient == 0)
        {
            element.Control = Refuse(element, 1, RejectReason.WrongPartition, $"control record of kind {(byte)element.Kind}{Of(id)}");
        }
    }

    // The number of a patient, who is added when first seen here; 0: the patient belongs to another partition.
    private int Patient(ReadOnlySpan<byte> id)
    {
        var patient = state.FindPatient(id);
        if (patient > 0)
        {
            return patient;
        }

        return partitions > 0 && Partitioner.PartitionOf(id, partitions) != partition ? 0 : state.AddPatient(id);
    }

    // Bytes that are no text are not quoted: they would not be the same when a store gives them back.
    private static string Of(ReadOnlySpan<byte> patient) =>
        patient.IsEmpty || patient.Length > FrameDecoder.MaxIdBytes || !Utf8.IsValid(patient)
            ? ""
            : $" of patient {Encoding.UTF8.GetString(patient)}";

    private RefusedElement Refuse(in Element element, int readings, RejectReason reason, string what) => new(
        element.ArrivalTime, readings, reason,
        string.Create(CultureInfo.InvariantCulture, $"partition {partition} offset {element.Offset}"), what);
}
