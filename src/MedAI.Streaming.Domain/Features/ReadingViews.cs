// The two places from which a row of inputs is filled: windows as they are now, and a step that was kept.
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Windows;

namespace MedAI.Streaming.Domain.Features;

/// <summary>What inputs are made of, by number of the vital sign. Implemented by structs only, so that nothing is called through it.</summary>
internal interface IReadingView
{
    /// <summary>Whether there is a value.</summary>
    bool Knows(int vital);

    /// <summary>Whether it was observed inside the step.</summary>
    bool Observed(int vital);

    /// <summary>The value of the step, where there is one.</summary>
    double Value(int vital);

    /// <summary>Event time of the last observation; <see cref="long.MinValue"/> where there is no value.</summary>
    long LastTime(int vital);
}

/// <summary>Windows as they are now.</summary>
internal readonly ref struct WindowView(ref readonly PatientState patient) : IReadingView
{
    private readonly ref readonly PatientState _patient = ref patient;

    public bool Knows(int vital) => _patient.Windows[vital].Device != VitalWindow.NoDevice;

    public bool Observed(int vital) => _patient.Windows[vital].StepCount > 0;

    public double Value(int vital) => _patient.Windows[vital].StepValue;

    public long LastTime(int vital) => _patient.Windows[vital].LastEventTime;
}

/// <summary>A step that was kept.</summary>
internal readonly ref struct StepView(ref readonly KeptStep step) : IReadingView
{
    private readonly ref readonly KeptStep _step = ref step;

    public bool Knows(int vital) => (_step.Known >> vital & 1) != 0;

    public bool Observed(int vital) => (_step.Observed >> vital & 1) != 0;

    public double Value(int vital) => _step.Values[vital];

    public long LastTime(int vital) => Knows(vital) ? _step.LastTimes[vital] : long.MinValue;
}
