// What every state store must do; an implementation's tests inherit this class and say how one is made, reopened and crashed.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Explaining;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace MedAI.Streaming.TestKit.Contracts;

/// <summary>The contract of <see cref="IStateStore"/>: transitions, patients and offsets. Pages and letters are in the other half.</summary>
public abstract partial class StateStoreContract
{
    /// <summary>A new store.</summary>
    protected abstract IStateStore Create();

    /// <summary>Disposes a store and opens it again.</summary>
    protected abstract IStateStore Reopen(IStateStore store);

    /// <summary>What was decided, as readers of the store see it, up to date with its last commit.</summary>
    protected abstract IAlertHistory History(IStateStore store);

    /// <summary>What a new process finds after the old one was killed at this moment, without any tidying up.</summary>
    protected abstract IStateStore Crash(IStateStore store);

    [Fact]
    public void Create_New_IsEmpty()
    {
        using var store = Create();

        Assert.Null(store.GetFact(0, "anything"));
        Assert.Empty(LoadAll(store, 0).Patients);
        Assert.Equal(0, LoadAll(store, 0).Offset);
        Assert.Empty(History(store).Transitions());
        Assert.Empty(History(store).UnsentPages(10));
        Assert.Empty(History(store).DeadLetters());
    }

    [Fact]
    public void SetFact_Again_Replaces()
    {
        using var store = Create();
        store.SetFact(0, "profile", "cpu");
        store.SetFact(0, "profile", "cuda 13 Zoë");
        store.SetFact(0, "empty", "");

        using var again = Crash(store);
        Assert.Equal("cuda 13 Zoë", again.GetFact(0, "profile"));
        Assert.Equal("", again.GetFact(0, "empty"));
        Assert.Null(again.GetFact(0, "Profile"));
    }

    [Fact]
    public void Commit_Nothing_ChangesNothing()
    {
        using var store = Create();

        Assert.Equal(0, store.Commit(new CommitBatch(0)));
        Assert.Equal(0, LoadAll(store, 0).Offset);
    }

    [Fact]
    public void Commit_Patients_KeepsTheNewestBlobOfEachPartition()
    {
        using var store = Create();
        var batch = new CommitBatch(1) { Offset = 10 };
        byte[] buffer = [1, 2, 3];
        batch.Patients.Add(("a", buffer));
        batch.Patients.Add(("empty", ReadOnlyMemory<byte>.Empty));
        batch.Patients.Add(("big", new byte[2_000_000]));
        store.Commit(batch);
        buffer.AsSpan().Clear();
        batch.Clear();
        batch.Patients.Add(("big", new byte[] { 9 }));
        batch.Patients.Add(("b", new byte[] { 7 }));
        batch.Patients.Add(("b", new byte[] { 8 }));
        store.Commit(batch);
        store.Commit(new CommitBatch(2) { Offset = 99 });

        var (offset, patients) = LoadAll(store, 1);
        Assert.Equal(10, offset);
        Assert.Equal(["a=010203", "b=08", "big=09", "empty="], patients.Order(StringComparer.Ordinal));
        Assert.Equal((99, 0), (LoadAll(store, 2).Offset, LoadAll(store, 2).Patients.Count));
    }

    [Fact]
    public void Commit_Transitions_RoundTripEveryField()
    {
        using var store = Create();
        TransitionRecord[] transitions =
        [
            Transition("p", "limit.spo2.low", 1, 0),
            Transition("p", "limit.spo2.low", 1, 1) with { Value = double.NaN, Threshold = 88.5, Text = "Zoë’s SpO₂\nis low" },
            Transition("p", "limit.spo2.low", 1, 2) with { Value = double.NegativeInfinity, Threshold = double.NaN, Inputs = "" },
            Transition("p", "score.news2", -5, 0) with
            {
                Kind = TransitionKind.BecameIndeterminate, Alert = AlertKind.Technical, Priority = AlertPriority.High,
                Reason = TransitionReason.ModelSilent, EventTime = long.MinValue, ArrivalTime = long.MaxValue, Value = 0.1 + 0.2,
                Missing = "temperature spo2:stale", ModelVersion = "sepsis-vitals@2.1.0",
            },
            Transition(new string('長', 128), new string('r', 200), long.MinValue, int.MaxValue),
        ];
        var batch = new CommitBatch(0);
        batch.Transitions.AddRange(transitions);

        Assert.Equal(0, store.Commit(batch));

        Assert.Empty(batch.Conflicts);
        Assert.Equal(InCanonicalOrder(transitions), History(store).Transitions());
        using var again = Crash(store);
        Assert.Equal(InCanonicalOrder(transitions), History(again).Transitions());
    }

    [Fact]
    public void Transitions_IdsOfAllKinds_ComeInOrdinalOrder()
    {
        using var store = Create();

        // UTF-8 order and UTF-16 order differ for the last two; ordinal means UTF-16 code units.
        string[] ids = ["a", "B", "A", "b", "", "10", "9", "a b", "a|b", "é", "z", "\uFF41", "\U0001F600", "aa"];
        var all = new List<TransitionRecord>();
        var batch = new CommitBatch(0);
        foreach (var patient in ids)
        {
            batch.Patients.Add((patient, new byte[1]));
            foreach (var rule in new[] { "r.B", "r.a", "r.\uFF41", "r.\U0001F600" })
            {
                all.Add(Transition(patient, rule, 20, 1));
                all.Add(Transition(patient, rule, 20, 0));
                all.Add(Transition(patient, rule, 3, 10));
                all.Add(Transition(patient, rule, -7, 2));
            }
        }

        batch.Transitions.AddRange(all);
        store.Commit(batch);

        Assert.Equal(InCanonicalOrder(all), History(store).Transitions());
        Assert.Equal(ids.Order(StringComparer.Ordinal), LoadAll(store, 0).Patients.Select(p => p[..p.IndexOf('=')]).Order(StringComparer.Ordinal));
        foreach (var patient in ids)
            Assert.Equal(InCanonicalOrder(all.Where(t => t.Patient == patient)), History(store).Transitions(patient));
        Assert.Empty(History(store).Transitions("nobody"));
    }

    [Fact]
    public void Commit_SameTransitionsAgain_CountsThemAndChangesNothing()
    {
        using var store = Create();
        var batch = new CommitBatch(0);
        batch.Transitions.Add(Transition("p", "r", 1, 0) with { Value = double.NaN });
        batch.Transitions.Add(Transition("p", "r", 1, 1));
        store.Commit(batch);
        batch.Transitions.Add(Transition("p", "r", 1, 2));
        batch.Transitions.Add(Transition("p", "r", 1, 2));

        Assert.Equal(3, store.Commit(batch));

        Assert.Empty(batch.Conflicts);
        Assert.Equal([0, 1, 2], History(store).Transitions().Select(t => t.Ordinal));
    }

    [Fact]
    public void Commit_OtherContentUnderAKnownId_KeepsTheFirstAndListsTheConflict()
    {
        using var store = Create();
        var first = Transition("p", "r", 1, 0);
        var batch = new CommitBatch(0);
        batch.Transitions.Add(first);
        store.Commit(batch);

        TransitionRecord[] changed =
        [
            first with { Kind = TransitionKind.Resolved }, first with { Alert = AlertKind.Technical }, first with { Value = double.NaN },
            first with { Priority = AlertPriority.High }, first with { Reason = TransitionReason.ByPerson }, first with { Text = "" },
            first with { EventTime = 3 }, first with { ArrivalTime = 3 }, first with { Threshold = 1 }, first with { Inputs = "" },
            first with { Missing = "x" }, first with { ModelVersion = "x" },
            first with { Explanation = null },
        ];
        batch.Clear();
        batch.Transitions.AddRange(changed);
        batch.Transitions.Add(Transition("p", "r", 1, 1));

        Assert.Equal(0, store.Commit(batch));

        Assert.Equal(changed, batch.Conflicts);
        Assert.Equal([first, Transition("p", "r", 1, 1)], History(store).Transitions());

        batch.Transitions.Clear();
        store.Commit(batch);
        Assert.Empty(batch.Conflicts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_AfterDisposeOrCrash_HasEverythingCommitted(bool crash)
    {
        var store = Create();
        store.SetFact(0, "partitions", "4");
        store.Commit(Full(partition: 3, offset: 44));

        using var again = crash ? Crash(store) : Reopen(store);

        Assert.Equal("4", again.GetFact(0, "partitions"));
        Assert.Equal(44, LoadAll(again, 3).Offset);
        Assert.Equal(["p3=05"], LoadAll(again, 3).Patients);
        Assert.Equal([Transition("p3", "r", 1, 0)], History(again).Transitions());
        Assert.Equal([new PageRecord(Transition("p3", "r", 1, 0), 1500)], History(again).UnsentPages(10));
        Assert.Single(History(again).DeadLetters());
        Assert.Equal(1, again.Commit(Full(partition: 3, offset: 45)));
        Assert.Equal(45, LoadAll(again, 3).Offset);
        if (crash) store.Dispose();
    }

    [Fact]
    public async Task Commit_TwoPartitionsAtOnce_LosesNothing()
    {
        using var store = Create();
        var stop = TestContext.Current.CancellationToken;
        await Task.WhenAll(Enumerable.Range(0, 2).Select(partition => Task.Run(
            () =>
            {
                var batch = new CommitBatch(partition);
                for (var i = 0; i < 20; i++)
                {
                    batch.Clear();
                    batch.Transitions.Add(Transition($"p{partition}", "r", i, 0));
                    batch.Patients.Add(($"p{partition}", BitConverter.GetBytes(i)));
                    batch.Offset = i;
                    Assert.Equal(0, store.Commit(batch));
                }
            },
            stop)));

        Assert.Equal(40, History(store).Transitions().Count());
        Assert.Equal((19, 19), (LoadAll(store, 0).Offset, LoadAll(store, 1).Offset));
    }

    /// <summary>A transition with plain content.</summary>
    protected static TransitionRecord Transition(string patient, string rule, long opened, int ordinal) => new(
        patient, rule, opened, ordinal, TransitionKind.Opened, AlertKind.Physiological, AlertPriority.Medium,
        TransitionReason.BelowLimit, opened + 1000, opened + 2000, 87, 90, "monitor/1/17/spo2", "", "", "SpO2 87 % is below 90 %.")
    {
        Explanation = new Explanation(
            [new InputContribution("spo2", 0.84, 87, double.NaN, "%", ValueDirection.Low)], [], [new AttendedStep(0, 0.4)], 0.1, 0.5, -0.02),
    };

    /// <summary>A batch with one of everything.</summary>
    protected static CommitBatch Full(int partition, long offset)
    {
        var batch = new CommitBatch(partition) { Offset = offset };
        var transition = Transition($"p{partition}", "r", 1, 0);
        batch.Transitions.Add(transition);
        batch.Pages.Add((transition.Id, 1500));
        batch.DeadLetters.Add(new DeadLetter(partition, 3, 0, 2, "p", "out_of_range", "heart rate 900 /min"));
        batch.Patients.Add(($"p{partition}", new byte[] { 5 }));
        return batch;
    }

    /// <summary>A partition's offset and its patients as <c>id=hex</c>.</summary>
    protected static (long Offset, List<string> Patients) LoadAll(IStateStore store, int partition)
    {
        var patients = new List<string>();
        var offset = store.Load(partition, (patient, blob) => patients.Add($"{patient}={Convert.ToHexString(blob)}"));
        return (offset, patients);
    }

    private static IEnumerable<TransitionRecord> InCanonicalOrder(IEnumerable<TransitionRecord> transitions) => transitions
        .OrderBy(t => t.Patient, StringComparer.Ordinal)
        .ThenBy(t => t.Rule, StringComparer.Ordinal)
        .ThenBy(t => t.OpenedEventTime)
        .ThenBy(t => t.Ordinal);
}
