// Records of the log change the model whose alerts count, and say whether it answers: at a tick, for every patient, and the same however it is run.
using System.Globalization;
using System.Text;
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
    public void Run_ElectionsDeathsReturnsAndCrashes_DecidesTheSame()
    {
        var (said, silent, crashed) = (0, 0, 0);
        Parallel.For(1, Seeds + 1, i =>
        {
            var seed = 3_000_000 + (ulong)i;
            var fleet = FaultyFleet.Generate(seed, new FleetOptions { MaxPatients = 4, MinFrames = 100, MaxFrames = 300 }).Elements;
            var random = new SeededRandom(seed).Fork("run");
            var partitions = random.Pick([1, 2, 3]);
            var elements = WithModels(fleet, partitions, seed);
            var options = new WorldOptions(
                partitions, random.Pick([1, 2, 7, 64, 4096]), random.Pick([0, 0.02, 0.1]), random.NextUInt64(), random.Chance(0.5));

            var plain = SeededWorld.Run(elements, new WorldOptions(partitions), () => new TestShelf().Law());
            var other = SeededWorld.Run(elements, options, () => new TestShelf().Law());

            Assert.True(plain.Lines.SequenceEqual(other.Lines), $"transitions of world {seed} differ: {options}");
            Assert.True(plain.Pages.SequenceEqual(other.Pages), $"pages of world {seed} differ: {options}");
            Assert.True(plain.Series.SequenceEqual(other.Series), $"series of world {seed} differ: {options}");
            Interlocked.Add(ref said, elements.Count - fleet.Count);
            Interlocked.Add(ref silent, plain.Lines.Count(line => line.Contains("technical.model", StringComparison.Ordinal)));
            Interlocked.Add(ref crashed, other.Crashes);
        });

        Assert.True(
            said > 2 * Seeds && silent > Seeds && crashed > Seeds / 10,
            $"{said} records, {silent} transitions of models that fell silent or came back, and {crashed} crashes prove little");
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

    // The tick of second 1500 comes due at 1503, together with a record. Whether the record is in its batch or not, it is for what comes due later.
    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    public void Availability_AtTheArrivalOfATick_HoldsForTheNext(int batch)
    {
        var ticks = Seconds(batch, Answers(false, Change + 3), Answers(true, Change + 63));

        Assert.Equal([Change - 60, Change, Change + 120, Change + 180], ticks);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    public void Elect_AfterADeath_LeavesTheDeadModelDead(int batch)
    {
        var ticks = Seconds(batch, Answers(false, Change - 57), Elected(2, Change + 3));

        Assert.Equal([Change - 60, Change + 60, Change + 120, Change + 180], ticks);
    }

    // Before the next step ends, too, whichever models decided before.
    [Fact]
    public void Checkpoint_AfterElections_HasTheStateOfTheModelThatDecidesOnly()
    {
        var flow = new PartitionFlow(0, new TestShelf().Law());
        Story().Add(Elected(2, 800)).Add(Elected(3)).Into(flow, until: Change + 120);

        Assert.Equal([3], States(flow));
    }

    // It is known for its elections, and was in shadow in the process before.
    [Fact]
    public void Checkpoint_OfAProcessWithoutAFormerShadow_HasNoStateOfIt()
    {
        var story = Story().Add(Elected(2, 200)).Add(Elected(1, 300));
        Assert.Equal([1, 2], States(Before()));

        var after = WardLog.Restart(Before(), new TestShelf().Law());
        story.Into(after, from: Change, until: Change + 120);

        Assert.Equal([1], States(after));

        PartitionFlow Before()
        {
            var shelf = new TestShelf();
            var flow = new PartitionFlow(0, shelf.Law() with { Shadows = [shelf.Take(TestShelf.Id(2), TestShelf.Election(2).Sha256)] });
            story.Into(flow, until: Change);
            return flow;
        }
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

    // The seconds of the risks around the change; a frame comes at the arrival of each record, before it.
    private static int[] Seconds(int batch, params LogElement[] records)
    {
        var flow = new PartitionFlow(0, new TestShelf().Law());
        records.Aggregate(Story(every: 3), (story, record) => story.Add(record)).Into(flow, batch);
        return
        [
            .. flow.Series.Points.Where(p => flow.Series.Names[p.Series] == Risk).Select(p => (int)((p.EventTime - WardLog.Start) / 1000))
                .Where(second => second is >= Change - 60 and <= Change + 180),
        ];
    }

    // The versions that are named in the patient's blob.
    private static int[] States(PartitionFlow flow)
    {
        flow.Commit.Clear();
        flow.Checkpoint(0, 1);
        var blob = flow.Commit.Patients.Single(p => p.Patient == "p").Blob;
        return [.. Enumerable.Range(1, 3).Where(version => blob.Span.IndexOf(Encoding.UTF8.GetBytes(TestShelf.Id(version))) >= 0)];
    }

    private static ModelAvailabilityElement Answers(bool available, int second) => new(WardLog.At(second), 0, available, "a test");

    private static int Second(string point) => int.Parse(point.Split(' ')[0], CultureInfo.InvariantCulture);

    private static ModelElectedElement Elected(int version, int second = Change) => new(WardLog.At(second), 0, TestShelf.Election(version));

    // Half of the records come as the owner of a partition appends them: with the arrival time of the record before.
    private static List<LogElement> WithModels(IReadOnlyList<LogElement> elements, int partitions, ulong seed)
    {
        var random = new SeededRandom(seed).Fork("models");
        var with = new List<LogElement>();
        foreach (var element in elements)
        {
            var at = with.Count > 0 && random.Chance(0.5) ? with[^1].ArrivalTime : element.ArrivalTime;
            if (random.Chance(0.02))
            {
                var election = TestShelf.Election(random.Pick([2, 3, 2, 3, 1]), random.Pick([0.6, 0.8]));
                with.AddRange(Enumerable.Range(0, partitions).Select(p => new ModelElectedElement(at, p, election)));
            }
            else if (random.Chance(0.04))
            {
                with.AddRange(Enumerable.Range(0, partitions).Select(p => new ModelAvailabilityElement(at, p, random.Chance(0.6), "a test")));
            }

            with.Add(element);
        }

        return with;
    }

    private static WardLog Story(int every = 5)
    {
        var log = new WardLog();
        for (var second = 0; second < 3000; second += every)
        {
            log.Frame("p", "d", second, VitalSign.HeartRate, 60 + (second / 30));
        }

        return log;
    }
}
