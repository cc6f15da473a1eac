// Series that cannot be written for a while: when they are tried again, what is dropped, and that it is made again from the log.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Live;

public sealed class FlowSeriesTests : IDisposable
{
    // Ten such batches fit into memory: a few of the points there are.
    private static readonly FlowOptions Few = new()
    {
        RetryStores = true,
        BatchRecords = 16,
        SeriesPoints = 5,
        CheckpointInterval = TimeSpan.FromSeconds(10),
        CheckpointGroups = 2,
    };

    private readonly FleetScenario _scenario = FaultyFleet.Generate(77);
    private readonly InMemoryEventLog _log = new(1);
    private readonly InMemoryStateStore _state = new();
    private readonly InMemorySeriesStore _series = new();
    private readonly TestClock _clock = new();
    private FlowRunner? _runner;

    public void Dispose() => _runner?.Dispose();

    [Fact]
    public void Step_StoreBackWithinPatience_MakesDroppedPointsAgainAndNoAlarmTwice()
    {
        var runner = Begin(Few);
        Away();
        StepToTheEnd(runner, TimeSpan.FromSeconds(1));
        Assert.True(runner.PointsDropped > 0);
        Assert.NotNull(runner.SeriesTrouble);
        Assert.True(runner.WaitsForSeries);
        Assert.Equal(0, Checkpointed());

        Back();
        StepToTheEnd(runner, TimeSpan.FromSeconds(60));
        runner.CheckpointAll();

        AssertAsInOneRun();
        Assert.Null(runner.SeriesTrouble);
        Assert.False(runner.WaitsForSeries);
        Assert.Equal(_log.NextOffset(0), Checkpointed());
    }

    [Fact]
    public void CheckpointAll_StoreBackAtTheLastMoment_LeavesDroppedPointsToTheNextOwner()
    {
        var first = Begin(Few);
        Away();
        StepToTheEnd(first, TimeSpan.FromSeconds(1));
        Back();
        first.CheckpointAll();

        Assert.True(first.WaitsForSeries);
        Assert.Equal(0, Checkpointed());
        first.Dispose();
        var next = Load(Few);
        StepToTheEnd(next, TimeSpan.FromSeconds(1));
        next.CheckpointAll();

        AssertAsInOneRun();
        Assert.Equal(_log.NextOffset(0), Checkpointed());
    }

    [Fact]
    public void Run_StoreBackWhenTheLogIsComplete_MakesDroppedPointsAgainBeforeItEnds()
    {
        var runner = Begin(Few);
        Away();
        StepToTheEnd(runner, TimeSpan.FromSeconds(1));
        Back();

        runner.Complete();
        runner.Run(TestContext.Current.CancellationToken);

        AssertAsInOneRun();
        Assert.Equal(_log.NextOffset(0), Checkpointed());
    }

    [Fact]
    public void Step_StoreBackAfterPatience_KeepsTheOldestPointsAndCheckpoints()
    {
        var runner = Begin(Few with { SeriesPatience = TimeSpan.FromSeconds(1) });
        Away();
        StepToTheEnd(runner, TimeSpan.FromSeconds(10));
        Assert.False(runner.WaitsForSeries);
        Assert.True(Checkpointed() > 0);

        Back();
        StepToTheEnd(runner, TimeSpan.FromSeconds(60));
        runner.CheckpointAll();

        var written = SeededWorld.Lines(_scenario.Elements, _series);
        var all = SeededWorld.Run(_scenario.Elements, new WorldOptions()).Series;
        Assert.InRange(written.Count, 10 * Few.SeriesPoints, all.Count - 1);
        Assert.Empty(written.Except(all));
        Assert.Equal(_log.NextOffset(0), Checkpointed());
    }

    [Fact]
    public void Step_StoreFails_IsTriedAgainAfterASecondThenMoreAndMoreSeldom()
    {
        var runner = Begin(Few with { SeriesPoints = 1 });
        var tries = new List<double>();
        _series.BeforeWrite = () =>
        {
            tries.Add(_clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
            throw new StoreException(StoreFailure.Unavailable, "away");
        };
        for (var quarter = 0; quarter < 4 * 400; quarter++)
        {
            runner.Step();
            _clock.Pass(TimeSpan.FromSeconds(0.25));
        }

        var pauses = tries.Zip(tries.Skip(1), (a, b) => b - a).ToList();
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60, 60], pauses[..10]);
    }

    [Fact]
    public void Step_StoreFailsForASecond_WritesAllWithinTheNext()
    {
        var runner = Begin(Few with { SeriesPoints = 1 });
        var until = TimeSpan.FromSeconds(1).Ticks;
        _series.BeforeWrite = () =>
        {
            if (_clock.GetTimestamp() < until) throw new StoreException(StoreFailure.Unavailable, "away for a second");
        };
        runner.Step();
        Assert.NotNull(runner.SeriesTrouble);

        _clock.Pass(TimeSpan.FromSeconds(1));
        runner.Step();

        Assert.Null(runner.SeriesTrouble);
    }

    [Fact]
    public void Trouble_SeriesOnly_IsNotTroubleOfTheFlow()
    {
        var runner = Begin(Few);
        Away();
        StepToTheEnd(runner, TimeSpan.FromSeconds(1));

        Assert.Null(runner.Trouble);
        Assert.Contains("no room", runner.SeriesTrouble, StringComparison.Ordinal);
        Assert.Contains("did not fit into memory", runner.SeriesTrouble, StringComparison.Ordinal);
    }

    private void Away() => _series.BeforeWrite = () => throw new StoreException(StoreFailure.DiskFull, "no room");

    private void Back() => _series.BeforeWrite = null;

    private long Checkpointed() => _state.Load(0, (_, _) => { });

    private FlowRunner Begin(FlowOptions options)
    {
        var appender = new LogAppender(_log);
        foreach (var element in _scenario.Elements)
            appender.AddInput(element);
        appender.AddClock(_scenario.Elements[^1].ArrivalTime + LogFeeder.LastClockMs(TestLaw.Settings));
        appender.Flush();
        return Load(options);
    }

    private FlowRunner Load(FlowOptions options)
    {
        _runner = new FlowRunner(0, new FlowStores(_log, _state, _series), TestLaw.Create(), options, _clock, null);
        _runner.Load();
        return _runner;
    }

    // A last step finds nothing to apply, after all that there is to write was due once more.
    private void StepToTheEnd(FlowRunner runner, TimeSpan perStep)
    {
        do
        {
            _clock.Pass(perStep);
        }
        while (runner.Step());
    }

    private void AssertAsInOneRun()
    {
        var plain = SeededWorld.Run(_scenario.Elements, new WorldOptions());
        Assert.NotEmpty(plain.Lines);
        Assert.Equal(plain.Lines, _state.Transitions().Select(TransitionDigest.Line));
        Assert.Equal(plain.Series, SeededWorld.Lines(_scenario.Elements, _series));
    }
}
