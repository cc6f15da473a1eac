// Holds the state store in Kafka to its contract on librdkafka's mock cluster, which takes transactions without isolating them.
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Kafka;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Kafka;

public sealed class KafkaStateStoreTests : StateStoreContract, IDisposable
{
    private readonly MockCluster _cluster = new();
    private readonly KafkaViews _views;

    public KafkaStateStoreTests()
    {
        foreach (var topic in new[] { Options.Vitals, Options.State, Options.Alerts, Options.DeadLetters, Options.Pages })
            _cluster.CreateTopic(topic, 4);
        using (var log = KafkaEventLog.Open(Options))
        {
            // Offsets that tests commit lie within the log.
            var batch = new AppendBatch(4);
            for (var p = 0; p < 4; p++)
                batch.Add(p, TestRecords.Sequence(120, seed: p, longestPayload: 5));
            log.Append(batch);
        }

        _views = new KafkaViews(Options);
    }

    private KafkaOptions Options => new()
    {
        BootstrapServers = _cluster.Bootstrap,
        RequestTimeout = TimeSpan.FromSeconds(5),
        Client = new Dictionary<string, string> { ["fetch.wait.max.ms"] = "10" },
    };

    public void Dispose()
    {
        _views.Dispose();
        _cluster.Dispose();
    }

    protected override IStateStore Create() => KafkaStateStore.Open(Options);

    protected override IStateStore Reopen(IStateStore store)
    {
        store.Dispose();
        return KafkaStateStore.Open(Options);
    }

    protected override IStateStore Crash(IStateStore store) => KafkaStateStore.Open(Options);

    protected override IAlertHistory History(IStateStore store) => _views.CaughtUp();

    [Fact]
    public void Commit_BlobThatDoesNotFit_IsRefusedBeforeAnythingIsWritten()
    {
        using var store = Create();
        var blob = new byte[3_000_000];
        new Random(1).NextBytes(blob);
        var batch = Full(partition: 1, offset: 7);
        batch.Patients.Add(("large", blob));

        var failure = Assert.Throws<StoreException>(() => store.Commit(batch));

        Assert.Equal(StoreFailure.Mismatch, failure.Failure);
        Assert.Contains("large", failure.Message, StringComparison.Ordinal);
        Assert.Contains("kafka.maxRecordBytes", failure.Message, StringComparison.Ordinal);
        Assert.Empty(History(store).Transitions());
    }

    [Fact]
    public void Commit_PatientsWithOddNames_KeepsThemApartFromThePartitionsOwnRecord()
    {
        using var store = Create();
        store.SetFact(0, "law", "x");
        var batch = new CommitBatch(0) { Offset = 3 };
        foreach (var patient in new[] { "\0meta", "\0\0meta", "\0", "", "meta" })
            batch.Patients.Add((patient, new byte[] { 1 }));
        store.Commit(batch);

        using var again = Crash(store);
        var (offset, patients) = LoadAll(again, 0);
        Assert.Equal((3, "x"), (offset, again.GetFact(0, "law")));
        Assert.Equal(new[] { "\0\0meta=01", "\0=01", "\0meta=01", "=01", "meta=01" }, patients.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Commit_TransitionsBeforeAndAfterACheckpoint_AreKnownAfterACrashOnlyWhereTheyCanBeDecidedAgain()
    {
        using var store = Create();
        var batch = new CommitBatch(0);
        batch.Transitions.Add(Transition("a", "r", 1, 0));
        batch.Transitions.Add(Transition("b", "r", 1, 0));
        store.Commit(batch);
        for (var i = 0; i < 3; i++)
        {
            // "a" is checkpointed, "b" is not.
            batch.Clear();
            batch.Patients.Add(("a", new byte[] { 1 }));
            batch.Offset = 5;
            store.Commit(batch);
        }

        batch.Clear();
        batch.Transitions.Add(Transition("b", "r", 1, 1));
        store.Commit(batch);
        using var again = Crash(store);
        Assert.Equal(5, LoadAll(again, 0).Offset);
        batch.Clear();
        batch.Transitions.Add(Transition("b", "r", 1, 0));
        batch.Transitions.Add(Transition("b", "r", 1, 1) with { Text = "otherwise" });
        batch.Transitions.Add(Transition("b", "r", 1, 2));

        Assert.Equal(1, again.Commit(batch));

        Assert.Equal([1], batch.Conflicts.Select(c => c.Ordinal));
        Assert.Equal(4, History(again).Transitions().Count());
        Assert.DoesNotContain("otherwise", History(again).Transitions().Select(t => t.Text));
    }

    [Fact]
    public void Commit_PageOfATransitionThatACheckpointCovers_IsOwed()
    {
        using var store = Create();
        var batch = Full(partition: 0, offset: 1);
        batch.Pages.Clear();
        store.Commit(batch);
        using var again = Crash(store);
        LoadAll(again, 0);
        batch.Clear();
        batch.Pages.Add(("p0|r|1|0", 77));

        again.Commit(batch);

        Assert.Equal(77, Assert.Single(History(again).UnsentPages(10)).DelayMs);
    }

    [Fact]
    public void Load_OffsetBehindTheEndOfTheLog_SaysThatTheTopicWasMadeAnew()
    {
        using var store = Create();
        store.Commit(new CommitBatch(0) { Offset = 5000 });

        using var again = Crash(store);
        var failure = Assert.Throws<StoreException>(() => LoadAll(again, 0));

        Assert.Equal(StoreFailure.Mismatch, failure.Failure);
        Assert.Contains("5000", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Commit_WhileTheBrokerIsAway_FailsAsUnavailableAndWorksLater()
    {
        using var store = Create();
        store.Commit(Full(partition: 0, offset: 1));
        _cluster.SetDown();
        var batch = Full(partition: 0, offset: 2);
        batch.Transitions.Add(Transition("p0", "r", 1, 1));

        var failure = Assert.Throws<StoreException>(() => store.Commit(batch));

        Assert.Equal(StoreFailure.Unavailable, failure.Failure);
        _cluster.SetUp();
        LoadAll(store, 0);
        store.Commit(batch);
        Assert.Equal(2, LoadAll(store, 0).Offset);
        Assert.Equal([0, 1], History(store).Transitions().Select(t => t.Ordinal));
    }

    [Fact]
    public void Open_StateTopicWithOtherPartitions_IsRefused()
    {
        _cluster.CreateTopic("x.vitals.v1", 4);
        _cluster.CreateTopic("x.state.v1", 3);
        _cluster.CreateTopic("x.alerts.v1", 4);
        _cluster.CreateTopic("x.deadletters.v1", 4);

        var failure = Assert.Throws<StoreException>(() => KafkaStateStore.Open(Options with { TopicPrefix = "x." }));

        Assert.Equal(StoreFailure.Mismatch, failure.Failure);
        Assert.Contains("x.state.v1 has 3 partitions and x.vitals.v1 has 4", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void View_MadeAnew_OwesNothingThatWasSent()
    {
        using var store = Create();
        store.Commit(Full(partition: 0, offset: 1));
        store.Commit(Full(partition: 1, offset: 1));
        _views.CaughtUp().MarkSent("p1|r|1|0");

        using var anew = new KafkaViews(Options);

        Assert.Equal(["p0|r|1|0"], anew.CaughtUp().UnsentPages(10).Select(p => p.Transition.Id));
    }
}

/// <summary>A view of the alerts over a store in memory.</summary>
internal sealed class KafkaViews(KafkaOptions options) : IDisposable
{
    private readonly InMemoryStateStore _store = new();
    private KafkaAlertView? _view;

    /// <summary>The view, up to date.</summary>
    public KafkaAlertView CaughtUp()
    {
        _view ??= KafkaAlertView.Open(options, _store, _store);
        _view.CatchUp();
        return _view;
    }

    public void Dispose()
    {
        _view?.Dispose();
        _store.Dispose();
    }
}
