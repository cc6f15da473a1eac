// The window of one vital sign: who leads, when another may, what counts towards means, and what a late filler changes.
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Domain.Windows;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Windows;

public class VitalWindowTests
{
    private const long T = 1_700_000_000_000;
    private const long Validity = 300_000;
    private ulong _sequence;

    [Fact]
    public void Empty_Window_HasNoLeadAndIsNotStale()
    {
        var window = VitalWindow.Empty;

        Assert.Equal((VitalWindow.NoDevice, long.MinValue, 0, 0),
            (window.Device, window.LastEventTime, window.TickCount, window.StepCount));
        Assert.False(window.IsStale(T, Validity));
        Assert.False(window.IsStale(long.MaxValue, Validity));
    }

    [Theory]
    [InlineData(SourceClass.Bedside)]
    [InlineData(SourceClass.Wearable)]
    [InlineData(SourceClass.Charted)]
    public void Take_FirstReading_LeadsWhateverItsClass(SourceClass source)
    {
        var window = VitalWindow.Empty;

        Assert.True(window.Take(4, source, 2, 9, T, 80, Validity, long.MinValue, long.MinValue));

        Assert.Equal((4, source, 2ul, 9ul), (window.Device, window.Source, window.Epoch, window.Sequence));
        Assert.Equal((T, 80.0, 80.0, 80.0), (window.LastEventTime, window.Last, window.ScoreValue, window.StepValue));
    }

    [Theory]
    [InlineData(Validity - 1, false)]
    [InlineData(Validity, false)]
    [InlineData(Validity + 1, true)]
    public void IsStale_AgeOfTheLastReading_IsOlderThanItsValidity(long age, bool stale)
    {
        var window = VitalWindow.Empty;
        Take(ref window, 0, SourceClass.Bedside, T, 80);

        Assert.Equal(stale, window.IsStale(T + age, Validity));
    }

    [Theory]
    [InlineData(SourceClass.Bedside, SourceClass.Bedside, 0, false)]
    [InlineData(SourceClass.Bedside, SourceClass.Wearable, Validity, false)]
    [InlineData(SourceClass.Bedside, SourceClass.Charted, Validity, false)]
    [InlineData(SourceClass.Bedside, SourceClass.Bedside, Validity + 1, true)]
    [InlineData(SourceClass.Bedside, SourceClass.Wearable, Validity + 1, true)]
    [InlineData(SourceClass.Bedside, SourceClass.Charted, Validity + 1, true)]
    [InlineData(SourceClass.Wearable, SourceClass.Wearable, Validity, false)]
    [InlineData(SourceClass.Wearable, SourceClass.Bedside, 0, true)]
    [InlineData(SourceClass.Wearable, SourceClass.Bedside, 1_000, true)]
    [InlineData(SourceClass.Charted, SourceClass.Wearable, 1_000, true)]
    [InlineData(SourceClass.Charted, SourceClass.Bedside, 1_000, true)]
    [InlineData(SourceClass.Charted, SourceClass.Charted, 1_000, false)]
    [InlineData(SourceClass.Bedside, SourceClass.Wearable, -1_000, false)]
    public void Take_AnotherDevice_LeadsIfPreferredOrIfTheLeadIsStale(SourceClass lead, SourceClass other, long later, bool takes)
    {
        var window = VitalWindow.Empty;
        Take(ref window, 0, lead, T, 80);

        Assert.Equal(takes, Take(ref window, 1, other, T + later, 90));

        Assert.Equal(takes ? (1, other, 90.0) : (0, lead, 80.0), (window.Device, window.Source, window.Last));
        Assert.Equal(takes ? 90 : 80, window.ScoreValue);
        Assert.Equal(takes ? 90 : 80, window.StepValue);
        Assert.Equal((1, 1), (window.TickCount, window.StepCount));
    }

    [Fact]
    public void Take_TwoDevicesOfAClass_NeverMixesTheirReadings()
    {
        var window = VitalWindow.Empty;
        for (var second = 0; second < 60; second++)
        {
            Assert.True(Take(ref window, 0, SourceClass.Bedside, T + (second * 1_000), 80));
            Assert.False(Take(ref window, 1, SourceClass.Bedside, T + (second * 1_000) + 500, 200));
        }

        Assert.Equal((80.0, 80.0, 60, 60), (window.ScoreValue, window.StepValue, window.TickCount, window.StepCount));
    }

    [Fact]
    public void Take_LeadBack_IsLeftAsideUnlessItsClassIsPreferred()
    {
        var window = VitalWindow.Empty;
        Take(ref window, 0, SourceClass.Wearable, T, 80);
        Take(ref window, 1, SourceClass.Wearable, T + Validity + 1, 90);

        Assert.False(Take(ref window, 0, SourceClass.Wearable, T + Validity + 2, 80));
        Assert.True(Take(ref window, 2, SourceClass.Bedside, T + Validity + 3, 85));
        Assert.Equal((85.0, 85.0), (window.ScoreValue, window.StepValue));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void Take_PreferredReading_LeadsOnceItIsAsNewAsTheLeads(long later, bool takes)
    {
        var window = VitalWindow.Empty;
        Take(ref window, 0, SourceClass.Charted, T, 80);

        Assert.Equal(takes, Take(ref window, 1, SourceClass.Bedside, T + later, 90));

        Assert.Equal(takes ? (90.0, T + later) : (80.0, T), (window.Last, window.LastEventTime));
        Assert.True(Take(ref window, 1, SourceClass.Bedside, T + 2, 95));
        Assert.Equal((95.0, 1), (window.Last, (int)window.Device));
    }

    [Fact]
    public void Values_SeveralSinceTheLastScore_AreTheirMeanAndWithoutAnyTheLast()
    {
        var window = VitalWindow.Empty;
        Take(ref window, 0, SourceClass.Bedside, T + 1, 80);
        Take(ref window, 0, SourceClass.Bedside, T + 2, 90);
        Take(ref window, 0, SourceClass.Bedside, T + 3, 130);
        Assert.Equal((100.0, 100.0, 130.0), (window.ScoreValue, window.StepValue, window.Last));

        (window.TickSum, window.TickCount) = (0, 0);
        Assert.Equal((130.0, 100.0), (window.ScoreValue, window.StepValue));

        (window.StepSum, window.StepCount) = (0, 0);
        Assert.Equal((130.0, 130.0), (window.ScoreValue, window.StepValue));
    }

    [Theory]
    [InlineData(T, false, false)]
    [InlineData(T + 1, true, false)]
    [InlineData(T + 10_000, true, false)]
    [InlineData(T + 10_001, true, true)]
    public void Take_AtTheEndsOfTickAndStep_CountsOnlyWhatIsAfterThem(long eventTime, bool inStep, bool inTick)
    {
        var window = VitalWindow.Empty;

        window.Take(0, SourceClass.Bedside, 1, 1, eventTime, 80, Validity, lastTick: T + 10_000, stepStart: T);

        Assert.Equal((inStep ? 1 : 0, inStep ? 80.0 : 0), (window.StepCount, window.StepSum));
        Assert.Equal((inTick ? 1 : 0, inTick ? 80.0 : 0), (window.TickCount, window.TickSum));
        Assert.Equal((80.0, 80.0, 80.0), (window.Last, window.ScoreValue, window.StepValue));
    }

    [Fact]
    public void Take_LateFillerSinceTheLastScore_CorrectsTheMeanAndNotTheLastValue()
    {
        var window = VitalWindow.Empty;
        Take(ref window, 0, SourceClass.Bedside, T + 1_000, 80);
        Take(ref window, 0, SourceClass.Bedside, T + 3_000, 100);
        var last = window.Sequence;

        Assert.True(Take(ref window, 0, SourceClass.Bedside, T + 2_000, 120));

        Assert.Equal((100.0, T + 3_000, last), (window.Last, window.LastEventTime, window.Sequence));
        Assert.Equal((100.0, 100.0), (window.ScoreValue, window.StepValue));
        Assert.Equal(3, window.TickCount);
    }

    [Fact]
    public void Take_LateFillerFromBeforeTheLastScore_CountsTowardsTheStepOnly()
    {
        var window = VitalWindow.Empty;
        window.Take(0, SourceClass.Bedside, 1, 1, T + 61_000, 80, Validity, T + 60_000, T);

        window.Take(0, SourceClass.Bedside, 1, 2, T + 59_000, 100, Validity, T + 60_000, T);

        Assert.Equal((80.0, 90.0, 80.0), (window.ScoreValue, window.StepValue, window.Last));
    }

    [Fact]
    public void Take_TwoAtOneInstant_TheOneLoggedLastIsTheLast()
    {
        var window = VitalWindow.Empty;
        Take(ref window, 0, SourceClass.Bedside, T, 80);
        Take(ref window, 0, SourceClass.Bedside, T, 90);

        Assert.Equal((90.0, 85.0), (window.Last, window.ScoreValue));
    }

    [Fact]
    public void Take_FreshReading_EndsKnownStaleAndAnOlderOneDoesNot()
    {
        var window = VitalWindow.Empty;
        Take(ref window, 0, SourceClass.Bedside, T, 80);
        window.KnownStale = true;

        Take(ref window, 0, SourceClass.Bedside, T - 1_000, 80);
        Assert.True(window.KnownStale);
        Take(ref window, 0, SourceClass.Bedside, T + 1_000, 80);
        Assert.False(window.KnownStale);
    }

    [Fact]
    public void Take_LeftAside_ChangesNothingAtAll()
    {
        var window = VitalWindow.Empty;
        Take(ref window, 0, SourceClass.Bedside, T, 80);
        window.KnownStale = true;
        var before = window;

        Assert.False(Take(ref window, 1, SourceClass.Wearable, T + 1_000, 90));

        Assert.Equal(before, window);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void Take_RandomReadingsOfOneDevice_AgreesWithTheListOfThem(int seed)
    {
        var random = new Random(seed);
        var window = VitalWindow.Empty;
        var readings = new List<(long Time, double Value)>();
        var (lastTick, stepStart) = (T, T - 100_000);
        for (var i = 0; i < 2_000; i++)
        {
            var reading = (Time: T + (i * 500) - random.Next(20_000), Value: (double)random.Next(40, 200));
            readings.Add(reading);
            window.Take(0, SourceClass.Wearable, 1, (ulong)i, reading.Time, reading.Value, Validity, lastTick, stepStart);

            // Of several at the greatest event time the one logged last.
            var last = readings.Where(r => r.Time == readings.Max(o => o.Time)).Last();
            Assert.Equal((last.Time, last.Value), (window.LastEventTime, window.Last));
            if (random.Next(50) == 0)
            {
                (window.TickSum, window.TickCount, lastTick) = (0, 0, last.Time);
            }
        }

        var inside = readings.Where(r => r.Time > stepStart).Select(r => r.Value).ToList();
        Assert.Equal(inside.Count, window.StepCount);
        Assert.Equal(inside.Sum() / inside.Count, window.StepValue);
    }

    private bool Take(ref VitalWindow window, byte device, SourceClass source, long eventTime, double value) =>
        window.Take(device, source, 1, ++_sequence, eventTime, value, Validity, long.MinValue, long.MinValue);
}
