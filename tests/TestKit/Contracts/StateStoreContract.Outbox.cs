// The half of the state store's contract that is about what is owed to people: pages and dead letters.
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace MedAI.Streaming.TestKit.Contracts;

public abstract partial class StateStoreContract
{
    [Fact]
    public void After_WhileCommitsComeIn_SkipsAndRepeatsNothing()
    {
        using var store = Create();
        var seen = new List<TransitionRecord>();
        var all = new List<TransitionRecord>();
        var cursor = "";
        var batch = new CommitBatch(0);
        for (var i = 0; i < 20; i++)
        {
            batch.Clear();
            for (var j = 0; j <= i % 4; j++)
            {
                // Ids that sort the other way round than they come.
                batch.Transitions.Add(Transition($"p{90 - i}", "r", 100 - j, 0));
            }

            store.Commit(batch);
            all.AddRange(batch.Transitions);
            store.Commit(batch);
            foreach (var (next, transition) in History(store).After(cursor, 3))
            {
                cursor = next;
                seen.Add(transition);
            }
        }

        using var again = Crash(store);
        while (History(again).After(cursor, 7) is { Count: > 0 } rest)
        {
            cursor = rest[^1].Cursor;
            seen.AddRange(rest.Select(r => r.Transition));
        }

        Assert.Equal(all, seen);
        Assert.Equal(cursor, History(again).EndCursor());
        Assert.Empty(History(again).After(History(again).EndCursor(), 1));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("1 ")]
    [InlineData("99999999999999999999")]
    public void After_NoCursorOfTheStore_Throws(string cursor)
    {
        using var store = Create();

        Assert.Throws<FormatException>(() => History(store).After(cursor, 1));
    }

    [Fact]
    public void UnsentPages_OverSeveralCommits_ComeOldestFirstUpToTheLimit()
    {
        using var store = Create();
        var batch = new CommitBatch(0);
        for (var i = 0; i < 10; i++)
        {
            batch.Clear();
            var transition = Transition($"p{9 - i}", "r", 100 + i, 0);
            batch.Transitions.Add(transition);
            batch.Pages.Add((transition.Id, i));
            store.Commit(batch);
        }

        Assert.Equal([0, 1, 2], History(store).UnsentPages(3).Select(p => p.DelayMs));
        Assert.Equal(10, History(store).UnsentPages(100).Count);
        Assert.Equal(Transition("p9", "r", 100, 0), History(store).UnsentPages(1)[0].Transition);
        Assert.Empty(History(store).UnsentPages(0));
    }

    [Fact]
    public void MarkSent_OnceOrTwice_TakesThePageOutForGood()
    {
        using var store = Create();
        var batch = Full(partition: 0, offset: 1);
        store.Commit(batch);
        var id = batch.Transitions[0].Id;

        History(store).MarkSent(id);
        History(store).MarkSent(id);
        History(store).MarkSent("p|r|1|7");
        History(store).MarkSent("not an id");
        Assert.Empty(History(store).UnsentPages(10));

        store.Commit(batch);
        Assert.Empty(History(store).UnsentPages(10));
        using var again = Crash(store);
        Assert.Empty(History(again).UnsentPages(10));
    }

    [Fact]
    public void Commit_SamePageAgain_KeepsTheFirst()
    {
        using var store = Create();
        var batch = Full(partition: 0, offset: 1);
        store.Commit(batch);
        batch.Pages[0] = (batch.Pages[0].TransitionId, 9999);
        store.Commit(batch);

        Assert.Equal(1500, Assert.Single(History(store).UnsentPages(10)).DelayMs);
    }

    [Fact]
    public void Commit_PageOfAnEarlierTransition_IsKept()
    {
        using var store = Create();
        var batch = new CommitBatch(0);
        var transition = Transition("odd|patient|1|2", "r", -5, 3);
        batch.Transitions.Add(transition);
        store.Commit(batch);
        batch.Clear();
        batch.Pages.Add((transition.Id, 10));
        store.Commit(batch);

        Assert.Equal(new PageRecord(transition, 10), Assert.Single(History(store).UnsentPages(10)));
        History(store).MarkSent(transition.Id);
        Assert.Empty(History(store).UnsentPages(10));
    }

    [Fact]
    public void Commit_PageOfWhatIsNoId_IsRefusedAndLeavesNothing()
    {
        using var store = Create();
        var batch = Full(partition: 0, offset: 1);
        batch.Pages.Add(("not an id", 10));

        Assert.Throws<ArgumentException>(() => store.Commit(batch));

        Assert.Empty(History(store).Transitions());
        Assert.Empty(History(store).UnsentPages(10));
        Assert.Equal(0, LoadAll(store, 0).Offset);
    }

    [Fact]
    public void DeadLetters_SameKeyAgain_AreKeptOnceAndInOrder()
    {
        using var store = Create();
        var batch = new CommitBatch(1);
        DeadLetter[] letters =
        [
            new(1, 10, 1, 1, "", "malformed", "vitals.csv:17: \"\0\" is not a number"),
            new(1, 10, 0, 3, "Zoë", "wrong_unit", "37 kPa"),
            new(1, 9, 0, 1, "p", "out_of_range", ""),
            new(0, 500, 0, 1, "p", "not_a_number", new string('x', 10_000)),
            new(1, 5_000_000_000, 0, 64, "p", "demo_data", "d"),
        ];
        batch.DeadLetters.AddRange(letters);
        store.Commit(batch);
        batch.DeadLetters[0] = letters[0] with { Detail = "told otherwise" };
        store.Commit(batch);

        var ordered = letters.OrderBy(d => (d.Partition, d.Offset, d.Index)).ToArray();
        Assert.Equal(ordered, History(store).DeadLetters());
        for (var i = 0; i < ordered.Length; i++)
        {
            var place = (ordered[i].Partition, ordered[i].Offset, ordered[i].Index);
            Assert.Equal(ordered[(i + 1)..], History(store).DeadLetters(place));
        }

        Assert.Equal(ordered[1..], History(store).DeadLetters((0, 500, 7)));
        using var again = Crash(store);
        Assert.Equal(5, History(again).DeadLetters().Count());
    }
}
