// Cuts NDJSON into lines.
using System.Buffers;

namespace MedAI.Streaming.Host.Web.Frames;

/// <summary>
/// Lines of NDJSON, ended by a line feed or the end of the body, a carriage return before it or not. Lines of nothing but blanks are passed
/// over and counted as lines.
/// </summary>
/// <param name="maxBytes">The longest line.</param>
internal sealed class LineSplitter(int maxBytes) : IFrameSplitter
{
    private byte[]? _tooLong;

    /// <inheritdoc/>
    public int Line { get; private set; } = 1;

    /// <inheritdoc/>
    public SequencePosition Push(in ReadOnlySequence<byte> buffer, bool isEnd, FrameIntake intake)
    {
        var reader = new SequenceReader<byte>(buffer);
        while (!intake.IsOver && reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            Take(line, intake);
        }

        if (intake.IsOver)
            return buffer.End;

        var rest = buffer.Slice(reader.Position);
        if (isEnd)
        {
            if (_tooLong is not null || rest.Length > 0)
                Take(rest, intake);
            return buffer.End;
        }

        if (rest.Length <= maxBytes)
            return rest.Start;

        // Not kept any longer: it is refused when its end comes.
        _tooLong ??= FramePieces.Beginning(rest);
        return buffer.End;
    }

    private void Take(in ReadOnlySequence<byte> line, FrameIntake intake)
    {
        if (_tooLong is null && line.Length <= maxBytes)
        {
            var span = FramePieces.Whole(line);
            if (span.ContainsAnyExcept(" \t\r"u8))
                intake.TakeJson(Line, span);
        }
        else
        {
            intake.RefuseTooLong(Line, maxBytes, _tooLong ?? FramePieces.Beginning(line), isText: true);
            _tooLong = null;
        }

        Line++;
    }
}
