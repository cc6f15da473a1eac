// Bleeding: the heart quickens while the pressure falls, so the shock index rises; later it is treated in part.
namespace MedAI.Streaming.Simulation;

/// <summary>Haemorrhage: onset, how long it takes to bleed, and when volume is given.</summary>
internal sealed class HaemorrhageStory(double onset, double minutes, double volumeAt) : WardStory
{
    public override WardStoryKind Kind => WardStoryKind.Haemorrhage;

    public override string Tell(StoryClock clock) =>
        $"haemorrhage: heart rate rises and pressure falls from {clock.At(onset)} to {clock.At(onset + minutes)}, shock index "
        + $"above 1; volume at {clock.At(volumeAt)} takes half of it back";

    public override void Shape(double minute, ref Body body)
    {
        var severity = Course.Ramp(minute, onset, onset + minutes) * (1 - (0.5 * Course.Ramp(minute, volumeAt, volumeAt + 25)));
        body.HeartRate += 55 * severity;
        body.Systolic -= 48 * severity;
        body.Diastolic -= 26 * severity;
        body.RespiratoryRate += 9 * severity;
        body.Temperature -= 0.5 * severity;
        body.SpO2 -= severity;
        body.Unwell |= severity > 0.3;
    }
}
