// Runs of a wrong rhythm, which begin and end from one second to the next.
namespace MedAI.Streaming.Simulation;

/// <summary>What the heart does in a run.</summary>
internal enum Rhythm
{
    Fast,
    Slow,
    Standstill,
}

/// <summary>A run: when it starts and for how many minutes it lasts.</summary>
internal readonly record struct RhythmRun(double Start, double Minutes, Rhythm Rhythm);

/// <summary>Arrhythmia in runs.</summary>
internal sealed class ArrhythmiaStory(WardStoryKind kind, params RhythmRun[] runs) : WardStory
{
    public override WardStoryKind Kind => kind;

    public override string Tell(StoryClock clock) => "arrhythmia: " + string.Join("; ", runs.Select(run => run.Rhythm switch
    {
        Rhythm.Fast => $"tachycardia of about 165 from {clock.At(run.Start)} for {run.Minutes:0.#} min",
        Rhythm.Slow => $"bradycardia of about 33 from {clock.At(run.Start)} for {run.Minutes:0.#} min",
        _ => $"heart stands still at {clock.At(run.Start)} for {run.Minutes * 60:0} s",
    }));

    public override void Shape(double minute, ref Body body)
    {
        foreach (var run in runs)
        {
            if (!Course.Within(minute, run.Start, run.Minutes)) continue;
            // The patient's own variation stays in the run, so that it does not look drawn with a ruler.
            var wander = 0.3 * (body.HeartRate - 75);
            switch (run.Rhythm)
            {
                case Rhythm.Fast:
                    body.HeartRate = 165 + wander;
                    body.PulseShare = 0.92;
                    body.Systolic -= 14;
                    body.Diastolic -= 6;
                    break;
                case Rhythm.Slow:
                    body.HeartRate = 33 + (0.3 * wander);
                    body.Systolic -= 18;
                    break;
                default:
                    body.HeartRate = 0;
                    body.PulseShare = 0;
                    body.Systolic = 40;
                    body.Diastolic = 30;
                    break;
            }
        }
    }
}
