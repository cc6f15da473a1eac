// Turns frames in JSON into what the log holds: the protobuf message of a frame.
using System.Buffers;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Json;

/// <summary>Turns frames in JSON into payloads of records. Not thread-safe: each consumer has its own.</summary>
public sealed class FrameJsonRecord
{
    private readonly RecordWriter _writer = new();
    private readonly ArrayBufferWriter<byte> _record = new(1024);

    /// <summary>Turns one frame, which must name its patient, into its protobuf message.</summary>
    /// <param name="json">The frame in JSON.</param>
    /// <param name="into">Receives the message; nothing where it is refused.</param>
    /// <param name="reason">Why it is refused, or <see cref="RejectReason.None"/>.</param>
    /// <param name="detail">What is wrong and where, as a sentence; empty where nothing is.</param>
    public bool TryToRecord(ReadOnlySpan<byte> json, IBufferWriter<byte> into, out RejectReason reason, out string detail)
    {
        (reason, detail) = (RejectReason.None, "");
        if (!FrameJson.TryRead(json, out var frame, out var refusal))
        {
            (reason, detail) = (refusal.Reason, $"byte {refusal.Position}: {refusal.Detail}");
            return false;
        }

        if (frame.Patient.Length == 0)
        {
            (reason, detail) = (RejectReason.MissingField, "Nobody resolves the device of a frame here: it needs 'patient'.");
            return false;
        }

        _record.ResetWrittenCount();
        _writer.Write(frame, _record);
        into.Write(_record.WrittenSpan[RecordFraming.HeaderSize..]);
        return true;
    }
}
