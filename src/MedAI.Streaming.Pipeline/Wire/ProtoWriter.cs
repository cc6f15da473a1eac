// Writes protobuf fields into a buffer; the counterpart of ProtoReader.
using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>Appends protobuf fields. Fields at their default value are left out, as proto3 does.</summary>
internal readonly struct ProtoWriter(ArrayBufferWriter<byte> buffer)
{
    /// <summary>Writes a varint field unless it is zero.</summary>
    public void Varint(int field, ulong value)
    {
        if (value != 0)
        {
            Tag(field, 0);
            Raw(value);
        }
    }

    /// <summary>Writes a varint field even if it is zero (a set <c>optional</c>).</summary>
    public void VarintAlways(int field, ulong value)
    {
        Tag(field, 0);
        Raw(value);
    }

    /// <summary>Writes a fixed 64-bit field unless it is zero.</summary>
    public void Fixed64(int field, ulong value)
    {
        if (value != 0)
        {
            Fixed64Always(field, value);
        }
    }

    /// <summary>Writes a fixed 64-bit field even if it is zero.</summary>
    public void Fixed64Always(int field, ulong value)
    {
        Tag(field, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.GetSpan(8), value);
        buffer.Advance(8);
    }

    /// <summary>Writes a string field unless it is empty.</summary>
    public void String(int field, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Tag(field, 2);
            var length = Encoding.UTF8.GetByteCount(value);
            Raw((ulong)length);
            buffer.Advance(Encoding.UTF8.GetBytes(value, buffer.GetSpan(length)));
        }
    }

    /// <summary>Writes a length-delimited field.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, 2);
        Raw((ulong)value.Length);
        buffer.Write(value);
    }

    private void Tag(int field, int wireType) => Raw((ulong)((field << 3) | wireType));

    private void Raw(ulong value)
    {
        var span = buffer.GetSpan(10);
        var n = 0;
        while (value >= 0x80)
        {
            span[n++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[n++] = (byte)value;
        buffer.Advance(n);
    }
}
