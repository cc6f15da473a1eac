// Oxygen saturation falls within minutes, and rises again with oxygen, wholly or in part.
namespace MedAI.Streaming.Simulation;

/// <summary>Hypoxia: onset, depth, when oxygen is given and how much of the fall it takes back.</summary>
internal sealed class HypoxiaStory(double onset, double fallMinutes, double oxygenAt, double recovers) : WardStory
{
    private const double Depth = 15;
    private const double Flow = 10;

    public override WardStoryKind Kind => WardStoryKind.Hypoxia;

    public override string Tell(StoryClock clock) =>
        $"hypoxia: SpO2 falls from {clock.At(onset)} on to about 82 % by {clock.At(onset + fallMinutes)}, breathing quickens; "
        + $"oxygen {Flow} L/min at {clock.At(oxygenAt)}, "
        + (recovers < 1 ? "which helps only in part" : $"recovers by {clock.At(oxygenAt + 6)}");

    public override void Shape(double minute, ref Body body)
    {
        var severity = Course.Ramp(minute, onset, onset + fallMinutes)
            * (1 - (recovers * Course.Ramp(minute, oxygenAt, oxygenAt + 6)));
        body.SpO2 -= Depth * severity;
        body.RespiratoryRate += 13 * severity;
        body.HeartRate += 22 * severity;
        body.Unwell |= severity > 0.3;
        if (minute >= oxygenAt) body.OxygenFlow = Flow;
    }
}
