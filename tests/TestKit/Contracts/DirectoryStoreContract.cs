// What every store of a directory must do; an implementation's tests inherit this class and say how one is made and reopened.
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace MedAI.Streaming.TestKit.Contracts;

/// <summary>The contract of <see cref="IDirectoryStore"/>.</summary>
public abstract class DirectoryStoreContract
{
    /// <summary>A new store.</summary>
    protected abstract IDirectoryStore Create();

    /// <summary>What a new process finds after the old one was killed at this moment, without any tidying up.</summary>
    protected abstract IDirectoryStore Crash(IDirectoryStore store);

    /// <summary>Lets the store's device be full (a value of 4 MiB does not fit), or gives it space again.</summary>
    protected abstract void SetFull(IDirectoryStore store, bool full);

    [Fact]
    public void Load_ANewStore_IsEmpty()
    {
        using var store = Create();

        Assert.Empty(store.Load());
    }

    [Fact]
    public void Put_Entries_AreThereAfterACrash()
    {
        using var store = Create();
        store.Put(new("device:d1", new byte[] { 1, 2 }));
        store.Put(new("device:ä\u0001", Array.Empty<byte>()));
        store.Put(new("device:D1", new byte[] { 3 }));

        using var crashed = Crash(store);

        Assert.Equal(["device:D1=3", "device:d1=1,2", "device:ä\u0001="], Content(crashed));
    }

    [Fact]
    public void Put_AKeyAgain_Replaces()
    {
        using var store = Create();
        store.Put(new("k", new byte[] { 1, 2, 3 }));

        store.Put(new("k", new byte[] { 9 }));

        Assert.Equal(["k=9"], Content(store));
        using var crashed = Crash(store);
        Assert.Equal(["k=9"], Content(crashed));
    }

    [Fact]
    public void Put_OnAFullDevice_FailsAndLeavesWhatWasThere()
    {
        using var store = Create();
        store.Put(new("k", new byte[] { 1 }));
        SetFull(store, true);

        var failure = Assert.Throws<StoreException>(() => store.Put(new("k", new byte[4 << 20])));

        Assert.Equal(StoreFailure.DiskFull, failure.Failure);
        Assert.Equal(["k=1"], Content(store));
        SetFull(store, false);
        store.Put(new("k", new byte[] { 2 }));
        Assert.Equal(["k=2"], Content(store));
    }

    [Fact]
    public void Put_ByManyThreads_KeepsEach()
    {
        using var store = Create();

        Parallel.For(0, 40, i => store.Put(new($"k{i}", new[] { (byte)i })));

        Assert.Equal(40, store.Load().Count);
    }

    private static string[] Content(IDirectoryStore store) => [.. store.Load()
        .Select(entry => $"{entry.Key}={string.Join(',', entry.Value.ToArray())}")
        .Order(StringComparer.Ordinal)];
}
