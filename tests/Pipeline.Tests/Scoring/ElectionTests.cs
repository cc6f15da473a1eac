// A record of the log changes the model whose alerts count: at a tick, for every patient, and the same however it is run.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Tests.Controls;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Scoring;

public sealed class ElectionTests
{
    private const string Risk = "model.in-memory";
    private const int Change = 1500;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Run_ElectionsAndCrashes_DecidesTheSame(ulong seed)
    {
        var fleet = FaultyFleet.Generate(seed, new FleetOptions { MaxPatients = 4, MinFrames = 200, MaxFrames = 400 }).Elements;
        var elements = Electing(fleet, partitions: 2, seed);

        var plain = SeededWorld.Run(elements, new WorldOptions(Partitions: 2), () => new TestShelf().Law());
        var other = SeededWorld.Run(
            elements, new WorldOptions(2, (int)(1 + (seed * 13)), 0.03, seed, Clocks: true), () => new TestShelf().Law());

        Assert.NotEmpty(plain.Lines);
        Assert.True(other.Crashes > 0);
        Assert.Equal(plain.Lines, other.Lines);
        Assert.Equal(plain.Pages, other.Pages);
        Assert.Equal(plain.Series, other.Series);
        Assert.NotEqual(SeededWorld.Run(fleet, new WorldOptions(Partitions: 2)).Series, plain.Series);
    }

    // Until the change everything is the old model's, and behind it everything is what the new one would have said all along: it is warmed
    // up from the steps that were kept, and no instant is left out.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Elect_AnotherVersion_GoesOnAsIfItHadAlwaysBeenThere(int version)
    {
        var shelf = new TestShelf();
        var old = Story().Run(shelf.Law()).Series(Risk);
        var other = Story().Run(shelf.LawOf(version)).Series(Risk);

        var changed = Story().Add(Elected(version)).Run(shelf.Law()).Series(Risk);

        Assert.Equal(old.Where(point => Second(point) < Change), changed.Where(point => Second(point) < Change));
        Assert.Equal(other.Where(point => Second(point) > Change), changed.Where(point => Second(point) > Change));
        Assert.Equal(old.Select(Second), changed.Select(Second));
        Assert.True(shelf.Asked > 0);
    }

    [Fact]
    public void Elect_ThereAndBack_IsTheOldModelAgain()
    {
        var law = new TestShelf().Law();
        var old = Story().Run(law).Series(Risk);

        var changed = Story().Add(Elected(2)).Add(Elected(1, Change + 600)).Run(law).Series(Risk);

        Assert.NotEqual(old, changed);
        Assert.Equal(old.Where(point => Second(point) > Change + 600), changed.Where(point => Second(point) > Change + 600));
    }

    [Fact]
    public void Elect_WithARiskOfItsOwn_AlertsByIt()
    {
        var quiet = Story().Add(new ModelElectedElement(WardLog.At(0), 0, TestShelf.Election(1, alertRisk: 1)));
        var loud = Story().Add(new ModelElectedElement(WardLog.At(0), 0, TestShelf.Election(1, alertRisk: 0.11)));
        var dumb = Story().Add(new ModelElectedElement(WardLog.At(0), 0, TestShelf.Election(1, alertRisk: 0.11, pages: false)));

        Assert.Empty(quiet.Run(new TestShelf().Law()).Of(Risk));
        Assert.NotEmpty(loud.Run(new TestShelf().Law()).Of(Risk));
        Assert.Empty(dumb.Run(new TestShelf().Law()).Of(Risk));
    }

    [Fact]
    public void Elect_WithoutAModelServed_ChangesNothing()
    {
        var law = TestLaw.Create() with { Scorer = null, Features = null };

        Assert.Equal(Story().Run(law).Result.Lines, Story().Add(Elected(2)).Run(law).Result.Lines);
    }

    private static int Second(string point) => int.Parse(point.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static ModelElectedElement Elected(int version, int second = Change) => new(WardLog.At(second), 0, TestShelf.Election(version));

    private static List<LogElement> Electing(IReadOnlyList<LogElement> elements, int partitions, ulong seed)
    {
        var random = new SeededRandom(seed).Fork("elections");
        var with = new List<LogElement>();
        foreach (var element in elements)
        {
            if (random.Chance(0.02))
            {
                var election = TestShelf.Election(random.Pick([2, 3, 2, 3, 1]), random.Pick([0.6, 0.8]));
                with.AddRange(Enumerable.Range(0, partitions).Select(p => new ModelElectedElement(element.ArrivalTime, p, election)));
            }

            with.Add(element);
        }

        return with;
    }

    private static WardLog Story()
    {
        var log = new WardLog();
        for (var second = 0; second < 3000; second += 5)
        {
            log.Frame("p", "d", second, VitalSign.HeartRate, 60 + (second / 30));
        }

        return log;
    }
}
