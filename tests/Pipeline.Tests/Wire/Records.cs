// Takes log records apart again, for tests of what was written.
using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Wire;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Wire;

/// <summary>One record as it lies in a log.</summary>
internal sealed record Record(RecordKind Kind, long ArrivalTime, byte[] Payload)
{
    /// <summary>Writes an element and takes the record apart.</summary>
    public static Record Of(LogElement element)
    {
        var buffer = new ArrayBufferWriter<byte>();
        new RecordWriter().Write(element, buffer);
        var record = buffer.WrittenSpan;
        Assert.Equal(record.Length, RecordFraming.RecordLength(record));
        return new(
            (RecordKind)record[0], BinaryPrimitives.ReadInt64LittleEndian(record[1..]), record[RecordFraming.HeaderSize..].ToArray());
    }
}

/// <summary>A decoded frame with what goes with it.</summary>
internal sealed class DecodedFrame
{
    /// <summary>The answer.</summary>
    public RejectReason Reason { get; private init; }

    /// <summary>The frame.</summary>
    public Frame Frame { get; private init; }

    /// <summary>The patient.</summary>
    public string Patient { get; private init; } = "";

    /// <summary>The device.</summary>
    public string Device { get; private init; } = "";

    /// <summary>Readings that were not taken.</summary>
    public List<RejectedReading> Rejected { get; } = [];

    /// <summary>Decodes into a frame that holds the rubbish of another.</summary>
    public static DecodedFrame Of(ReadOnlySpan<byte> payload, bool demo = false)
    {
        var rejected = new List<RejectedReading>();
        var frame = new Frame
        {
            EventTime = 7,
            Epoch = 7,
            Sequence = 7,
            Present = 7,
            Questionable = 7,
            Bad = 7,
            Readings = 7,
            Flags = FrameFlags.Filler,
            Source = SourceClass.Charted,
        };
        var reason = FrameDecoder.Decode(payload, demo, ref frame, out var patient, out var device, rejected);
        var decoded = new DecodedFrame
        {
            Reason = reason,
            Frame = frame,
            Patient = Encoding.UTF8.GetString(patient),
            Device = Encoding.UTF8.GetString(device),
        };
        decoded.Rejected.AddRange(rejected);
        return decoded;
    }
}
