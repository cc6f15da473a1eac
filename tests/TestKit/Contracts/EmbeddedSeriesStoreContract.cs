// What a series store in the process's own files must do beyond what every series store must.
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace MedAI.Streaming.TestKit.Contracts;

/// <summary>
/// The contract of series stores that keep points and offset together: they remember the offset, so they keep all points, equal ones too; a
/// write is there as a whole or not at all; every bit of a value comes back.
/// </summary>
public abstract class EmbeddedSeriesStoreContract : SeriesStoreContract
{
    /// <summary>Lets the store's device be full (100,000 points of noise do not fit), or gives it space again.</summary>
    protected abstract void SetFull(ISeriesStore store, bool full);

    [Theory]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    public void Write_ANumberThatIsNone_KeepsItsBits(double value) => KeepsBits(value);

    [Fact]
    public void Write_SeveralPointsOfOneTimeAndSeries_KeepsAll()
    {
        using var store = Create();
        var batch = new SeriesBatch();
        Add(batch, "p", "x", Noon, 1);
        Add(batch, "p", "x", Noon, 2);
        store.Write(0, 1, batch);
        batch.Points.Clear();
        Add(batch, "p", "x", Noon, 1);
        store.Write(0, 2, batch);

        Assert.Equal([1, 1, 2], store.Read("p").Select(p => p.Point.Value).Order());
    }

    [Fact]
    public void Write_EqualPointsInTwoPartitions_KeepsBoth()
    {
        using var store = Create();
        var batch = new SeriesBatch();
        Add(batch, "p", "x", Noon, 1);
        store.Write(0, 2, batch);
        store.Write(1, 2, batch);

        Assert.Equal([("x", 1.0), ("x", 1.0)], store.Read("p").Select(p => (p.Series, p.Point.Value)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_AfterDisposeOrCrash_HasTheOffset(bool crash)
    {
        var store = Create();
        var batch = new SeriesBatch();
        Add(batch, "p", "x", Noon, 1);
        store.Write(2, 10, batch);

        using var again = crash ? Crash(store) : Reopen(store);

        Assert.Equal(10, again.AppliedOffset(2));
        if (crash) store.Dispose();
    }

    [Fact]
    public void Write_WithoutSpace_LeavesNothingAndWorksLater()
    {
        using var store = Create();
        var batch = new SeriesBatch();
        Add(batch, "p", "x", Noon, 1);
        store.Write(0, 1, batch);
        batch.Points.Clear();
        Add(batch, "p", "y", Noon, 2);
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
            Add(batch, "noise", "z", Noon + i, random.NextDouble());

        SetFull(store, true);
        var failure = Assert.Throws<StoreException>(() => store.Write(0, 2, batch));

        Assert.Equal(StoreFailure.DiskFull, failure.Failure);
        Assert.Equal(1, store.AppliedOffset(0));
        Assert.Single(store.Read("p"));
        Assert.Empty(store.Read("noise"));

        SetFull(store, false);
        store.Write(0, 2, batch);
        Assert.Equal(2, store.Read("p").Count());
        Assert.Equal(100_000, store.Read("noise").Count());
    }

    [Fact]
    public async Task Read_BesideTwoWriters_SeesWholeWrites()
    {
        using var store = Create();
        var writers = WriteTwoPartitionsAsync(store);
        while (!writers.IsCompleted)
            Assert.Equal(0, store.Read("p1").Count() % 20);
        await writers;
    }
}
