// Puts one device's frames in order: recognises repeats, notices gaps, knows what may be released.
using System.Numerics;
using System.Runtime.CompilerServices;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Stream;

/// <summary>What to do with a frame that has just arrived.</summary>
public enum Arrival : byte
{
    /// <summary>It is the next one: release it, then whatever is contiguous behind it.</summary>
    Release = 0,

    /// <summary>It is ahead of the next one: hold it until the gap is filled or the gap wait is over.</summary>
    Hold = 1,

    /// <summary>It fills a gap that is no longer waited for, or belongs to an epoch that is over.</summary>
    Filler = 2,

    /// <summary>It was here before.</summary>
    Duplicate = 3,
}

/// <summary>A window of 1,024 bits, one per sequence number up to the high-water mark.</summary>
[InlineArray(16)]
public struct SeenWindow
{
    private ulong _first;
}

/// <summary>
/// The order of one device of one patient. A device numbers its frames within an epoch from 1 without gaps; a restart starts
/// a new epoch. Invariants: <see cref="Next"/> is the lowest sequence not yet released or given up;
/// <see cref="HighWater"/> is the highest seen in <see cref="Epoch"/>; the window holds those of the last 1,024 below it.
/// </summary>
public struct DeviceOrder
{
    /// <summary>How many sequence numbers back a repeat is recognised.</summary>
    public const int WindowBits = 1024;

    /// <summary>The current epoch; 0 before the first frame.</summary>
    public ulong Epoch;

    /// <summary>The next sequence to release.</summary>
    public ulong Next;

    /// <summary>The highest sequence seen in the epoch.</summary>
    public ulong HighWater;

    /// <summary>The newest event time released: the source's watermark; <see cref="long.MinValue"/> before the first.</summary>
    public long Watermark;

    /// <summary>Arrival time at which waiting for a gap ends; <see cref="long.MaxValue"/> when none is waited for.</summary>
    public long GapUntil;

    /// <summary>The first of the held frames, by the owner's numbering; -1 for none.</summary>
    public int HeldFirst;

    /// <summary>How many frames are held.</summary>
    public int Held;

    /// <summary>The class of the device.</summary>
    public SourceClass Source;

    /// <summary>Arrival time of the newest frame, whatever it held; contact is judged by it.</summary>
    public long LastHeard;

    /// <summary>Contact is lost.</summary>
    public bool Lost;

    /// <summary>
    /// Event time from which the patient wears the device: <see cref="long.MinValue"/> always, where nobody said otherwise;
    /// <see cref="long.MaxValue"/> no more.
    /// </summary>
    public long WornFrom;

    /// <summary>Event time at which the patient was last parted from it; <see cref="long.MinValue"/>: never.</summary>
    public long RemovedAt;

    private SeenWindow _seen;

    /// <summary>A device that was not heard yet.</summary>
    public static DeviceOrder New(SourceClass source) => new()
    {
        Source = source,
        Watermark = long.MinValue,
        LastHeard = long.MinValue,
        GapUntil = long.MaxValue,
        HeldFirst = -1,
        WornFrom = long.MinValue,
        RemovedAt = long.MinValue,
    };

    /// <summary>Whether the patient was parted from the device and it has not begun anew: nothing is expected of it.</summary>
    public readonly bool IsAway =>
        RemovedAt != long.MinValue && LastHeard == long.MinValue && (WornFrom is long.MinValue or long.MaxValue);

    /// <summary>
    /// The patient was parted from it: contact and watermark are over. Which frames were here is remembered until it begins anew.
    /// </summary>
    public void Leave()
    {
        Watermark = LastHeard = long.MinValue;
        GapUntil = long.MaxValue;
        Lost = false;
    }

    /// <summary>Begins with whatever frame comes next: what it numbered for somebody else is unknown here.</summary>
    public void Begin() => StartEpoch(0);

    /// <summary>Says what to do with a frame, and remembers that it was here.</summary>
    /// <remarks>
    /// A frame of a newer epoch is held like one behind a gap, so that stragglers of the old epoch still come in order. A frame
    /// more than <see cref="WindowBits"/> behind the high-water mark cannot be told from a repeat; it is taken as a filler, so
    /// that nothing is lost, and it is then too old to change anything.
    /// </remarks>
    /// <param name="epoch">Epoch of the frame.</param>
    /// <param name="sequence">Sequence of the frame.</param>
    /// <param name="ordered">Whether gaps are waited for; if not, frames are taken as they come.</param>
    public Arrival Arrive(ulong epoch, ulong sequence, bool ordered)
    {
        if (Epoch == 0 || (epoch > Epoch && !ordered))
        {
            StartEpoch(epoch);
        }

        if (epoch > Epoch)
        {
            // Repeats within the coming epoch are recognised once it has begun (see Admit).
            return Arrival.Hold;
        }

        if (epoch < Epoch)
        {
            return Arrival.Filler;
        }

        if (!Remember(sequence))
        {
            return Arrival.Duplicate;
        }

        if (sequence < Next)
        {
            return Arrival.Filler;
        }

        return sequence == Next || !ordered ? Arrival.Release : Arrival.Hold;
    }

    /// <summary>Begins an epoch: sequences start at 1 again.</summary>
    public void StartEpoch(ulong epoch)
    {
        Epoch = epoch;
        Next = 1;
        HighWater = 0;
        _seen = default;
    }

    /// <summary>Begins anew at a frame, because the device's own numbering went back.</summary>
    public void RestartAt(ulong epoch, ulong sequence)
    {
        StartEpoch(epoch);
        Remember(sequence);
        Next = sequence;
    }

    /// <summary>Remembers a held frame of an epoch that has just begun; false: it is a repeat.</summary>
    public bool Admit(ulong sequence) => Remember(sequence);

    /// <summary>Notes that a frame was released: the next one is due, and the watermark moves unless the frame's time is not to be trusted.</summary>
    public void Released(in Frame frame)
    {
        Next = Math.Max(Next, frame.Sequence == ulong.MaxValue ? frame.Sequence : frame.Sequence + 1);
        if ((frame.Flags & FrameFlags.Future) == 0 && frame.EventTime > Watermark)
        {
            Watermark = frame.EventTime;
        }
    }

    /// <summary>Whether an event time is behind the watermark by more than the grace.</summary>
    public readonly bool IsLate(long eventTime, long grace) => Watermark != long.MinValue && eventTime < Watermark - grace;

    private bool Remember(ulong sequence)
    {
        if (sequence > HighWater)
        {
            Forget(HighWater + 1, sequence);
            HighWater = sequence;
        }
        else if (HighWater - sequence >= WindowBits)
        {
            return true;
        }

        ref var word = ref _seen[(int)(sequence >> 6) & 15];
        var bit = 1UL << (int)(sequence & 63);
        if ((word & bit) != 0)
        {
            return false;
        }

        word |= bit;
        return true;
    }

    // Clears the bits of sequences that come into the window, which still hold the ones 1,024 before them.
    private void Forget(ulong from, ulong to)
    {
        if (to - from >= WindowBits - 1)
        {
            _seen = default;
            return;
        }

        for (var left = to - from + 1; left > 0; left--, from++)
        {
            _seen[(int)(from >> 6) & 15] &= ~(1UL << (int)(from & 63));
        }
    }

    /// <summary>How many of the window's bits are set; for tests and diagnostics.</summary>
    public readonly int SeenCount()
    {
        var count = 0;
        foreach (var word in _seen)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }
}
