// Partitions that come and go, stores that fail and recover, owners that lost their partition: what was decided is the same.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Live;

public sealed class FlowSupervisorTests
{
    private const int Partitions = 4;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly FleetScenario _scenario = FaultyFleet.Generate(77);
    private readonly InMemoryEventLog _log = new(Partitions);
    private readonly InMemoryStateStore _state = new();
    private readonly InMemorySeriesStore _series = new();

    [Fact]
    public async Task GiveUp_AnotherProcessTakesThePartition_DecidesTheSame()
    {
        Append(0, _scenario.Elements.Count / 2);
        using (var first = Supervisor())
        {
            first.Take([0, 1, 2, 3]);
            await Applied(first);
            first.GiveUp([1, 3]);
            Assert.Equal([0, 2], first.Partitions);
            using var second = Supervisor();
            second.Take([1, 3]);
            Append(_scenario.Elements.Count / 2, _scenario.Elements.Count);
            await Applied(first);
            await Applied(second);
            await first.StopAsync();
            await second.StopAsync();
        }

        AssertAsInOneRun();
    }

    [Fact]
    public async Task Lose_Partitions_WritesNothingAfterwards()
    {
        using var supervisor = Supervisor();
        supervisor.Take([0, 1, 2, 3]);
        Append(0, _scenario.Elements.Count / 2);
        await Applied(supervisor);
        supervisor.Lose([0, 1, 2, 3]);
        var commits = 0;
        _state.BeforeCommit = () => Interlocked.Increment(ref commits);
        Append(_scenario.Elements.Count / 2, _scenario.Elements.Count);

        await supervisor.StopAsync();

        Assert.Empty(supervisor.Partitions);
        Assert.Equal(0, commits);
    }

    [Fact]
    public async Task Commit_OwnershipIsLost_StopsThatFlowInSilence()
    {
        using var supervisor = Supervisor();
        _state.BeforeCommit = () => throw new OwnershipLostException("fenced");
        supervisor.Take([0, 1, 2, 3]);
        Append(0, _scenario.Elements.Count);
        supervisor.Complete();

        await supervisor.WhenEndedAsync();

        Assert.Empty(_state.Transitions());
        Assert.False(supervisor.Failed.IsCompleted);
    }

    [Fact]
    public async Task Commit_StoreFailsForAWhile_GoesOnFromTheCheckpointAndSaysSoMeanwhile()
    {
        using var supervisor = Supervisor(new FlowOptions { RetryStores = true, CheckpointInterval = TimeSpan.FromSeconds(1) });
        var tries = 0;
        var troubled = new TaskCompletionSource();
        _state.BeforeCommit = () =>
        {
            if (Interlocked.Increment(ref tries) < 6)
            {
                troubled.TrySetResult();
                throw new StoreException(StoreFailure.DiskFull, "the disk is full");
            }
        };
        supervisor.Take([0, 1, 2, 3]);
        Append(0, _scenario.Elements.Count);
        await troubled.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        await Until(() => tries >= 6 || supervisor.Status.Any(s => s.Trouble == "the disk is full"));

        supervisor.Complete();
        await supervisor.WhenEndedAsync().WaitAsync(Deadline, TestContext.Current.CancellationToken);
        await supervisor.StopAsync();

        Assert.All(supervisor.Status, s => Assert.Null(s.Trouble));
        AssertAsInOneRun();
    }

    [Fact]
    public async Task Lose_WhileTheStoreFails_EndsNothingElse()
    {
        using var supervisor = Supervisor(new FlowOptions { RetryStores = true, CheckpointInterval = TimeSpan.FromSeconds(1) });
        _state.BeforeCommit = () => throw new StoreException(StoreFailure.Unavailable, "the broker is away");
        supervisor.Take([0, 1]);
        Append(0, _scenario.Elements.Count);
        await Until(() => supervisor.Status.All(s => s.Trouble == "the broker is away"));

        supervisor.Lose([0]);
        var refused = Assert.Throws<StoreException>(() => supervisor.GiveUp([1]));

        Assert.Equal(StoreFailure.Unavailable, refused.Failure);
        Assert.Empty(supervisor.Partitions);
        Assert.False(supervisor.Failed.IsCompleted);
    }

    [Fact]
    public async Task Series_CannotBeWritten_AlarmsGoOn()
    {
        using var supervisor = Supervisor(new FlowOptions { RetryStores = true, CheckpointInterval = TimeSpan.FromSeconds(1) });
        _series.BeforeWrite = () => throw new StoreException(StoreFailure.DiskFull, "no room");
        await RunToTheEndAsync(supervisor);

        Assert.Contains(supervisor.Status, s => s.SeriesTrouble?.Contains("no room", StringComparison.Ordinal) ?? false);
        Assert.All(supervisor.Status, s => Assert.Null(s.Trouble));
        AssertAsInOneRun();
    }

    [Fact]
    public async Task Series_CannotBeWrittenUntilTheNextOwner_AreMadeAgainFromTheLog()
    {
        _series.BeforeWrite = () => throw new StoreException(StoreFailure.Unavailable, "away");
        using (var first = Supervisor(new FlowOptions { RetryStores = true, CheckpointInterval = TimeSpan.FromSeconds(1) }))
        {
            first.Take([0, 1, 2, 3]);
            Append(0, _scenario.Elements.Count);
            await Applied(first);
            await first.StopAsync();
        }

        _series.BeforeWrite = null;
        await RunToTheEndAsync(new FlowOptions());

        AssertAsInOneRun();
        Assert.Equal(SeededWorld.Run(_scenario.Elements, new WorldOptions()).Series, SeededWorld.Lines(_scenario.Elements, _series));
    }

    [Fact]
    public async Task Series_CannotBeWrittenForLong_CheckpointsGoOn()
    {
        _series.BeforeWrite = () => throw new StoreException(StoreFailure.Unavailable, "away");

        await RunToTheEndAsync(new FlowOptions { RetryStores = true, SeriesPatience = TimeSpan.Zero });

        Assert.All(Enumerable.Range(0, Partitions), p => Assert.Equal(_log.NextOffset(p), _state.Load(p, (_, _) => { })));
    }

    [Fact]
    public async Task Commit_StoreIsDamaged_EndsTheRun()
    {
        using var supervisor = Supervisor(new FlowOptions { RetryStores = true });
        _state.BeforeCommit = () => throw new StoreException(StoreFailure.Corrupt, "damaged");
        supervisor.Take([0]);
        Append(0, _scenario.Elements.Count);
        supervisor.Complete();

        var failure = await Assert.ThrowsAsync<StoreException>(supervisor.WhenEndedAsync);

        Assert.Equal(StoreFailure.Corrupt, failure.Failure);
        Assert.True(supervisor.Failed.IsFaulted);
    }

    [Fact]
    public async Task Take_DecidedUnderAnotherLaw_IsRefused()
    {
        using (var supervisor = Supervisor(hash: "one law"))
        {
            supervisor.Take([2]);
            await supervisor.StopAsync();
        }

        using var other = Supervisor(hash: "another law");
        var refused = Assert.Throws<StoreException>(() => other.Take([2]));
        Assert.Equal(StoreFailure.Mismatch, refused.Failure);
        Assert.Contains("one law", refused.Message);
    }

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task RunToTheEndAsync(FlowOptions options)
    {
        using var supervisor = Supervisor(options);
        await RunToTheEndAsync(supervisor);
    }

    private async Task RunToTheEndAsync(FlowSupervisor supervisor)
    {
        supervisor.Take([0, 1, 2, 3]);
        if (_log.NextOffset(0) == 0)
            Append(0, _scenario.Elements.Count);
        supervisor.Complete();
        await supervisor.WhenEndedAsync().WaitAsync(Deadline, TestContext.Current.CancellationToken);
        await supervisor.StopAsync();
    }

    private static Task Applied(FlowSupervisor supervisor) => Until(() => supervisor.Lag == 0);

    private FlowSupervisor Supervisor(FlowOptions? options = null, string hash = "") => new(
        new FlowStores(_log, _state, _series), TestLaw.Create() with { Hash = hash }, new LogAppender(_log), options ?? new FlowOptions(),
        TimeProvider.System);

    private void Append(int from, int until)
    {
        var appender = new LogAppender(_log);
        for (var i = from; i < until; i++)
        {
            appender.AddInput(_scenario.Elements[i]);
        }

        if (until == _scenario.Elements.Count)
        {
            appender.AddClock(_scenario.Elements[^1].ArrivalTime + LogFeeder.LastClockMs(TestLaw.Settings));
        }

        appender.Flush();
    }

    private void AssertAsInOneRun()
    {
        var plain = SeededWorld.Run(_scenario.Elements, new WorldOptions());
        Assert.NotEmpty(plain.Lines);
        Assert.Equal(plain.Lines, _state.Transitions().Select(TransitionDigest.Line));
    }
}
