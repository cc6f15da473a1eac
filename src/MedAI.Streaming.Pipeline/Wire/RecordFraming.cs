// How records lie one after the other: a fixed header that a log can follow without looking into the payload.
using System.Buffers.Binary;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>
/// The frame of a log record: kind (1 byte), arrival time in ms (8 bytes, little-endian), payload length (4 bytes,
/// little-endian), payload.
/// </summary>
public static class RecordFraming
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderSize = 13;

    /// <summary>The length of the whole record that starts at the beginning of <paramref name="records"/>, in bytes.</summary>
    /// <remarks>The span must hold at least the header.</remarks>
    public static int RecordLength(ReadOnlySpan<byte> records) =>
        HeaderSize + BinaryPrimitives.ReadInt32LittleEndian(records.Slice(9, 4));
}
