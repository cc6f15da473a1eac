// How the points of one patient in one stretch of time lie in a blob: about 4 to 6 bytes each for vital signs.
using System.Buffers.Binary;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>
/// A block is points in order of time. A point is a control byte (bits 0-2: how the value is kept, bit 3: same time as the point
/// before, bit 4: flags follow), the flags, the milliseconds since the point before (since the beginning of the bucket for the
/// first) as a varint, the series' number as a varint, and the value.
/// </summary>
internal static class PointBlock
{
    /// <summary>The stretch of event time that one block may span, ms: ten minutes.</summary>
    public const long BucketMs = 600_000;

    /// <summary>No point takes more bytes.</summary>
    public const int LongestPoint = 1 + 1 + 5 + 5 + 10;

    private const int SameTime = 1 << 3;
    private const int HasFlags = 1 << 4;

    // How a value is kept: its bits, as float32 where that is exact, or as a whole number of ones, tenths or hundredths.
    private const int Bits64 = 0;
    private const int Bits32 = 1;
    private const int Ones = 2;
    private const int Tenths = 3;
    private const int Hundredths = 4;
    private const int KindMask = 7;

    // Whole numbers beyond this are kept by their bits: below it a division by 10 or 100 that gives back the value is exact.
    private const double GreatestWhole = 1L << 51;

    /// <summary>The bucket of an event time.</summary>
    public static long BucketOf(long eventTime) =>
        eventTime >= 0 ? eventTime / BucketMs : -((-1 - eventTime) / BucketMs) - 1;

    /// <summary>Writes one point and returns its length; <paramref name="room"/> has at least <see cref="LongestPoint"/> bytes.</summary>
    /// <param name="room">Where to write.</param>
    /// <param name="sinceLast">ms since the point before; since the beginning of the bucket for the first.</param>
    /// <param name="series">The series' number in the store.</param>
    /// <param name="value">The value; its bits are kept.</param>
    /// <param name="flags">Its flags.</param>
    public static int Write(Span<byte> room, uint sinceLast, uint series, double value, PointFlags flags)
    {
        var kind = KindOf(value, out var whole);
        var at = 1;
        room[0] = (byte)(kind | (sinceLast == 0 ? SameTime : 0) | (flags == PointFlags.None ? 0 : HasFlags));
        if (flags != PointFlags.None) room[at++] = (byte)flags;
        if (sinceLast != 0) at += WriteVarint(room[at..], sinceLast);
        at += WriteVarint(room[at..], series);
        switch (kind)
        {
            case Bits64:
                BinaryPrimitives.WriteDoubleLittleEndian(room[at..], value);
                return at + sizeof(double);
            case Bits32:
                BinaryPrimitives.WriteSingleLittleEndian(room[at..], (float)value);
                return at + sizeof(float);
            default:
                return at + WriteVarint(room[at..], ((ulong)whole << 1) ^ (ulong)(whole >> 63));
        }
    }

    /// <summary>Adds the points of a block that lie in [from, until), by the series' number in the store.</summary>
    /// <exception cref="InvalidDataException">It is not a block.</exception>
    public static void Read(ReadOnlySpan<byte> block, long bucket, long from, long until, List<(uint Series, SeriesPoint Point)> into)
    {
        var time = bucket * BucketMs;
        while (block.Length > 0)
        {
            int control = block[0];
            block = block[1..];
            var flags = PointFlags.None;
            if ((control & HasFlags) != 0) flags = (PointFlags)Take(ref block, 1)[0];
            if ((control & SameTime) == 0) time += (long)ReadVarint(ref block);
            var series = (uint)ReadVarint(ref block);
            var value = (control & KindMask) switch
            {
                Bits64 => BinaryPrimitives.ReadDoubleLittleEndian(Take(ref block, sizeof(double))),
                Bits32 => BinaryPrimitives.ReadSingleLittleEndian(Take(ref block, sizeof(float))),
                Ones => ReadWhole(ref block),
                Tenths => ReadWhole(ref block) / 10.0,
                Hundredths => ReadWhole(ref block) / 100.0,
                var other => throw new InvalidDataException($"A point of unknown kind {other}."),
            };
            if (time >= from && time < until)
                into.Add((series, new SeriesPoint(0, 0, time, value, flags)));
        }
    }

    private static int KindOf(double value, out long whole)
    {
        if (IsWhole(value, 1, out whole)) return Ones;
        if (IsWhole(value, 10, out whole)) return Tenths;
        if (IsWhole(value, 100, out whole)) return Hundredths;
        return (float)value == value ? Bits32 : Bits64;
    }

    // Compared by bits, so that -0 is not taken for 0 and NaN is never whole.
    private static bool IsWhole(double value, double scale, out long whole)
    {
        var scaled = Math.Round(value * scale);
        if (!(Math.Abs(scaled) < GreatestWhole))
        {
            whole = 0;
            return false;
        }

        whole = (long)scaled;
        return BitConverter.DoubleToInt64Bits(whole / scale) == BitConverter.DoubleToInt64Bits(value);
    }

    private static int WriteVarint(Span<byte> room, ulong value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7)
            room[at++] = (byte)(value | 0x80);
        room[at] = (byte)value;
        return at + 1;
    }

    private static double ReadWhole(ref ReadOnlySpan<byte> block)
    {
        var zigzag = ReadVarint(ref block);
        return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
    }

    private static ulong ReadVarint(ref ReadOnlySpan<byte> block)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(ref block, 1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }

        throw new InvalidDataException("A number longer than 64 bits.");
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> block, int length)
    {
        if (block.Length < length)
            throw new InvalidDataException("A point is cut short.");
        var taken = block[..length];
        block = block[length..];
        return taken;
    }
}
