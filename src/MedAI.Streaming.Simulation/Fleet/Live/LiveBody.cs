// A patient of a live fleet: a body that wanders, and for some of them something that happens to it.
namespace MedAI.Streaming.Simulation;

/// <summary>The body of one patient, second by second; shared by the devices that measure it.</summary>
internal sealed class LiveBody
{
    // Most patients are as usual; the stories of the others begin some time within the first hour.
    private const double ShareOfStories = 0.2;
    private const double LatestOnset = 60;

    private readonly Physiology _physiology;
    private readonly WardStory? _story;
    private long _second = -1;
    private Body _body;

    public LiveBody(DateTimeOffset start, SeededRandom random)
    {
        _physiology = new Physiology(Usual(random), start, steadyOxygen: false, random.Fork("physiology"));
        _story = random.Chance(ShareOfStories) ? Story(random) : null;
    }

    /// <summary>The body at a second since the start, not before one that was asked for.</summary>
    public ref readonly Body At(long second)
    {
        if (second <= _second) return ref _body;
        while (_second < second) _body = _physiology.Next(++_second);
        _story?.Shape(second / 60.0, ref _body);
        return ref _body;
    }

    private static Baseline Usual(SeededRandom random) => new(
        HeartRate: random.Between(62.0, 84.0),
        SpO2: random.Between(95.5, 98.5),
        RespiratoryRate: random.Between(13.5, 17.5),
        Temperature: random.Between(36.5, 37.1),
        Systolic: random.Between(112.0, 140.0),
        Diastolic: random.Between(66.0, 84.0),
        OxygenFlow: 0);

    private static WardStory Story(SeededRandom random)
    {
        var onset = LatestOnset * random.NextDouble();
        return random.Between(0, 4) switch
        {
            0 => new HypoxiaStory(onset, 5, onset + 10, random.Between(0.5, 1)),
            1 => new ArrhythmiaStory(WardStoryKind.Tachycardia, new RhythmRun(onset, random.Between(2.0, 6.0), Rhythm.Fast)),
            2 => new ArrhythmiaStory(WardStoryKind.Bradycardia, new RhythmRun(onset, random.Between(1.0, 4.0), Rhythm.Slow)),
            3 => new SepsisStory(onset, 100),
            _ => new HaemorrhageStory(onset, 25, onset + 60),
        };
    }
}
