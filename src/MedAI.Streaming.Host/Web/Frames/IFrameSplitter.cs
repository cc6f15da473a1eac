// Cuts a body into frames while it comes in; one implementation for each form of a body.
using System.Buffers;

namespace MedAI.Streaming.Host.Web.Frames;

/// <summary>Cuts the body of one request. It holds back no more than the longest frame.</summary>
internal interface IFrameSplitter
{
    /// <summary>The line, or the number of the frame, that comes next, from 1.</summary>
    int Line { get; }

    /// <summary>Hands over all whole frames of what has come in, until the intake is over.</summary>
    /// <param name="buffer">What came in and was not consumed yet.</param>
    /// <param name="isEnd">Whether nothing more comes.</param>
    /// <param name="intake">Takes frames.</param>
    /// <returns>Up to where it was consumed; all of it at the end.</returns>
    SequencePosition Push(in ReadOnlySequence<byte> buffer, bool isEnd, FrameIntake intake);
}

/// <summary>Pieces of a body as one span.</summary>
internal static class FramePieces
{
    /// <summary>How many bytes of something too long are kept, to show how it began.</summary>
    public const int BeginningBytes = 800;

    /// <summary>A piece as one span: where it lies, or a copy where it lies in several segments.</summary>
    public static ReadOnlySpan<byte> Whole(in ReadOnlySequence<byte> piece) =>
        piece.IsSingleSegment ? piece.FirstSpan : piece.ToArray();

    /// <summary>The beginning of a piece.</summary>
    public static byte[] Beginning(in ReadOnlySequence<byte> piece) => piece.Slice(0, Math.Min(piece.Length, BeginningBytes)).ToArray();
}
