// Sepsis over hours: temperature, heart and breathing rise, pressure falls, and in the end the patient is confused.
namespace MedAI.Streaming.Simulation;

/// <summary>Sepsis: its onset may lie before the simulation starts.</summary>
internal sealed class SepsisStory(double onset, double minutes) : WardStory
{
    public override WardStoryKind Kind => WardStoryKind.Sepsis;

    public override string Tell(StoryClock clock) =>
        $"sepsis: temperature, heart rate and breathing rise and the pressure falls from {clock.At(onset)} to "
        + $"{clock.At(onset + minutes)}; confused from about {clock.At(onset + (0.7 * minutes))}";

    public override void Shape(double minute, ref Body body)
    {
        var severity = Course.Ramp(minute, onset, onset + minutes);
        body.Temperature += 2.6 * severity;
        body.HeartRate += 48 * severity;
        body.RespiratoryRate += 15 * severity;
        body.Systolic -= 38 * severity;
        body.Diastolic -= 22 * severity;
        body.SpO2 -= 4 * severity;
        body.Unwell |= severity > 0.3;
        if (minute >= onset + (0.7 * minutes)) body.Consciousness = 1;
    }
}
