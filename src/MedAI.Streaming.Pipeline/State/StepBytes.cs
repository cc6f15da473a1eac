// One kept step as bytes: only what differs from the step before it.
using System.Buffers.Binary;
using System.Numerics;
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Pipeline.State;

/// <summary>
/// An entry is a byte of flags, what the flags announce, and of each vital sign that changed its age and value. Numbers are in base 128,
/// the lowest first; signed ones zigzag. A value that float32 holds exactly, as whole and charted ones often are, takes four bytes
/// instead of eight: reading gives back the bits that were written.
/// </summary>
internal static class StepBytes
{
    /// <summary>No entry is longer.</summary>
    public const int MaxLength = 1 + (5 * MaxNumber) + (VitalSignCatalogue.Count * (MaxNumber + sizeof(double)));

    private const int MaxNumber = 10;

    // The step does not begin where the one before ended, or is not as long: its end and length follow.
    private const byte Irregular = 1;

    // Vital signs that were known are not any more: their mask follows.
    private const byte Gone = 2;

    // What was observed is not exactly what changed: its mask follows.
    private const byte Unusual = 4;

    /// <summary>Writes a step.</summary>
    /// <param name="before">The step before it; an empty one for the first.</param>
    /// <param name="step">The step.</param>
    /// <param name="into">At least <see cref="MaxLength"/> bytes.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(in KeptStep before, in KeptStep step, Span<byte> into)
    {
        var changed = Changed(in before, in step);
        var gone = before.Known & ~step.Known;
        var regular = step.StepStart == before.Time && step.Time - step.StepStart == before.Time - before.StepStart;
        into[0] = (byte)((regular ? 0 : Irregular) | (gone == 0 ? 0 : Gone) | (changed == step.Observed ? 0 : Unusual));
        var at = 1;
        if (!regular)
        {
            Put(into, ref at, ZigZag(step.Time - before.Time));
            Put(into, ref at, ZigZag(step.Time - step.StepStart));
        }

        if (gone != 0)
        {
            Put(into, ref at, gone);
        }

        Put(into, ref at, changed);
        if (changed != step.Observed)
        {
            Put(into, ref at, step.Observed);
        }

        for (var mask = changed; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            var value = step.Values[vital];
            var narrow = BitConverter.DoubleToInt64Bits((float)value) == BitConverter.DoubleToInt64Bits(value);
            Put(into, ref at, ZigZag(step.Time - step.LastTimes[vital]) << 1 | (narrow ? 1u : 0u));
            if (narrow)
            {
                BinaryPrimitives.WriteSingleLittleEndian(into[at..], (float)value);
            }
            else
            {
                BinaryPrimitives.WriteDoubleLittleEndian(into[at..], value);
            }

            at += narrow ? sizeof(float) : sizeof(double);
        }

        return at;
    }

    /// <summary>Turns the step before into the one whose entry stands at a place, and moves the place behind it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are damaged.</exception>
    /// <exception cref="IndexOutOfRangeException">The bytes are damaged.</exception>
    public static void Read(ReadOnlySpan<byte> bytes, ref int at, ref KeptStep step)
    {
        var flags = bytes[at++];
        var (end, length) = (step.Time, step.Time - step.StepStart);
        if ((flags & Irregular) != 0)
        {
            end += Signed(Get(bytes, ref at));
            length = Signed(Get(bytes, ref at));
        }
        else
        {
            end += length;
        }

        (step.Time, step.StepStart) = (end, end - length);
        step.Known &= (flags & Gone) != 0 ? ~Get(bytes, ref at) : ulong.MaxValue;
        var changed = Get(bytes, ref at);
        step.Observed = (flags & Unusual) != 0 ? Get(bytes, ref at) : changed;
        step.Known |= changed;
        for (var mask = changed; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            var age = Get(bytes, ref at);
            var narrow = (age & 1) != 0;
            step.LastTimes[vital] = end - Signed(age >> 1);
            step.Values[vital] = narrow ? BinaryPrimitives.ReadSingleLittleEndian(bytes[at..]) : BinaryPrimitives.ReadDoubleLittleEndian(bytes[at..]);
            at += narrow ? sizeof(float) : sizeof(double);
        }
    }

    private static ulong Changed(in KeptStep before, in KeptStep step)
    {
        var changed = step.Known & ~before.Known;
        for (var mask = step.Known & before.Known; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            var same = step.LastTimes[vital] == before.LastTimes[vital]
                && BitConverter.DoubleToInt64Bits(step.Values[vital]) == BitConverter.DoubleToInt64Bits(before.Values[vital]);
            changed |= same ? 0 : 1ul << vital;
        }

        return changed;
    }

    private static ulong ZigZag(long value) => (ulong)(value << 1 ^ value >> 63);

    private static long Signed(ulong zigzag) => (long)(zigzag >> 1) ^ -(long)(zigzag & 1);

    private static void Put(Span<byte> into, ref int at, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            into[at++] = (byte)(value | 0x80);
        }

        into[at++] = (byte)value;
    }

    private static ulong Get(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
