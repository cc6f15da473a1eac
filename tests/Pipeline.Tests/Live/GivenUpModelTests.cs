// Models that were elected and cannot be asked: each election is given up for itself, everything else goes on, and a later election is asked.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Logs;
using MedAI.Streaming.TestKit.Waiting;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Live;

public sealed class GivenUpModelTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly InMemoryEventLog _log = new(1);
    private readonly InMemoryStateStore _state = new();
    private readonly InMemorySeriesStore _series = new();
    private readonly Shelf _shelf = new();

    [Fact]
    public async Task Restored_ElectedAgain_IsAsked()
    {
        using (var first = Supervisor(wish: 2))
        {
            first.Take([0]);
            Append(0, 2000);
            await AppliedAsync(first);
            await first.StopAsync();
        }

        // These came in while nobody looked, and the election before them says who decides of them.
        Append(2000, 3000);
        _shelf.Missing.Add(TestShelf.Id(2));
        using var second = Supervisor(wish: 1);
        second.Take([0]);
        await AppliedAsync(second, decidedBy: 1);
        Append(3000, 5000);
        await AppliedAsync(second, decidedBy: 1);
        Assert.Equal(2, Silence().Length);

        _shelf.Missing.Clear();
        second.Elect(TestShelf.Election(2));
        await AppliedAsync(second, decidedBy: 2);
        Append(5000, 9000);
        await AppliedAsync(second, decidedBy: 2);
        await second.StopAsync();

        Assert.Equal([TransitionKind.Opened, TransitionKind.Resolved], Silence());
        Assert.Contains(Risks(), time => time > At(8000));
    }

    [Fact]
    public async Task TwoBehindOneCheckpoint_NeitherCanBeHad_TheFlowGoesOn()
    {
        AppendWithElections(2, 3);
        _shelf.Missing.UnionWith([TestShelf.Id(2), TestShelf.Id(3)]);

        using var supervisor = Supervisor(wish: 1);
        supervisor.Take([0]);
        await AppliedAsync(supervisor, decidedBy: 1);
        Append(3000, 5000);
        await AppliedAsync(supervisor, decidedBy: 1);
        await supervisor.StopAsync();

        Assert.Equal(2, Records(RecordKind.ModelAvailability));
        Assert.Equal([TransitionKind.Opened, TransitionKind.Resolved], Silence());
        Assert.Contains(Risks(), time => time > At(4000));
    }

    // One is missing in the middle; what was said of it must not silence the one that was elected behind it.
    [Fact]
    public async Task OneInTheMiddle_CannotBeHad_TheOneBehindItAnswers()
    {
        AppendWithElections(2, 1);
        _shelf.Missing.Add(TestShelf.Id(2));

        using var supervisor = Supervisor(wish: 1);
        supervisor.Take([0]);
        await Eventually.Async(() => supervisor.Lag == 0 && Records(RecordKind.ModelAvailability) == 2, Soon, "the log to say that it answers");
        Append(3000, 6000);
        await AppliedAsync(supervisor, decidedBy: 1);
        await supervisor.StopAsync();

        Assert.Equal(TransitionKind.Resolved, Silence().Last());
        Assert.Contains(Risks(), time => time > At(5000));
    }

    // The one that is wished for must not be had, and the one in the middle cannot: that is no reason to keep the last one silent.
    [Fact]
    public async Task OneInTheMiddle_CannotBeHadAndTheWishIsRefused_TheOneBehindItAnswers()
    {
        AppendWithElections(2, 3);
        _shelf.Missing.Add(TestShelf.Id(2));

        using var supervisor = Supervisor(TestShelf.Election(2) with { Sha256 = new string('a', 64) });
        supervisor.Take([0]);
        await AppliedAsync(supervisor, decidedBy: 3);
        await Eventually.Async(() => supervisor.ModelTroubles.Count == 1, Soon, "the trouble to be told");
        await Eventually.Async(() => Records(RecordKind.ModelAvailability) == 2, Soon, "the log to say that it answers");
        Append(3000, 6000);
        await AppliedAsync(supervisor, decidedBy: 3);
        await supervisor.StopAsync();

        Assert.Equal(TransitionKind.Resolved, Silence().Last());
        Assert.Contains(Risks(), time => time > At(5000));
    }

    // A shadow decides nothing: it is scored as it was loaded.
    [Fact]
    public async Task AnotherFileUnderAShadowThatWasElectedOnce_IsScored()
    {
        var appender = new LogAppender(_log);
        appender.AppendModelElection(0, TestShelf.Election(2) with { Sha256 = new string('a', 64) });
        appender.AppendModelElection(0, TestShelf.Election(1));
        var shadow = _shelf.Take(TestShelf.Id(2), TestShelf.Election(2).Sha256);
        using var supervisor = Supervisor(TestShelf.Election(1), shadow);
        supervisor.Take([0]);
        Append(0, 3000);
        await AppliedAsync(supervisor, decidedBy: 1);
        await supervisor.StopAsync();

        Assert.Contains(Risks("shadow.memory@2.0.0"), time => time > At(2000));
        Assert.Contains(Risks(), time => time > At(2000));
    }

    // Each death leads back to the one checkpoint, before both.
    [Fact]
    public async Task TwoDieInOneRun_TheFlowGoesOn()
    {
        using var supervisor = Supervisor(wish: 2);
        supervisor.Take([0]);
        Append(0, 1000);
        await AppliedAsync(supervisor, decidedBy: 2);
        foreach (var (version, from) in new[] { (2, 1000), (3, 3000) })
        {
            _shelf.Dead(version);
            Append(from, from + 1000);
            await AppliedAsync(supervisor, decidedBy: version);
            var next = version == 2 ? 3 : 1;
            supervisor.Elect(TestShelf.Election(next));
            await AppliedAsync(supervisor, decidedBy: next);
            Append(from + 1000, from + 2000);
            await AppliedAsync(supervisor, decidedBy: next);
        }

        await supervisor.StopAsync();

        Assert.Equal(2, Records(RecordKind.ModelAvailability));
        Assert.Equal(TransitionKind.Resolved, Silence().Last());
        Assert.Contains(Risks(), time => time > At(4500));
    }

    // Without that record nobody could decide the log again the same way: the flow waits for it, and says why.
    [Fact]
    public async Task Dies_WhileTheLogTakesNothing_SaysWhyAndGoesOnWhenItDoes()
    {
        using var supervisor = Supervisor(wish: 2);
        supervisor.Take([0]);
        Append(0, 1000);
        await AppliedAsync(supervisor, decidedBy: 2);
        var own = Environment.CurrentManagedThreadId;
        _log.BeforeAppend = () =>
        {
            if (Environment.CurrentManagedThreadId != own)
                throw new StoreException(StoreFailure.Unavailable, "the disk is full");
        };
        _shelf.Dead(2);
        Append(1000, 2000);

        supervisor.Wake(0);
        await Eventually.Async(() => supervisor.Status[0].Trouble == "the disk is full", Soon, "the trouble to be told");
        _log.BeforeAppend = null;

        await AppliedAsync(supervisor, decidedBy: 2);
        await Eventually.Async(() => supervisor.Status[0].Trouble is null, Soon, "the trouble to be over");
        await supervisor.StopAsync();
        Assert.Equal([TransitionKind.Opened], Silence());
    }

    // The record is there when the checkpoint cannot be read; one is enough.
    [Fact]
    public async Task Dies_AndTheCheckpointCannotBeLoadedForAWhile_IsToldOnce()
    {
        using var supervisor = Supervisor(wish: 2);
        supervisor.Take([0]);
        Append(0, 1000);
        await AppliedAsync(supervisor, decidedBy: 2);
        var tries = 0;
        _state.BeforeLoad = () =>
        {
            if (Interlocked.Increment(ref tries) < 3)
                throw new StoreException(StoreFailure.Unavailable, "no file handles are left");
        };
        _shelf.Dead(2);
        Append(1000, 2000);

        await AppliedAsync(supervisor, decidedBy: 2);
        await Eventually.Async(() => supervisor.Status[0].Trouble is null && Volatile.Read(ref tries) == 3, Soon, "the trouble to be over");
        await supervisor.StopAsync();
        Assert.Equal(1, Records(RecordKind.ModelAvailability));
    }

    // The process was started with other bytes under the version that the log elected: they must not decide, and nobody goes unwatched.
    [Fact]
    public async Task AnotherFileUnderTheElectedVersion_IsNotAsked()
    {
        new LogAppender(_log).AppendModelElection(0, TestShelf.Election(1) with { Sha256 = new string('a', 64) });
        using var supervisor = Supervisor(wish: 1);
        supervisor.Take([0]);
        Append(0, 2000);
        await AppliedAsync(supervisor);
        await Eventually.Async(() => supervisor.ModelTroubles.Count == 1, Soon, "the trouble to be told");
        await supervisor.StopAsync();

        Assert.Equal([TransitionKind.Opened], Silence());
        Assert.Empty(Risks());
        Assert.Contains("another file of memory@1.0.0", supervisor.ModelTroubles[0].Trouble, StringComparison.Ordinal);
        Assert.True(_shelf.First.Scorer.InService);
    }

    private FlowSupervisor Supervisor(int wish) => Supervisor(TestShelf.Election(wish));

    private FlowSupervisor Supervisor(ModelElection wish, params LoadedModel[] shadows) => new(
        new FlowStores(_log, _state, _series), _shelf.Law() with { Wish = wish, Shadows = shadows }, new LogAppender(_log),
        new FlowOptions { RetryStores = true, CheckpointInterval = TimeSpan.FromHours(1) }, TimeProvider.System);

    private static Task AppliedAsync(FlowSupervisor supervisor, int? decidedBy = null)
    {
        supervisor.Wake(0);
        return Eventually.Async(
            () => supervisor.Lag == 0 && (decidedBy is not { } version || supervisor.Elected[0].Elected?.Model == TestShelf.Id(version)), Soon, "the flow");
    }

    private TransitionKind[] Silence() => [.. _state.Transitions().Where(t => t.Rule == "technical.model").Select(t => t.Kind)];

    private long[] Risks(string series = "model.memory") => [.. SeededWorld.Lines(Ward(), _series).Select(l => l.Split(' ')).Where(f => f[1] == series).Select(f => long.Parse(f[2], System.Globalization.CultureInfo.InvariantCulture))];

    private int Records(RecordKind kind) => LoggedFrames.Records(_log).Count(record => record.Kind == kind);

    // Readings before the first election, between the two, and behind the second.
    private void AppendWithElections(int first, int second)
    {
        var appender = new LogAppender(_log);
        Append(0, 700);
        appender.AppendModelElection(0, TestShelf.Election(first));
        Append(700, 2000);
        appender.AppendModelElection(0, TestShelf.Election(second));
        Append(2000, 3000);
    }

    private void Append(int from, int until)
    {
        var appender = new LogAppender(_log);
        foreach (var element in Ward().Where(e => e.ArrivalTime >= At(from) && e.ArrivalTime < At(until)))
            appender.AddInput(element);
        appender.Flush();
    }

    private static List<LogElement> Ward() =>
    [
        .. Enumerable.Range(0, 900).Select(i => new FrameElement(
            At(i * 10), "p1", "monitor", SourceClass.Bedside, 1, (ulong)i + 1, At(i * 10),
            [new(VitalSign.HeartRate, 75), new(VitalSign.SpO2, 97), new(VitalSign.RespiratoryRate, 14), new(VitalSign.Temperature, 37.1)])),
    ];

    private static long At(int second) => 1_772_431_200_000 + (second * 1000L);

    /// <summary>A shelf on which models can be missing, and die.</summary>
    private sealed class Shelf : IModelShelf
    {
        private readonly TestShelf _all = new();

        public HashSet<string> Missing { get; } = [];

        public LoadedModel First => new(Law().Features!, Law().Scorer!);

        public FlowLaw Law() => _law ??= _all.Law() with { Shelf = this };

        private FlowLaw? _law;

        public LoadedModel Take(string id, string sha256) => Missing.Contains(id) ? throw new ModelLoadException($"{id} is damaged") : _all.Take(id, sha256);

        public void Dead(int version) => Take(TestShelf.Id(version), TestShelf.Election(version).Sha256).Scorer.TakeOutOfService();
    }
}
