// What is done to all windows of a patient at once.
using System.Numerics;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Windows;

/// <summary>The windows of one patient together; those that <see cref="PatientState.Seen"/> says are in use.</summary>
public static class PatientWindows
{
    /// <summary>Lets a frame settle: its verified readings go into their windows.</summary>
    public static void Settle(ref PatientState p, ref readonly Frame frame)
    {
        for (var mask = frame.Present & ~frame.Questionable; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            ref var window = ref p.Windows[vital];
            p.Dirty |= window.Take(
                frame.Device, frame.Source, frame.Epoch, frame.Sequence, frame.EventTime, frame.Values[vital],
                VitalSignCatalogue.LeadHold((VitalSign)vital, window.Source), p.LastTick, p.StepStart);
            p.Seen |= 1ul << vital;
        }

        p.Applied = Math.Max(p.Applied, frame.EventTime);
        p.Dirty |= (frame.Flags & FrameFlags.LimitChanged) != 0;
    }

    /// <summary>Empties the windows that a device leads: scores miss what is in them from now on.</summary>
    public static void Empty(ref PatientState p, int device)
    {
        for (var mask = p.Seen; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            if (p.Windows[vital].Device == device)
            {
                p.Windows[vital] = VitalWindow.Empty;
                p.Seen &= ~(1ul << vital);
                p.Dirty = true;
            }
        }
    }

    /// <summary>A score was made of them: its sums start anew.</summary>
    public static void Scored(ref PatientState p, long instant)
    {
        for (var mask = p.Seen; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            ref var window = ref p.Windows[vital];
            window.TickSum = 0;
            window.TickCount = 0;
            window.KnownStale = window.IsStale(instant, Validity(vital, window.Source));
        }
    }

    /// <summary>A step of the model ended with them: its sums start anew.</summary>
    public static void Stepped(ref PatientState p)
    {
        for (var mask = p.Seen; mask != 0; mask &= mask - 1)
        {
            ref var window = ref p.Windows[BitOperations.TrailingZeroCount(mask)];
            window.StepSum = 0;
            window.StepCount = 0;
        }
    }

    /// <summary>
    /// Event time at which the next value expires that the last score still took for fresh, or <see cref="PatientState.Never"/>.
    /// </summary>
    public static long NextExpiry(ref readonly PatientState p)
    {
        var next = PatientState.Never;
        for (var mask = p.Seen; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            ref readonly var window = ref p.Windows[vital];
            next = window.KnownStale ? next : Math.Min(next, window.LastEventTime + Validity(vital, window.Source) + 1);
        }

        return next;
    }

    /// <summary>Whether the last score knew of a value that is stale.</summary>
    public static bool AnyKnownStale(ref readonly PatientState p)
    {
        for (var mask = p.Seen; mask != 0; mask &= mask - 1)
        {
            if (p.Windows[BitOperations.TrailingZeroCount(mask)].KnownStale)
            {
                return true;
            }
        }

        return false;
    }

    private static long Validity(int vital, SourceClass source) => VitalSignCatalogue.ValidityWindow((VitalSign)vital, source);
}
