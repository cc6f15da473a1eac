// Holds the stores in memory to the contracts that the real ones keep, so that a simulation on them means something.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;
using MedAI.Streaming.TestKit.InMemory;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.InMemory;

public sealed class InMemoryEventLogTests : InputLogContract
{
    protected override IInputLog Create(int partitions) => new InMemoryEventLog(partitions);

    protected override IInputLog Reopen(IInputLog log)
    {
        log.Dispose();
        return Crash(log);
    }

    protected override IInputLog Crash(IInputLog log) => ((InMemoryEventLog)log).Clone();

    protected override void SetFull(IInputLog log, bool full) => ((InMemoryEventLog)log).BeforeAppend = full ? FullDevice.Throw : null;

    [Fact]
    public void AfterAppend_Throwing_LeavesTheRecordsThere()
    {
        using var log = new InMemoryEventLog(1) { AfterAppend = () => throw new InvalidOperationException("crash") };

        Assert.Throws<InvalidOperationException>(() => Append(log, 0, TestRecords.Sequence(3, seed: 1)));

        Assert.Equal(3, log.Clone().NextOffset(0));
    }
}

public sealed class InMemoryStateStoreTests : EmbeddedStateStoreContract
{
    protected override IStateStore Create() => new InMemoryStateStore();

    protected override IStateStore Reopen(IStateStore store)
    {
        store.Dispose();
        return Crash(store);
    }

    protected override IAlertHistory History(IStateStore store) => (IAlertHistory)store;

    protected override IStateStore Crash(IStateStore store) => ((InMemoryStateStore)store).Clone();

    protected override void SetFull(IStateStore store, bool full) =>
        ((InMemoryStateStore)store).BeforeCommit = full ? FullDevice.Throw : null;

    [Fact]
    public void Clone_ThenCommit_DoesNotTouchTheOther()
    {
        using var store = new InMemoryStateStore { AfterCommit = () => throw new InvalidOperationException("crash") };
        var before = store.Clone();

        Assert.Throws<InvalidOperationException>(() => store.Commit(Full(partition: 0, offset: 5)));

        Assert.Equal(0, LoadAll(before, 0).Offset);
        Assert.Equal(5, LoadAll(store.Clone(), 0).Offset);
        Assert.Empty(before.UnsentPages(1));
    }
}

public sealed class InMemorySeriesStoreTests : EmbeddedSeriesStoreContract
{
    protected override ISeriesStore Create() => new InMemorySeriesStore();

    protected override ISeriesStore Reopen(ISeriesStore store)
    {
        store.Dispose();
        return Crash(store);
    }

    protected override ISeriesStore Crash(ISeriesStore store) => ((InMemorySeriesStore)store).Clone();

    protected override void SetFull(ISeriesStore store, bool full) =>
        ((InMemorySeriesStore)store).BeforeWrite = full ? FullDevice.Throw : null;

    [Fact]
    public void AfterWrite_Throwing_LeavesThePointsThere()
    {
        using var store = new InMemorySeriesStore { AfterWrite = () => throw new InvalidOperationException("crash") };
        var batch = new SeriesBatch();
        Add(batch, "p", "x", 0, 1);

        Assert.Throws<InvalidOperationException>(() => store.Write(0, 1, batch));

        Assert.Equal(1, store.Clone().AppliedOffset(0));
    }
}

internal static class FullDevice
{
    public static void Throw() => throw new StoreException(StoreFailure.DiskFull, "The simulated device is full.");
}

public sealed class InMemoryDirectoryStoreTests : DirectoryStoreContract
{
    protected override IDirectoryStore Create() => new InMemoryDirectoryStore();

    protected override IDirectoryStore Crash(IDirectoryStore store) => ((InMemoryDirectoryStore)store).Clone();

    protected override void SetFull(IDirectoryStore store, bool full) =>
        ((InMemoryDirectoryStore)store).BeforePut = full ? FullDevice.Throw : null;
}
