// A record of the log changes the model whose alerts count: at a tick, for every patient, and the same however it is run.
using System.Globalization;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Tests.Controls;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Scoring;

public sealed class ElectionTests
{
    private const string Risk = "model.memory";
    private const int Change = 1500;

    // MEDAI_SEEDS=n runs more worlds.
    private static readonly int Seeds =
        int.Parse(Environment.GetEnvironmentVariable("MEDAI_SEEDS") ?? "300", CultureInfo.InvariantCulture);

    [Fact]
    public void Run_ElectionsAndCrashes_DecidesTheSame()
    {
        var (elected, crashed) = (0, 0);
        Parallel.For(1, Seeds + 1, i =>
        {
            var seed = 3_000_000 + (ulong)i;
            var fleet = FaultyFleet.Generate(seed, new FleetOptions { MaxPatients = 4, MinFrames = 100, MaxFrames = 300 }).Elements;
            var random = new SeededRandom(seed).Fork("run");
            var partitions = random.Pick([1, 2, 3]);
            var elements = Electing(fleet, partitions, seed);
            var options = new WorldOptions(
                partitions, random.Pick([1, 2, 7, 64, 4096]), random.Pick([0, 0.02, 0.1]), random.NextUInt64(), random.Chance(0.5));

            var plain = SeededWorld.Run(elements, new WorldOptions(partitions), () => new TestShelf().Law());
            var other = SeededWorld.Run(elements, options, () => new TestShelf().Law());

            Assert.True(plain.Lines.SequenceEqual(other.Lines), $"transitions of world {seed} differ: {options}");
            Assert.True(plain.Pages.SequenceEqual(other.Pages), $"pages of world {seed} differ: {options}");
            Assert.True(plain.Series.SequenceEqual(other.Series), $"series of world {seed} differ: {options}");
            Interlocked.Add(ref elected, elements.Count - fleet.Count);
            Interlocked.Add(ref crashed, other.Crashes);
        });

        Assert.True(elected > Seeds && crashed > Seeds / 10, $"{elected} elections and {crashed} crashes prove little");
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

    private static int Second(string point) => int.Parse(point.Split(' ')[0], CultureInfo.InvariantCulture);

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
