// Cuts a JSON array into its entries without reading what is in them; a body that is no array is one entry.
using System.Buffers;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Host.Web.Frames;

/// <summary>
/// Entries of a JSON array, parted by commas outside of strings and brackets. So an entry that is not JSON costs the others nothing, as
/// long as its quotes and brackets match.
/// </summary>
/// <param name="maxBytes">The longest entry.</param>
internal sealed class ArraySplitter(int maxBytes) : IFrameSplitter
{
    private State _state = State.Before;
    private int _depth;
    private bool _inText;
    private bool _isEscaped;
    private byte[]? _tooLong;

    // Bytes of the unfinished entry that were looked at already; they lie at the beginning of the next buffer.
    private long _seen;

    private enum State
    {
        // Before the bracket of the array.
        Before,

        // In an entry, or in front of it.
        Entry,

        // In the one entry that a body without an array is.
        Single,

        // Behind the array.
        After,
    }

    /// <inheritdoc/>
    public int Line { get; private set; } = 1;

    /// <inheritdoc/>
    public SequencePosition Push(in ReadOnlySequence<byte> buffer, bool isEnd, FrameIntake intake)
    {
        var begin = buffer.Start;
        var reader = new SequenceReader<byte>(buffer);
        reader.Advance(_seen);
        while (!intake.IsOver && reader.TryPeek(out var next))
        {
            if (_state == State.Single)
            {
                reader.AdvanceToEnd();
            }
            else if (_state == State.Entry)
            {
                if (EndsEntry(next))
                {
                    Take(buffer.Slice(begin, reader.Position), intake, isLast: next == ']');
                    _state = next == ']' ? State.After : State.Entry;
                    reader.Advance(1);
                    begin = reader.Position;
                    continue;
                }

                reader.Advance(1);
            }
            else
            {
                if (_state == State.Before && next != '[' && !IsBlank(next))
                {
                    _state = State.Single;
                    continue;
                }

                if (_state == State.After && !IsBlank(next))
                    intake.RefuseRest(Line, RejectReason.Malformed, "Something follows the array.", [next], isText: true);
                _state = next == '[' ? State.Entry : _state;
                reader.Advance(1);
                begin = reader.Position;
            }
        }

        return intake.IsOver ? buffer.End : Rest(buffer, begin, isEnd, intake);
    }

    private SequencePosition Rest(in ReadOnlySequence<byte> buffer, SequencePosition begin, bool isEnd, FrameIntake intake)
    {
        var rest = buffer.Slice(begin);
        _seen = rest.Length;
        if (isEnd)
        {
            if (_state == State.Single)
                Take(rest, intake, isLast: false);
            else if (_state == State.Entry)
                intake.RefuseRest(Line, RejectReason.Truncated, "The body ends inside the array.", FramePieces.Beginning(rest), isText: true);
            return buffer.End;
        }

        if (rest.Length <= maxBytes)
            return begin;

        _tooLong ??= FramePieces.Beginning(rest);
        _seen = 0;
        return buffer.End;
    }

    private static bool IsBlank(byte next) => next is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    // Whether a byte is the comma or the bracket behind an entry.
    private bool EndsEntry(byte next)
    {
        if (_inText)
        {
            _inText = _isEscaped || next != '"';
            _isEscaped = !_isEscaped && next == '\\';
            return false;
        }

        if (_depth == 0 && next is (byte)',' or (byte)']')
            return true;

        _inText = next == '"';
        _depth += next is (byte)'{' or (byte)'[' ? 1 : 0;
        _depth -= next is (byte)'}' or (byte)']' && _depth > 0 ? 1 : 0;
        return false;
    }

    private void Take(in ReadOnlySequence<byte> entry, FrameIntake intake, bool isLast)
    {
        if (_tooLong is not null || entry.Length > maxBytes)
        {
            intake.RefuseTooLong(Line, maxBytes, _tooLong ?? FramePieces.Beginning(entry), isText: true);
            _tooLong = null;
        }
        else
        {
            var span = FramePieces.Whole(entry);

            // An array of nothing has no entries; a comma has one on each side.
            if (isLast && Line == 1 && !span.ContainsAnyExcept(" \t\r\n"u8))
                return;

            intake.TakeJson(Line, span);
        }

        Line++;
    }
}
