// What a patient's window keeps of one vital sign: the last reading, and sums since the last score and the last model step.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Windows;

/// <summary>
/// The settled readings of one vital sign of one patient, from one device at a time: the *lead*. Another device takes the lead
/// when its class is preferred and its reading is as new as the lead's, or when the lead was silent for its hold time; readings are
/// never mixed.
/// </summary>
public struct VitalWindow
{
    /// <summary>No device leads yet.</summary>
    public const byte NoDevice = 255;

    /// <summary>The last value, canonical unit.</summary>
    public double Last;

    /// <summary>Event time of <see cref="Last"/>, ms; <see cref="long.MinValue"/> before the first reading.</summary>
    public long LastEventTime;

    /// <summary>Epoch of the frame of <see cref="Last"/>.</summary>
    public ulong Epoch;

    /// <summary>Sequence of the frame of <see cref="Last"/>.</summary>
    public ulong Sequence;

    /// <summary>Sum of values since the last score.</summary>
    public double TickSum;

    /// <summary>Sum of values since the last model step.</summary>
    public double StepSum;

    /// <summary>Number of values since the last score.</summary>
    public int TickCount;

    /// <summary>Number of values since the last model step.</summary>
    public int StepCount;

    /// <summary>The lead device's number within the patient, or <see cref="NoDevice"/>.</summary>
    public byte Device;

    /// <summary>The lead's class.</summary>
    public SourceClass Source;

    /// <summary>The last score already knew that the value is stale.</summary>
    public bool KnownStale;

    /// <summary>A window that has seen nothing.</summary>
    public static VitalWindow Empty => new() { LastEventTime = long.MinValue, Device = NoDevice };

    /// <summary>Takes one settled reading.</summary>
    /// <param name="device">Number of the device within the patient.</param>
    /// <param name="source">Class of the device.</param>
    /// <param name="epoch">Epoch of the frame.</param>
    /// <param name="sequence">Sequence of the frame.</param>
    /// <param name="eventTime">Event time of the frame, ms.</param>
    /// <param name="value">Value in the canonical unit.</param>
    /// <param name="hold">How long the lead is kept without a new reading (<see cref="VitalSignCatalogue.LeadHold"/>), ms.</param>
    /// <param name="lastTick">Event time of the last score: older readings no longer count towards the mean of the next.</param>
    /// <param name="stepStart">Event time of the last model step.</param>
    /// <returns>False when another device has the lead and the reading was left aside.</returns>
    public bool Take(
        byte device, SourceClass source, ulong epoch, ulong sequence, long eventTime, double value, long hold, long lastTick,
        long stepStart)
    {
        if (device != Device)
        {
            var stale = eventTime - LastEventTime > hold;
            var preferred = source < Source && eventTime >= LastEventTime;
            if (Device != NoDevice && !stale && !preferred)
            {
                return false;
            }

            Device = device;
            Source = source;
            TickSum = StepSum = 0;
            TickCount = StepCount = 0;
        }

        if (eventTime >= LastEventTime)
        {
            Last = value;
            LastEventTime = eventTime;
            Epoch = epoch;
            Sequence = sequence;
            KnownStale = false;
        }

        if (eventTime > lastTick)
        {
            TickSum += value;
            TickCount++;
        }

        if (eventTime > stepStart)
        {
            StepSum += value;
            StepCount++;
        }

        return true;
    }

    /// <summary>
    /// The value a score uses: the mean since the last score, or the last value where nothing came since. One charted or cuff
    /// reading is its own mean; a continuous signal is averaged over the tick, so that one artefact does not decide.
    /// </summary>
    public readonly double ScoreValue => TickCount > 0 ? TickSum / TickCount : Last;

    /// <summary>The value of the current model step: its mean, or the last value carried forward.</summary>
    public readonly double StepValue => StepCount > 0 ? StepSum / StepCount : Last;

    /// <summary>Whether there is a value and it is older than the validity window at a time.</summary>
    public readonly bool IsStale(long time, long validity) => Device != NoDevice && time - LastEventTime > validity;
}
