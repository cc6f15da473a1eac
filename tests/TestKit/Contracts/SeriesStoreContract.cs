// What every series store must do; an implementation's tests inherit this class and say how one is made, reopened and crashed.
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace MedAI.Streaming.TestKit.Contracts;

/// <summary>The contract of <see cref="ISeriesStore"/>, whether a store is a file of the process or a server of its own.</summary>
public abstract class SeriesStoreContract
{
    /// <summary>Some time, ms since 1970.</summary>
    protected const long Noon = 1_600_000_000_000;

    /// <summary>A new store.</summary>
    protected abstract ISeriesStore Create();

    /// <summary>Disposes a store and opens it again.</summary>
    protected abstract ISeriesStore Reopen(ISeriesStore store);

    /// <summary>What a new process finds after the old one was killed at this moment, without any tidying up.</summary>
    protected abstract ISeriesStore Crash(ISeriesStore store);

    [Fact]
    public void Create_New_IsEmpty()
    {
        using var store = Create();

        Assert.Equal(0, store.AppliedOffset(0));
        Assert.Empty(store.Read("nobody"));
    }

    [Fact]
    public void Write_ThenRead_GivesPointsByTimeThenSeries()
    {
        using var store = Create();
        var batch = new SeriesBatch();
        Add(batch, "p", "spo2", Noon + 2000, 97);
        Add(batch, "p", "heart_rate", Noon + 2000, 81);
        Add(batch, "q", "heart_rate", Noon, 60);
        Add(batch, "p", "heart_rate", Noon, 80.5);
        Add(batch, "p", "spo2", Noon - 86_400_000, 96);
        store.Write(0, 10, batch);

        Assert.Equal(10, store.AppliedOffset(0));
        Assert.Equal(
            [("spo2", Noon - 86_400_000, 96), ("heart_rate", Noon, 80.5), ("heart_rate", Noon + 2000, 81), ("spo2", Noon + 2000, 97)],
            store.Read("p").Select(p => (p.Series, p.Point.EventTime, p.Point.Value)));
        Assert.Equal([("heart_rate", Noon, 60.0)], store.Read("q").Select(p => (p.Series, p.Point.EventTime, p.Point.Value)));
        Assert.All(store.Read("p"), p => Assert.Equal((0, (ushort)0), (p.Point.Patient, p.Point.Series)));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-0.0)]
    [InlineData(37.4)]
    [InlineData(-12.75)]
    [InlineData(0.1 + 0.2)]
    [InlineData(1.0 / 3)]
    [InlineData(9_007_199_254_740_993.0)]
    [InlineData(-1e18)]
    [InlineData(double.Epsilon)]
    [InlineData(double.MaxValue)]
    public void Write_AnyNumber_KeepsItsBits(double value) => KeepsBits(value);

    [Fact]
    public void Write_AnyFlags_KeepsThem()
    {
        using var store = Create();
        var batch = new SeriesBatch();
        for (var flags = 0; flags < 16; flags++)
            Add(batch, "p", "x", Noon + flags, flags, (PointFlags)flags);
        store.Write(0, 1, batch);

        Assert.Equal(Enumerable.Range(0, 16).Select(f => (PointFlags)f), store.Read("p").Select(p => p.Point.Flags));
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(-1L)]
    [InlineData(-5_000_000_000_000L)]
    [InlineData(7_000_000_000_000L)]
    public void Write_AnyEventTime_IsFoundByItsRange(long time)
    {
        using var store = Create();
        var batch = new SeriesBatch();
        Add(batch, "p", "x", time, 1);
        store.Write(0, 1, batch);

        Assert.Single(store.Read("p"));
        Assert.Single(store.Read("p", null, time, time + 1));
        Assert.Empty(store.Read("p", null, time + 1));
        Assert.Empty(store.Read("p", null, long.MinValue, time));
    }

    [Theory]
    [InlineData(Noon)]
    [InlineData(-7L)]
    public void Write_PointsOfOneTimeThatAreApart_KeepsBoth(long time)
    {
        using var store = Create();
        var batch = new SeriesBatch();
        batch.Devices.Add("d");
        Add(batch, "p", "x", time, 1);
        Add(batch, "p", "x", time, 2);
        batch.Points[0] = batch.Points[0] with { Device = 0, Apart = 1 };
        batch.Points[1] = batch.Points[1] with { Device = 0, Apart = 999_999 };
        store.Write(0, 1, batch);

        Assert.Equal([(time, 1.0), (time, 2.0)], store.Read("p", "x", time, time + 1).Select(p => (p.Point.EventTime, p.Point.Value)).Order());
    }

    [Fact]
    public void Read_RangeAndSeries_GivesFromInclusiveUntilExclusive()
    {
        using var store = Create();
        var batch = new SeriesBatch();
        for (var i = 0; i < 5000; i++)
        {
            Add(batch, "p", "a", Noon + i * 1000, i);
            Add(batch, "p", "b", Noon + i * 1000, -i);
            Add(batch, "other", "a", Noon + i * 1000, 0);
        }

        store.Write(0, 1, batch);

        foreach (var (from, until) in new[] { (0, 5000), (599, 601), (600, 1200), (1234, 1235), (4999, 9000), (7, 7), (9, 3) })
        {
            var points = store.Read("p", "a", Noon + from * 1000L, Noon + until * 1000L);
            Assert.Equal(
                Enumerable.Range(0, 5000).Where(i => i >= from && i < until).Select(i => ("a", (double)i)),
                points.Select(p => (p.Series, p.Point.Value)));
        }

        Assert.Equal(10_000, store.Read("p").Count());
        Assert.Empty(store.Read("p", "c"));
        Assert.Empty(store.Read("nobody", "a"));
    }

    [Fact]
    public void Write_InAnyOrderOverManyWrites_EqualsASort()
    {
        using var store = Create();
        var random = new Random(3);
        var batch = new SeriesBatch();
        var expected = new List<(string Patient, string Series, long Time, double Value)>();
        var keys = new HashSet<(string, string, long)>();
        for (var write = 1; write <= 40; write++)
        {
            batch.Points.Clear();
            for (var i = 0; i < 200; i++)
            {
                var point = ($"p{random.Next(5)}", $"s{random.Next(4)}", Noon + random.Next(5_000_000), random.Next(1000) / 10.0);
                if (!keys.Add((point.Item1, point.Item2, point.Item3)))
                    continue;
                expected.Add(point);
                Add(batch, point.Item1, point.Item2, point.Item3, point.Item4);
            }

            store.Write(write % 3, write * 10, batch);
        }

        for (var p = 0; p < 5; p++)
        {
            Assert.Equal(
                expected.Where(e => e.Patient == $"p{p}").OrderBy(e => e.Time).ThenBy(e => e.Series, StringComparer.Ordinal)
                    .ThenBy(e => e.Value).Select(e => (e.Series, e.Time, e.Value)),
                store.Read($"p{p}").OrderBy(r => r.Point.EventTime).ThenBy(r => r.Series, StringComparer.Ordinal)
                    .ThenBy(r => r.Point.Value).Select(r => (r.Series, r.Point.EventTime, r.Point.Value)));
            Assert.Equal(store.Read($"p{p}").Select(r => r.Point.EventTime).Order(), store.Read($"p{p}").Select(r => r.Point.EventTime));
        }
    }

    [Fact]
    public void Write_ThroughAnAppliedOffset_ChangesNothing()
    {
        using var store = Create();
        var batch = new SeriesBatch();
        Add(batch, "p", "x", Noon, 1);
        store.Write(0, 10, batch);

        store.Write(0, 10, batch);
        store.Write(0, 4, batch);

        Assert.Equal(10, store.AppliedOffset(0));
        Assert.Single(store.Read("p"));
    }

    [Fact]
    public void Write_Nothing_MovesTheOffset()
    {
        using var store = Create();
        store.Write(3, 10, new SeriesBatch());

        Assert.Equal((0, 10), (store.AppliedOffset(0), store.AppliedOffset(3)));
    }

    [Fact]
    public void Write_FromAnotherBatchWithOtherNumbers_GoesByTheNames()
    {
        using var store = Create();
        var one = new SeriesBatch();
        Add(one, "p", "x", Noon, 1);
        Add(one, "q", "y", Noon, 2);
        var other = new SeriesBatch();
        Add(other, "q", "x", Noon + 1, 3);
        Add(other, "p", "y", Noon + 1, 4);
        store.Write(0, 1, one);
        store.Write(0, 2, other);

        Assert.Equal([("x", 1.0), ("y", 4.0)], store.Read("p").Select(p => (p.Series, p.Point.Value)));
        Assert.Equal([("y", 2.0), ("x", 3.0)], store.Read("q").Select(p => (p.Series, p.Point.Value)));
    }

    [Fact]
    public void Write_StrangeIds_RoundTrip()
    {
        using var store = Create();
        string[] ids = ["", "a b|c", "Zoë", "患者", "\U0001F600", new string('x', 128), "a", "A"];
        var batch = new SeriesBatch();
        foreach (var id in ids)
            Add(batch, id, "s" + id, Noon, 1);
        store.Write(0, 1, batch);

        Assert.All(ids, id => Assert.Equal("s" + id, Assert.Single(store.Read(id)).Series));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_AfterDisposeOrCrash_HasPoints(bool crash)
    {
        var store = Create();
        var batch = new SeriesBatch();
        Add(batch, "p", "x", Noon, 1);
        store.Write(2, 10, batch);

        using var again = crash ? Crash(store) : Reopen(store);
        batch.Points.Clear();
        Add(batch, "p", "x", Noon + 1, 2);
        again.Write(2, 20, batch);

        Assert.Equal([1, 2], again.Read("p").Select(p => p.Point.Value));
        if (crash) store.Dispose();
    }

    [Fact]
    public async Task Write_TwoPartitionsAtOnce_LoseNothing()
    {
        using var store = Create();
        await WriteTwoPartitionsAsync(store);

        Assert.Equal((50, 50), (store.AppliedOffset(0), store.AppliedOffset(1)));
        Assert.Equal((1000, 1000), (store.Read("p0").Count(), store.Read("p1").Count()));
    }

    /// <summary>Writes 1,000 points of <c>p0</c> and <c>p1</c> side by side, 20 at a time.</summary>
    protected static Task WriteTwoPartitionsAsync(ISeriesStore store)
    {
        var stop = TestContext.Current.CancellationToken;
        return Task.WhenAll(Enumerable.Range(0, 2).Select(partition => Task.Run(
            () =>
            {
                var batch = new SeriesBatch();
                for (var round = 1; round <= 50; round++)
                {
                    batch.Points.Clear();
                    for (var i = 0; i < 20; i++)
                        Add(batch, $"p{partition}", $"s{round % 7}", Noon + round * 60_000 + i, round);
                    store.Write(partition, round, batch);
                }
            },
            stop)));
    }

    /// <summary>Writes a value and holds that every bit of it comes back.</summary>
    protected void KeepsBits(double value)
    {
        using var store = Create();
        var batch = new SeriesBatch();
        Add(batch, "p", "x", Noon, value);
        store.Write(0, 1, batch);

        var (_, point) = Assert.Single(store.Read("p"));
        Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(point.Value));
    }

    /// <summary>Adds a point by names.</summary>
    protected static void Add(
        SeriesBatch batch, string patient, string series, long time, double value, PointFlags flags = PointFlags.None)
    {
        var p = batch.Patients.IndexOf(patient);
        if (p < 0)
        {
            p = batch.Patients.Count;
            batch.Patients.Add(patient);
        }

        var s = batch.Names.IndexOf(series);
        if (s < 0)
        {
            s = batch.Names.Count;
            batch.Names.Add(series);
        }

        batch.Points.Add(new SeriesPoint(p, (ushort)s, time, value, flags));
    }
}
