// The model that a process wishes for is the one that the log elects last, however far behind its flow is when it is wished for.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Logs;
using MedAI.Streaming.TestKit.Waiting;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;
using Proto = MedAI.Schemas.V1;

namespace MedAI.Streaming.Pipeline.Tests.Live;

public sealed class SettledElectionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private static readonly FlowOptions Options = new()
    {
        RetryStores = true,
        CheckpointInterval = TimeSpan.FromSeconds(1),
        CheckpointGroups = 1,
        LongestPause = TimeSpan.FromMilliseconds(200),
    };

    private readonly InMemoryEventLog _log = new(1);
    private readonly InMemoryStateStore _state = new();
    private readonly InMemorySeriesStore _series = new();

    [Fact]
    public async Task Elect_ThereAndBackWhileTheFlowIsBehind_EndsWhereItBegan()
    {
        using var supervisor = Supervisor(wish: 1);
        supervisor.Take([0]);
        await SettledAsync(supervisor, 1);
        using var away = new ManualResetEventSlim();
        using var isBehind = new ManualResetEventSlim();
        _state.BeforeCommit = () =>
        {
            isBehind.Set();
            away.Wait(TestContext.Current.CancellationToken);
        };
        Append(FaultyFleet.Generate(5).Elements);
        Assert.True(isBehind.Wait(Soon, TestContext.Current.CancellationToken));

        supervisor.Elect(TestShelf.Election(2));
        supervisor.Elect(TestShelf.Election(1));
        away.Set();

        await SettledAsync(supervisor, 1);
        Assert.Equal([1], Elections());
    }

    [Fact]
    public async Task Elect_BackWhileTheElectionIsInTheLogAndNotApplied_ElectsAnew()
    {
        using var supervisor = Supervisor(wish: 1);
        supervisor.Take([0]);
        await SettledAsync(supervisor, 1);

        new LogAppender(_log).AppendModelElection(0, TestShelf.Election(2));
        supervisor.Elect(TestShelf.Election(1));
        supervisor.Wake(0);

        await SettledAsync(supervisor, 1, of: 3);
        Assert.Equal([1, 2, 1], Elections());
    }

    [Fact]
    public async Task Take_AnotherModelWasElectedBehindTheCheckpoint_ElectsTheOneThatIsWished()
    {
        await ElectAloneAsync(1);
        new LogAppender(_log).AppendModelElection(0, TestShelf.Election(2));

        await ElectAloneAsync(1, of: 3);

        Assert.Equal([1, 2, 1], Elections());
    }

    [Fact]
    public async Task Take_BeforeAFirstCheckpoint_KnowsFromTheLogWhatIsElected()
    {
        using (var first = Supervisor(wish: 1))
        {
            first.Take([0]);
            await SettledAsync(first, 1);
            first.Lose([0]);
        }

        await ElectAloneAsync(1);

        Assert.Equal([1], Elections());
    }

    [Fact]
    public async Task Elect_LogCannotBeWrittenForAWhile_ElectsOnceWhenItCan()
    {
        using var supervisor = Supervisor(wish: 1);
        supervisor.Take([0]);
        await SettledAsync(supervisor, 1);
        var tries = 0;
        _log.BeforeAppend = () =>
        {
            if (Interlocked.Increment(ref tries) < 3)
                throw new StoreException(StoreFailure.Unavailable, "the broker is away");
        };

        supervisor.Elect(TestShelf.Election(2));

        await SettledAsync(supervisor, 2, of: 2);
        Assert.Equal([1, 2], Elections());
        Assert.Equal(3, tries);
    }

    [Fact]
    public async Task Elect_AnotherFileOfAVersionThatDecidedLongAgo_IsRefused()
    {
        await ElectAloneAsync(1);
        await ElectAloneAsync(2, of: 2);
        using var supervisor = Supervisor(wish: 2);
        supervisor.Take([0]);
        await SettledAsync(supervisor, 2, of: 2);

        var refused = Assert.Throws<StoreException>(() => supervisor.Elect(TestShelf.Election(1) with { Sha256 = new string('a', 64) }));

        Assert.Equal(StoreFailure.Mismatch, refused.Failure);
        Assert.Contains("another file of memory@1.0.0", refused.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2], Elections());
    }

    // Reading goes well, and others append: a promotion that cannot be told must not keep patients waiting.
    [Fact]
    public async Task Elect_OnlyThisProcessCannotAppend_PatientsAreWatchedOnAndItIsToldWhy()
    {
        using var supervisor = Supervisor(wish: 1);
        supervisor.Take([0]);
        await SettledAsync(supervisor, 1);
        var appender = Environment.CurrentManagedThreadId;
        var mayAppend = false;
        _log.BeforeAppend = () =>
        {
            if (!Volatile.Read(ref mayAppend) && Environment.CurrentManagedThreadId != Volatile.Read(ref appender))
                throw new StoreException(StoreFailure.Unavailable, "the broker takes nothing from here");
        };
        supervisor.Elect(TestShelf.Election(2));
        await Eventually.Async(() => supervisor.ModelTroubles is [(0, "the broker takes nothing from here")], Soon, "the trouble to be told");

        Volatile.Write(ref appender, Environment.CurrentManagedThreadId);
        Append(FaultyFleet.Generate(5).Elements);
        supervisor.Wake(0);

        await SettledAsync(supervisor, 1);
        Volatile.Write(ref mayAppend, true);
        await SettledAsync(supervisor, 2, of: 2);
        Assert.Empty(supervisor.ModelTroubles);
    }

    // The flow learns only later that the version decided before, with another file. That is no reason to stop watching.
    [Fact]
    public async Task Elect_AnotherFileOfAVersionThatDecidesBehindTheCheckpoint_KeepsWhatTheLogElected()
    {
        await ElectAloneAsync(1);
        var appender = new LogAppender(_log);
        appender.AppendModelElection(0, TestShelf.Election(2));
        appender.AppendModelElection(0, TestShelf.Election(3));
        var wish = TestShelf.Election(2) with { Sha256 = new string('a', 64) };
        using var supervisor = new FlowSupervisor(
            new FlowStores(_log, _state, _series), new TestShelf().Law() with { Wish = wish }, new LogAppender(_log), Options, TimeProvider.System);

        supervisor.Take([0]);

        await SettledAsync(supervisor, 3, of: 3);
        await Eventually.Async(() => supervisor.ModelTroubles.Count == 1, Soon, "the trouble to be told");
        Append(FaultyFleet.Generate(5).Elements);
        supervisor.Wake(0);
        await SettledAsync(supervisor, 3, of: 3);
        Assert.Contains("another file of memory@2.0.0", supervisor.ModelTroubles[0].Trouble, StringComparison.Ordinal);
        Assert.False(supervisor.Failed.IsFaulted);
    }

    [Fact]
    public async Task Take_OfARunThatWishesForAnotherFile_Fails()
    {
        await ElectAloneAsync(1);
        await ElectAloneAsync(2, of: 2);
        var law = new TestShelf().Law() with { Wish = TestShelf.Election(1) with { Sha256 = new string('a', 64) } };
        using var run = new FlowSupervisor(
            new FlowStores(_log, _state, _series), law, new LogAppender(_log), Options with { RetryStores = false }, TimeProvider.System);

        Assert.Equal(StoreFailure.Mismatch, Assert.Throws<StoreException>(() => run.Take([0])).Failure);
    }

    // No flow takes a threshold of 0: that is told, and not tried with every step.
    [Fact]
    public async Task Elect_WhatNoFlowTakes_IsAppendedOnce()
    {
        using var supervisor = Supervisor(wish: 1, Options with { LongestPause = TimeSpan.Zero, BatchRecords = 16 });
        supervisor.Take([0]);
        await SettledAsync(supervisor, 1);

        supervisor.Elect(TestShelf.Election(2, alertRisk: 0));
        await Eventually.Async(() => supervisor.ModelTroubles.Count == 1, Soon, "the trouble to be told");
        Append(FaultyFleet.Generate(5).Elements);
        supervisor.Wake(0);
        await SettledAsync(supervisor, 1, of: 2);

        Assert.Equal([1, 2], Elections());
        Assert.Contains("did not take the election of memory@2.0.0", supervisor.ModelTroubles[0].Trouble, StringComparison.Ordinal);
        supervisor.Elect(TestShelf.Election(3));
        await SettledAsync(supervisor, 3, of: 3);
        Assert.Empty(supervisor.ModelTroubles);
    }

    private async Task ElectAloneAsync(int version, int of = 1)
    {
        using var supervisor = Supervisor(version);
        supervisor.Take([0]);
        await SettledAsync(supervisor, version, of);
        await supervisor.StopAsync();
    }

    private FlowSupervisor Supervisor(int wish, FlowOptions? options = null) => new(
        new FlowStores(_log, _state, _series), new TestShelf().Law() with { Wish = TestShelf.Election(wish) }, new LogAppender(_log), options ?? Options,
        TimeProvider.System);

    private async Task SettledAsync(FlowSupervisor supervisor, int version, int of = 1) => await Eventually.Async(
        () => supervisor.Lag == 0 && Elections().Length == of && supervisor.Elected is [(0, { } elected)] && elected.IsSameChoice(TestShelf.Election(version)),
        Soon, $"version {version} to be elected");

    // The versions that the log elects, in its order.
    private int[] Elections() =>
    [
        .. from record in LoggedFrames.Records(_log)
           where record.Kind == RecordKind.ModelElected
           let model = Proto.ModelElected.Parser.ParseFrom(record.Payload).Model
           select Enumerable.Range(1, 3).Single(version => TestShelf.Id(version) == model),
    ];

    private void Append(IReadOnlyList<LogElement> elements)
    {
        var appender = new LogAppender(_log);
        foreach (var element in elements)
            appender.AddInput(element);
        appender.Flush();
    }
}
