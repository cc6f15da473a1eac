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

    /// <summary>Finds the first whole records of some bytes: as many as fit the limits, and at least one if there are any bytes.</summary>
    /// <param name="records">Records, one after the other.</param>
    /// <param name="maxRecords">At most so many records.</param>
    /// <param name="maxBytes">At most so many bytes, unless the first record alone is longer.</param>
    /// <param name="count">How many records were found.</param>
    /// <returns>Their length in bytes.</returns>
    /// <exception cref="InvalidDataException">The bytes that were looked at are not whole records.</exception>
    public static int Prefix(ReadOnlySpan<byte> records, int maxRecords, int maxBytes, out int count)
    {
        var end = 0;
        for (count = 0; end < records.Length && count < maxRecords; count++)
        {
            var rest = records[end..];
            var length = rest.Length < HeaderSize ? 0 : RecordLength(rest);

            // A negative payload length, or one so great that the sum overflows, ends up below the header's size.
            if (length < HeaderSize || length > rest.Length)
                throw new InvalidDataException($"No whole record at byte {end} of {records.Length}.");
            if (count > 0 && end + (long)length > maxBytes) break;
            end += length;
        }

        return end;
    }
}
