// Reads protobuf fields from a span, without allocation and without throwing.
using System.Buffers.Binary;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>A cursor over one protobuf message. After any failed read <see cref="Failed"/> stays true.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;
    private int _wireType;

    /// <summary>Whether the message is not well-formed.</summary>
    public bool Failed { get; private set; }

    /// <summary>Moves to the next field; false at the end or after a failure.</summary>
    public bool Next(out int field)
    {
        field = 0;
        if (_at >= _message.Length || Failed)
        {
            return false;
        }

        var tag = Varint();
        field = (int)(tag >> 3);
        _wireType = (int)(tag & 7);
        Failed |= field <= 0 || tag > uint.MaxValue;
        return !Failed;
    }

    /// <summary>Reads a varint field.</summary>
    public ulong ReadVarint() => _wireType == 0 ? Varint() : Fail();

    /// <summary>Reads a fixed 64-bit field.</summary>
    public ulong ReadFixed64()
    {
        if (_wireType != 1 || _message.Length - _at < 8)
        {
            return Fail();
        }

        var value = BinaryPrimitives.ReadUInt64LittleEndian(_message.Slice(_at, 8));
        _at += 8;
        return value;
    }

    /// <summary>Reads a length-delimited field.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        if (_wireType != 2)
        {
            Fail();
            return default;
        }

        var length = Varint();
        if (Failed || length > (ulong)(_message.Length - _at))
        {
            Fail();
            return default;
        }

        var bytes = _message.Slice(_at, (int)length);
        _at += (int)length;
        return bytes;
    }

    /// <summary>Passes over a field that is not known here.</summary>
    public void Skip()
    {
        switch (_wireType)
        {
            case 0:
                Varint();
                break;
            case 1:
                ReadFixed64();
                break;
            case 2:
                ReadBytes();
                break;
            case 5 when _message.Length - _at >= 4:
                _at += 4;
                break;
            default:
                Fail();
                break;
        }
    }

    private ulong Varint()
    {
        // One byte holds nearly every tag, enum and length here.
        if (_at < _message.Length && _message[_at] < 0x80)
        {
            return _message[_at++];
        }

        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at >= _message.Length)
            {
                return Fail();
            }

            var b = _message[_at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        return Fail();
    }

    private ulong Fail()
    {
        Failed = true;
        return 0;
    }
}
