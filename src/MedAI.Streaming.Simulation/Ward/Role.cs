// The roles to be cast in a ward: which stories are played, with which equipment, and when.
namespace MedAI.Streaming.Simulation;

/// <summary>A story and what it needs: a monitor or a wearable alone, intensive care if there is room, COPD.</summary>
internal sealed record Role(WardStory Story, bool Monitor = true, bool Intensive = false, bool Scale2 = false)
{
    private const int Stories = 16;

    /// <summary>Who goes to intensive care first; a patient with a wearable alone goes last.</summary>
    public int Preference => !Monitor ? 0 : Intensive ? 2 : 1;

    /// <summary>As many roles as beds: a third quiet, the others the stories in turn, the most telling ones first.</summary>
    public static IEnumerable<Role> Cast(int beds, SeededRandom random)
    {
        var quiet = (beds + 1) / 3;
        for (var i = 0; i < beds - quiet; i++)
        {
            // In a ward with more beds than stories, the next round of stories plays some minutes later.
            yield return Play(i % Stories, (7.0 * (i / Stories)) + random.NextDouble());
        }

        for (var i = 0; i < quiet; i++)
            yield return new Role(new QuietStory(), Monitor: i % 3 != 2, Scale2: i % 4 == 0);
    }

    // Times are minutes since the start, t adds a little to them. The first alarm comes within the first minute.
    private static Role Play(int story, double t) => story switch
    {
        0 => new(new HypoxiaStory(0.5 + t, 5, 9 + t, 1)),
        1 => new(new ArrhythmiaStory(
            WardStoryKind.Tachycardia, Fast(0.3 + (t / 2), 5), Fast(34 + t, 3), Fast(81 + t, 5))),
        2 => new(new SepsisStory(t - 50, 150), Intensive: true),
        3 => new(new HaemorrhageStory(6 + t, 30, 75 + t), Intensive: true),
        4 => new(new MotionStory(4 + t, 12, 1.5)),
        5 => new(new LooseSensorStory(new(9 + t, 4), new(52 + t, 6))),
        6 => new(new LostLinkStory(keeps: false, new(12 + t, 5), new(92 + t, 3))),
        7 => new(new SepsisStory(15 + t, 100)),
        8 => new(
            new ArrhythmiaStory(
                WardStoryKind.Bradycardia, Slow(17 + t, 2), new(44 + t, 14.0 / 60, Rhythm.Standstill), Slow(75 + t, 4)),
            Intensive: true),
        9 => new(new LostLinkStory(keeps: true, new Stretch(24 + t, 6))),
        10 => new(new WrongClockStory(new(7 + t, 25)), Scale2: true),
        11 => new(new HypoxiaStory(50 + t, 12, 72 + t, 0.4), Intensive: true),
        12 => new(new RestartStory(20 + t, 66 + t)),
        13 => new(new OddValuesStory(5 + t)),
        14 => new(new SepsisStory(35 + t, 80), Monitor: false),
        _ => new(new HaemorrhageStory(58 + t, 20, 100 + t)),
    };

    private static RhythmRun Fast(double start, double minutes) => new(start, minutes, Rhythm.Fast);

    private static RhythmRun Slow(double start, double minutes) => new(start, minutes, Rhythm.Slow);
}
