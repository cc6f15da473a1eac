// What a state store in one place must do beyond what every state store does: all of a commit or nothing, and it knows all it kept.
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace MedAI.Streaming.TestKit.Contracts;

/// <summary>The contract of an <see cref="IStateStore"/> whose commits are one transaction and whose history is its own.</summary>
public abstract class EmbeddedStateStoreContract : StateStoreContract
{
    /// <summary>Lets the store's device be full (a blob of 4 MiB does not fit), or gives it space again.</summary>
    protected abstract void SetFull(IStateStore store, bool full);

    [Fact]
    public void Commit_PageOfNoTransition_IsRefusedAndLeavesNothing()
    {
        using var store = Create();
        var batch = Full(partition: 0, offset: 1);
        batch.Pages.Add(("p|r|1|0", 10));

        Assert.Throws<ArgumentException>(() => store.Commit(batch));

        Assert.Empty(History(store).Transitions());
        Assert.Empty(History(store).UnsentPages(10));
        Assert.Equal(0, LoadAll(store, 0).Offset);
    }

    [Fact]
    public void Commit_WithoutSpace_LeavesNothingAndWorksLater()
    {
        using var store = Create();
        store.Commit(Full(partition: 0, offset: 7));
        var batch = Full(partition: 1, offset: 8);
        batch.Transitions.Add(Transition("p0", "r", 1, 0) with { Text = "other" });
        batch.Patients.Add(("p0", new byte[4 * 1024 * 1024]));

        SetFull(store, true);
        var failure = Assert.Throws<StoreException>(() => store.Commit(batch));

        Assert.Equal(StoreFailure.DiskFull, failure.Failure);
        Assert.Equal([Transition("p0", "r", 1, 0)], History(store).Transitions());
        Assert.Equal((0, 0), (LoadAll(store, 1).Offset, LoadAll(store, 1).Patients.Count));
        Assert.Single(History(store).UnsentPages(10));
        Assert.Single(History(store).DeadLetters());

        SetFull(store, false);
        Assert.Equal(0, store.Commit(batch));
        Assert.Single(batch.Conflicts);
        Assert.Equal((8, 2), (LoadAll(store, 1).Offset, LoadAll(store, 1).Patients.Count));
        Assert.Equal(2, History(store).UnsentPages(10).Count);
    }

    [Fact]
    public async Task Commit_TwoPartitionsAtOnceWithReaders_LosesNothing()
    {
        using var store = Create();
        var stop = TestContext.Current.CancellationToken;
        var flows = Enumerable.Range(0, 2).Select(partition => Task.Run(
            () =>
            {
                var batch = new CommitBatch(partition);
                for (var i = 0; i < 100; i++)
                {
                    batch.Clear();
                    batch.Transitions.Add(Transition($"p{partition}", "r", i, 0));
                    batch.Transitions.Add(Transition($"p{partition}", "r", i, 1));
                    batch.Patients.Add(($"p{partition}", BitConverter.GetBytes(i)));
                    batch.Offset = i;
                    Assert.Equal(0, store.Commit(batch));
                }
            },
            stop)).ToArray();
        while (!Task.WhenAll(flows).IsCompleted)
        {
            Assert.Equal(0, History(store).Transitions("p1").Count() % 2);
            Assert.InRange(LoadAll(store, 1).Patients.Count, 0, 1);
        }

        await Task.WhenAll(flows);

        Assert.Equal(400, History(store).Transitions().Count());
        Assert.Equal((99, 99), (LoadAll(store, 0).Offset, LoadAll(store, 1).Offset));
    }
}
