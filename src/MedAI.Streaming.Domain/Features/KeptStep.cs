// What the windows of a patient held at the end of a model step, without anything that a model would make of it.
using System.Numerics;
using System.Runtime.CompilerServices;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Domain.Windows;

namespace MedAI.Streaming.Domain.Features;

/// <summary>One number per vital sign.</summary>
[InlineArray(VitalSignCatalogue.Count)]
public struct StepValues
{
    private double _first;
}

/// <summary>One time per vital sign.</summary>
[InlineArray(VitalSignCatalogue.Count)]
public struct StepTimes
{
    private long _first;
}

/// <summary>
/// A committed step as <see cref="FeatureSpec"/> needs it to fill the row of any model again, to the bit. Times are event times, ms since
/// 1970.
/// </summary>
public struct KeptStep
{
    /// <summary>The step's end.</summary>
    public long Time;

    /// <summary>The end of the step before it.</summary>
    public long StepStart;

    /// <summary>The vital signs that have a value, as bits of <see cref="VitalSignMask"/>.</summary>
    public ulong Known;

    /// <summary>Those that were observed inside the step.</summary>
    public ulong Observed;

    /// <summary>The step's value of each that is known: its mean, or the last value carried forward.</summary>
    public StepValues Values;

    /// <summary>When each that is known was last observed.</summary>
    public StepTimes LastTimes;

    /// <summary>The step of a patient that ends at a time.</summary>
    /// <param name="patient">The patient, with windows as they are at that time and before their sums start anew.</param>
    /// <param name="time">The step's end.</param>
    /// <param name="step">Receives it.</param>
    public static void Of(ref readonly PatientState patient, long time, out KeptStep step)
    {
        step = default;
        step.Time = time;
        step.StepStart = patient.StepStart;
        for (var mask = patient.Seen; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            ref readonly var window = ref patient.Windows[vital];
            if (window.Device == VitalWindow.NoDevice)
            {
                continue;
            }

            step.Known |= 1ul << vital;
            step.Observed |= window.StepCount > 0 ? 1ul << vital : 0;
            step.Values[vital] = window.StepValue;
            step.LastTimes[vital] = window.LastEventTime;
        }
    }
}
