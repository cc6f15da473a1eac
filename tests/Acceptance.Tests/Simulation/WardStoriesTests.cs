// What the ward tells of each patient is what its elements show.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Simulation;
using Xunit;

namespace Acceptance.Tests.Simulation;

public sealed class WardStoriesTests
{
    private const long Minute = 60_000;

    private static readonly Dictionary<WardStoryKind, Func<Bed, bool>> Shown = new()
    {
        [WardStoryKind.Quiet] = bed => !bed.BreachesAnyLimit(),
        [WardStoryKind.Hypoxia] = bed => bed.Holds(VitalSign.SpO2, v => v < 85, 60)
            && bed.Max(VitalSign.RespiratoryRate) >= 25 && bed.Max(VitalSign.OxygenFlow) == 10 && bed.BreachesAnyLimit(),
        [WardStoryKind.Tachycardia] = bed => bed.Holds(VitalSign.HeartRate, v => v > 150, 120),
        [WardStoryKind.Bradycardia] = bed =>
            bed.Holds(VitalSign.HeartRate, v => v is > 0 and < 40, 100) && bed.Holds(VitalSign.HeartRate, v => v == 0, 12),
        [WardStoryKind.Sepsis] = bed => bed.Max(VitalSign.Temperature) >= 38 && bed.Max(VitalSign.HeartRate) > 110
            && bed.Max(VitalSign.RespiratoryRate) >= 22 && bed.Min(VitalSign.SystolicPressure) <= 100,
        [WardStoryKind.Haemorrhage] = bed => bed.Max(VitalSign.HeartRate) > 120 && bed.Min(VitalSign.SystolicPressure) < 85,
        [WardStoryKind.Motion] = bed => bed.Count(r => r.Validity == Validity.Questionable) > 500
            && bed.Count(r => r.Validity == Validity.Invalid) > 200 && !bed.BreachesAnyLimit(),
        [WardStoryKind.LooseSensor] = bed => bed.Count(r => r is { Vital: VitalSign.SpO2, Validity: Validity.Invalid }) == 600
            && !bed.BreachesAnyLimit(),
        [WardStoryKind.LostLink] = bed => bed.LongestSilence() > 4 * Minute && !bed.HasLateBedside(),
        [WardStoryKind.DelayedLink] = bed => bed.LongestSilence() > 5 * Minute && bed.HasLateBedside(),
        [WardStoryKind.WrongClock] = bed => bed.Monitor.Count(f => f.EventTime > f.ArrivalTime + (4 * Minute)) == 25 * 60,
        [WardStoryKind.Restart] = bed => bed.Monitor.Select(f => f.Epoch).Distinct().SequenceEqual([1UL, 2UL, 3UL]),
        [WardStoryKind.OddValues] = bed => bed.Count(r => r.Vital is null && r.Name is not null) > 5
            && bed.Count(r => r is { Vital: VitalSign.SpO2, Value: 127 }) > 5
            && bed.Count(r => r is { Vital: VitalSign.RespiratoryRate, Unit: Unit.MillimetreOfMercury }) > 5,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Within_two_hours_every_story_happens_and_shows_as_told(ulong seed)
    {
        var ward = new SimulatedWard(new WardOptions { Seed = seed });
        var frames = ward.Elements().OfType<FrameElement>().ToLookup(f => f.Patient);

        Assert.Equal(Enum.GetValues<WardStoryKind>().Order(), ward.Patients.Select(p => p.Kind).Distinct().Order());
        Assert.Equal(8, ward.Patients.Count(p => p.Kind == WardStoryKind.Quiet));
        Assert.All(ward.Patients, p => Assert.True(Shown[p.Kind](new Bed(frames[p.Id])), p.Story));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Within_ten_minutes_there_is_a_hypoxia_and_a_tachycardia_that_outlast_the_condition_delay(ulong seed)
    {
        var ward = new SimulatedWard(new WardOptions { Seed = seed, Duration = TimeSpan.FromMinutes(10) });
        var frames = ward.Elements().OfType<FrameElement>().ToLookup(f => f.Patient);
        var beds = ward.Patients.ToLookup(p => p.Kind, p => new Bed(frames[p.Id]));

        Assert.Contains(beds[WardStoryKind.Hypoxia], b => b.Holds(VitalSign.SpO2, v => v < 90, 60));
        Assert.Contains(beds[WardStoryKind.Tachycardia], b => b.Holds(VitalSign.HeartRate, v => v > 150, 60));
    }

    [Fact]
    public void The_story_of_a_bed_is_one_line_that_names_it_and_the_hour()
    {
        var ward = new SimulatedWard(new WardOptions());
        var hypoxia = ward.Patients.First(p => p.Kind == WardStoryKind.Hypoxia);

        Assert.StartsWith($"{hypoxia.Bed} ({hypoxia.Id}, ", ward.Story(hypoxia.Bed), StringComparison.Ordinal);
        Assert.Contains("hypoxia: SpO2 falls from ", hypoxia.Story, StringComparison.Ordinal);
        Assert.All(ward.Patients, p => Assert.DoesNotContain('\n', ward.Story(p.Bed)));
        Assert.Throws<ArgumentException>(() => ward.Story("Z99"));
    }

    /// <summary>One bed's frames, and questions to them about usable readings.</summary>
    private sealed class Bed(IEnumerable<FrameElement> frames)
    {
        private readonly List<FrameElement> _frames = [.. frames.OrderBy(f => f.EventTime)];

        public IEnumerable<FrameElement> Monitor => _frames.Where(f => f.Source == SourceClass.Bedside);

        public double Max(VitalSign vital) => Values(vital).Max(v => v.Value);

        public double Min(VitalSign vital) => Values(vital).Min(v => v.Value);

        public int Count(Predicate<RecordedReading> which) => _frames.Sum(f => f.Readings.Count(r => which(r)));

        public long LongestSilence()
        {
            var arrivals = Monitor.Select(f => f.ArrivalTime).Order().ToList();
            return arrivals.Zip(arrivals.Skip(1), (a, b) => b - a).Max();
        }

        public bool HasLateBedside() => Monitor.Any(f => f.ArrivalTime > f.EventTime + (5 * Minute));

        /// <summary>Whether usable values satisfy a condition without a break for so many seconds of event time.</summary>
        public bool Holds(VitalSign vital, Predicate<double> condition, int seconds)
        {
            long? since = null;
            foreach (var (time, value) in Values(vital))
            {
                if (!condition(value)) since = null;
                else if (time - (since ??= time) >= seconds * 1000L) return true;
            }

            return false;
        }

        public bool BreachesAnyLimit() => DefaultRules.Limits.Any(rule => Holds(
            rule.Vital,
            v => rule.Side == LimitSide.Above ? v > rule.Levels[0].Threshold : v < rule.Levels[0].Threshold,
            rule.DelaySeconds));

        /// <summary>Valid values, of the preferred source where the bed has several.</summary>
        private List<(long Time, double Value)> Values(VitalSign vital)
        {
            var usable = _frames.SelectMany(f => f.Readings
                .Where(r => r.Vital == vital && r.Validity == Validity.Valid && r.Unit == Unit.Canonical)
                .Select(r => (f.Source, f.EventTime, r.Value))).ToList();
            var preferred = usable.Count == 0 ? SourceClass.Charted : usable.Min(v => v.Source);
            return [.. usable.Where(v => v.Source == preferred).Select(v => (v.EventTime, v.Value))];
        }
    }
}
