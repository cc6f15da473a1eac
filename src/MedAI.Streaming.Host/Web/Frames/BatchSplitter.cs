// Cuts a protobuf FrameBatch into its frames.
using System.Buffers;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Host.Web.Frames;

/// <summary>Frames of a FrameBatch (schemas/vitals.proto). Fields that are not known here are passed over.</summary>
/// <param name="maxBytes">The longest frame.</param>
internal sealed class BatchSplitter(int maxBytes) : IFrameSplitter
{
    private const uint FramesTag = (1 << 3) | 2;
    private const string NoBatch = "From here on it is no FrameBatch of schemas/vitals.proto.";

    // Bytes of a field that are passed over, as they come.
    private long _toSkip;

    private enum Outcome
    {
        Done,
        NeedsMore,
        Broken,
    }

    /// <inheritdoc/>
    public int Line { get; private set; } = 1;

    /// <inheritdoc/>
    public SequencePosition Push(in ReadOnlySequence<byte> buffer, bool isEnd, FrameIntake intake)
    {
        var reader = new SequenceReader<byte>(buffer);
        var consumed = 0L;
        var outcome = Outcome.Done;
        while (outcome == Outcome.Done && !intake.IsOver && !reader.End)
        {
            var skipped = Math.Min(_toSkip, reader.Remaining);
            reader.Advance(skipped);
            _toSkip -= skipped;
            consumed = reader.Consumed;
            if (reader.End)
                break;

            outcome = Field(ref reader, intake);
            consumed = outcome == Outcome.Done ? reader.Consumed : consumed;
        }

        if (outcome == Outcome.Broken)
            intake.RefuseRest(Line, RejectReason.Malformed, NoBatch, FramePieces.Beginning(buffer.Slice(consumed)), isText: false);
        else if (isEnd && !intake.IsOver && (outcome == Outcome.NeedsMore || _toSkip > 0))
            intake.RefuseRest(Line, RejectReason.Truncated, "The body ends inside a field.", FramePieces.Beginning(buffer.Slice(consumed)), isText: false);
        return isEnd || intake.IsOver ? buffer.End : buffer.GetPosition(consumed);
    }

    private Outcome Field(ref SequenceReader<byte> reader, FrameIntake intake)
    {
        var outcome = Varint(ref reader, out var tag);
        if (outcome != Outcome.Done)
            return outcome;
        if (tag >> 3 == 0 || tag > uint.MaxValue)
            return Outcome.Broken;

        switch (tag & 7)
        {
            case 0:
                return Varint(ref reader, out _);
            case 1:
                _toSkip = 8;
                return Outcome.Done;
            case 5:
                _toSkip = 4;
                return Outcome.Done;
            case 2:
                outcome = Varint(ref reader, out var length);
                if (outcome != Outcome.Done)
                    return outcome;
                if (length > long.MaxValue)
                    return Outcome.Broken;
                if (tag != FramesTag || length > (ulong)maxBytes)
                    return Pass(tag == FramesTag, (long)length, ref reader, intake);

                return Frame(ref reader, (int)length, intake);
            default:
                return Outcome.Broken;
        }
    }

    private Outcome Pass(bool isFrame, long length, ref SequenceReader<byte> reader, FrameIntake intake)
    {
        if (isFrame)
            intake.RefuseTooLong(Line++, maxBytes, FramePieces.Beginning(reader.UnreadSequence), isText: false);
        _toSkip = length;
        return Outcome.Done;
    }

    private Outcome Frame(ref SequenceReader<byte> reader, int length, FrameIntake intake)
    {
        if (!reader.TryReadExact(length, out var frame))
            return Outcome.NeedsMore;

        intake.TakeProtobuf(Line++, FramePieces.Whole(frame));
        return Outcome.Done;
    }

    private static Outcome Varint(ref SequenceReader<byte> reader, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (!reader.TryRead(out var part))
                return Outcome.NeedsMore;

            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return Outcome.Done;
        }

        return Outcome.Broken;
    }
}
