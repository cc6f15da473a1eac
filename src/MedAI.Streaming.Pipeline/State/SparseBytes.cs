// Patients and frames as bytes without what is empty in them: few of all vital signs and results are ever measured of one patient.
using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Domain.Windows;

namespace MedAI.Streaming.Pipeline.State;

/// <summary>
/// Both structs end in arrays with an entry for each vital sign. What stands before the arrays is copied as it lies; of the arrays
/// only the entries that are in use, under a mask.
/// </summary>
internal static class SparseBytes
{
    private static readonly PatientState Fresh = PatientState.New();
    private static readonly int PatientHead = Unsafe.SizeOf<PatientState>() - Unsafe.SizeOf<LimitLeads>() - Unsafe.SizeOf<VitalWindows>();
    private static readonly int FrameHead = Unsafe.SizeOf<Frame>() - Unsafe.SizeOf<VitalValues>();

    /// <summary>Writes a patient.</summary>
    public static void Put(ArrayBufferWriter<byte> into, ref readonly PatientState patient)
    {
        into.Write(Bytes(in patient)[..PatientHead]);
        var used = 0ul;
        for (var vital = 0; vital < VitalSignCatalogue.Count; vital++)
        {
            used |= IsUsed(in patient, vital) ? 1ul << vital : 0;
        }

        into.Write(Bytes(in used));
        for (; used != 0; used &= used - 1)
        {
            var vital = BitOperations.TrailingZeroCount(used);
            into.Write(Bytes(in patient.Leads[vital]));
            into.Write(Bytes(in patient.Windows[vital]));
        }
    }

    /// <summary>Reads a patient and steps over its bytes.</summary>
    public static PatientState TakePatient(ref ReadOnlySpan<byte> bytes)
    {
        var patient = PatientState.New();
        Take(ref bytes, PatientHead).CopyTo(WritableBytes(ref patient));
        for (var used = MemoryMarshal.Read<ulong>(Take(ref bytes, sizeof(ulong))); used != 0; used &= used - 1)
        {
            var vital = BitOperations.TrailingZeroCount(used);
            patient.Leads[vital] = MemoryMarshal.Read<LimitLead>(Take(ref bytes, Unsafe.SizeOf<LimitLead>()));
            patient.Windows[vital] = MemoryMarshal.Read<VitalWindow>(Take(ref bytes, Unsafe.SizeOf<VitalWindow>()));
        }

        return patient;
    }

    /// <summary>Writes a frame.</summary>
    public static void Put(ArrayBufferWriter<byte> into, ref readonly Frame frame)
    {
        into.Write(Bytes(in frame)[..FrameHead]);
        for (var mask = frame.Present; mask != 0; mask &= mask - 1)
        {
            into.Write(Bytes(in frame.Values[BitOperations.TrailingZeroCount(mask)]));
        }
    }

    /// <summary>Reads a frame and steps over its bytes.</summary>
    public static Frame TakeFrame(ref ReadOnlySpan<byte> bytes)
    {
        var frame = default(Frame);
        Take(ref bytes, FrameHead).CopyTo(WritableBytes(ref frame));
        for (var mask = frame.Present; mask != 0; mask &= mask - 1)
        {
            frame.Values[BitOperations.TrailingZeroCount(mask)] = MemoryMarshal.Read<double>(Take(ref bytes, sizeof(double)));
        }

        return frame;
    }

    private static bool IsUsed(ref readonly PatientState patient, int vital) =>
        !Bytes(in patient.Windows[vital]).SequenceEqual(Bytes(in Fresh.Windows[vital]))
        || !Bytes(in patient.Leads[vital]).SequenceEqual(Bytes(in Fresh.Leads[vital]));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int length)
    {
        var taken = bytes[..length];
        bytes = bytes[length..];
        return taken;
    }

    private static ReadOnlySpan<byte> Bytes<T>(ref readonly T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));

    private static Span<byte> WritableBytes<T>(ref T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new Span<T>(ref value));
}
