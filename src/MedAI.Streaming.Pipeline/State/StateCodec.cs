// A patient's state as one blob, for checkpoints: hot structs as they lie in memory, with a layout version in front.
using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline.State;

/// <summary>
/// Writes and reads patients. A blob of another layout is refused: it never loads blindly. (The log is the truth: a store of
/// an older layout is replayed from its log into a new one.)
/// </summary>
internal sealed partial class StateCodec(FlowState state)
{
    // Grows with every change of the layout; the sizes catch what was forgotten.
    private const int Version = 6;

    private readonly int _layout = HashCode(
        Version, Unsafe.SizeOf<PatientState>(), Unsafe.SizeOf<RuleState>(), Unsafe.SizeOf<DeviceOrder>(), Unsafe.SizeOf<Frame>(),
        state.RuleCount);

    /// <summary>Writes a patient.</summary>
    public void Write(int patient, ArrayBufferWriter<byte> into)
    {
        ref var p = ref state.Patient(patient);
        var names = state.Names(patient);
        Put(into, _layout);
        SparseBytes.Put(into, in p);
        Text(into, names.Ward);
        Text(into, names.Bed);
        Text(into, names.Scale2OrderedBy);
        Limits(names.Limits, into);
        Models(patient, into);
        Put(into, state.Steps.Count(patient));
        Put(into, state.Steps.Bytes(patient).Length);
        into.Write(state.Steps.Bytes(patient));
        Rules(patient, into);
        for (var local = 0; local < p.DeviceCount; local++)
        {
            ref var device = ref state.Device(ref p, local);
            Text(into, names.Devices[local]);
            Put(into, device);
            Frames(device.HeldFirst, into);
        }

        Frames(p.QueueFirst, into);
        if (patient == 0)
        {
            Elections(into);
        }
    }

    /// <summary>Reads a patient that is not there yet (the partition itself, number 0, always is).</summary>
    /// <returns>The patient's number.</returns>
    /// <exception cref="StoreException">The blob has another layout or is damaged.</exception>
    public int Read(string id, ReadOnlySpan<byte> blob)
    {
        if (blob.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(blob) != _layout)
        {
            throw new StoreException(
                StoreFailure.Mismatch,
                $"the state of patient '{id}' was written by another version or under other rules: replay the log into a new store");
        }

        try
        {
            return ReadBody(id, blob[sizeof(int)..]);
        }
        catch (Exception inner) when (inner is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new StoreException(StoreFailure.Corrupt, $"the state of patient '{id}' is damaged: replay the log into a new store", inner);
        }
    }

    private int ReadBody(string id, ReadOnlySpan<byte> blob)
    {
        var patient = id.Length == 0 ? 0 : state.AddPatient(Encoding.UTF8.GetBytes(id));
        var saved = SparseBytes.TakePatient(ref blob);
        var names = state.Names(patient);
        names.Ward = Text(ref blob);
        names.Bed = Text(ref blob);
        names.Scale2OrderedBy = Text(ref blob);
        names.Limits = Limits(ref blob);
        state.Profile(patient) = state.FindProfile(patient);
        Models(patient, ref blob);
        Steps(patient, ref blob);
        var rules = state.RulesOf(patient);
        for (var left = Get<int>(ref blob); left > 0; left--)
        {
            rules[Get<int>(ref blob)] = Get<RuleState>(ref blob);
        }

        var devices = saved.DeviceCount;
        saved.DeviceCount = 0;
        state.Patient(patient) = saved;
        for (var local = 0; local < devices; local++)
        {
            var device = Encoding.UTF8.GetBytes(Text(ref blob));
            var order = Get<DeviceOrder>(ref blob);
            state.AddDevice(patient, device, order.Source);
            order.HeldFirst = Frames(ref blob, out _);
            state.Device(ref state.Patient(patient), local) = order;
        }

        ref var p = ref state.Patient(patient);
        p.QueueFirst = Frames(ref blob, out p.QueueLast);
        if (patient == 0)
        {
            Elections(ref blob);
        }

        return patient;
    }

    private void Rules(int patient, ArrayBufferWriter<byte> into)
    {
        var rules = state.RulesOf(patient);
        var live = 0;
        foreach (ref readonly var rule in rules)
        {
            live += IsDefault(in rule) ? 0 : 1;
        }

        Put(into, live);
        for (var i = 0; i < rules.Length; i++)
        {
            if (!IsDefault(in rules[i]))
            {
                Put(into, i);
                Put(into, rules[i]);
            }
        }
    }

    private static bool IsDefault(in RuleState rule) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<RuleState>(in rule)).IndexOfAnyExcept((byte)0) < 0;

    private static void Limits(IReadOnlyList<PatientLimit> limits, ArrayBufferWriter<byte> into)
    {
        Put(into, limits.Count);
        foreach (var limit in limits)
        {
            Text(into, limit.Rule);
            Put(into, limit.Enabled);
            Put(into, limit.DelaySeconds ?? -1);
            Put(into, limit.Levels.Count);
            foreach (var level in limit.Levels)
            {
                Put(into, level);
            }
        }
    }

    private static List<PatientLimit> Limits(ref ReadOnlySpan<byte> blob)
    {
        var limits = new List<PatientLimit>();
        for (var left = Get<int>(ref blob); left > 0; left--)
        {
            var rule = Text(ref blob);
            var enabled = Get<bool>(ref blob);
            var delay = Get<int>(ref blob);
            var levels = new List<AlertLevel>();
            for (var more = Get<int>(ref blob); more > 0; more--)
            {
                levels.Add(Get<AlertLevel>(ref blob));
            }

            limits.Add(new(rule, enabled, levels, delay < 0 ? null : delay));
        }

        return limits;
    }

    private void Frames(int first, ArrayBufferWriter<byte> into)
    {
        var count = 0;
        for (var at = first; at >= 0; at = state.Frames.Next(at))
        {
            count++;
        }

        Put(into, count);
        for (var at = first; at >= 0; at = state.Frames.Next(at))
        {
            SparseBytes.Put(into, in state.Frames[at]);
        }
    }

    private int Frames(ref ReadOnlySpan<byte> blob, out int last)
    {
        int first = -1;
        last = -1;
        for (var left = Get<int>(ref blob); left > 0; left--)
        {
            var number = state.Frames.Take();
            state.Frames[number] = SparseBytes.TakeFrame(ref blob);
            if (last < 0)
            {
                first = number;
            }
            else
            {
                state.Frames.Next(last) = number;
            }

            last = number;
        }

        return first;
    }

    private static void Put<T>(ArrayBufferWriter<byte> into, in T value)
        where T : unmanaged => into.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    private static T Get<T>(ref ReadOnlySpan<byte> blob)
        where T : unmanaged
    {
        var value = MemoryMarshal.Read<T>(blob);
        blob = blob[Unsafe.SizeOf<T>()..];
        return value;
    }

    private static void Text(ArrayBufferWriter<byte> into, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Put(into, length);
        into.Advance(Encoding.UTF8.GetBytes(text, into.GetSpan(length)));
    }

    private static string Text(ref ReadOnlySpan<byte> blob)
    {
        var length = Get<int>(ref blob);
        var text = Encoding.UTF8.GetString(blob[..length]);
        blob = blob[length..];
        return text;
    }

    // A hash that is the same in every process, unlike System.HashCode.
    private static int HashCode(params ReadOnlySpan<int> values)
    {
        var hash = 17;
        foreach (var value in values)
        {
            hash = unchecked((hash * 31) + value);
        }

        return hash;
    }
}
