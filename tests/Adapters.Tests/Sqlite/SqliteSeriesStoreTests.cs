// Holds the series store in SQLite to its contract, and to what is its own: blocks, their size, readers beside a writer.
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Sqlite;

public sealed class SqliteSeriesStoreTests : EmbeddedSeriesStoreContract, IDisposable
{
    private readonly StoreDirectory _directory = new();
    private readonly string _path;

    public SqliteSeriesStoreTests() => _path = _directory.File("series.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Write_EightVitalSignsEachSecond_TakesFewBytesAPoint()
    {
        using var store = Create();
        var batch = new SeriesBatch();
        var random = new Random(1);
        var points = 0;
        for (var second = 0; second < 1200; second++)
        {
            for (var sign = 0; sign < 8; sign++, points++)
                Add(batch, "p", $"sign{sign}", second * 1000, sign == 0 ? random.Next(360, 400) / 10.0 : random.Next(40, 200));
            if (second % 60 != 59) continue;
            store.Write(0, second, batch);
            batch.Points.Clear();
        }

        Assert.Equal(points, store.Read("p").Count());
        using var database = Database.Open(_path, OpenMode.ReadOnly);
        Assert.InRange(database.Number("SELECT sum(length(points)) FROM blocks") ?? 0, 1, points * 5);
    }

    [Fact]
    public void Read_ReadOnlyBesideTheWriter_SeesEachWriteAndMayNotWrite()
    {
        using var store = Create();
        using var reader = SqliteSeriesStore.Open(_path, readOnly: true);
        Assert.Empty(reader.Read("p"));
        var batch = new SeriesBatch();
        Add(batch, "p", "x", 5, 1);
        store.Write(0, 9, batch);

        Assert.Single(reader.Read("p"));
        Assert.Equal(9, reader.AppliedOffset(0));
        Assert.Throws<InvalidOperationException>(() => reader.Write(0, 10, batch));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(599_999, 0)]
    [InlineData(600_000, 1)]
    [InlineData(-1, -1)]
    [InlineData(-600_000, -1)]
    [InlineData(-600_001, -2)]
    [InlineData(long.MaxValue, 15_372_286_728_091)]
    [InlineData(long.MinValue, -15_372_286_728_092)]
    public void BucketOf_EventTime_IsTheTenMinutesItLiesIn(long eventTime, long bucket) =>
        Assert.Equal(bucket, PointBlock.BucketOf(eventTime));

    [Theory]
    [InlineData(33.0, 4)]
    [InlineData(-72.0, 5)]
    [InlineData(36.6, 5)]
    [InlineData(7.35, 5)]
    [InlineData(0.125f, 7)]
    [InlineData(0.1 + 0.2, 11)]
    public void Write_Value_TakesTheShortestFormThatKeepsIt(double value, int length)
    {
        var room = new byte[PointBlock.LongestPoint];

        // Control, one byte of time, one of series, and the value; a number is doubled for its sign, then has seven bits a byte.
        var written = PointBlock.Write(room, 5, 3, value, PointFlags.None);

        Assert.Equal(length, written);
        var points = new List<(uint Series, SeriesPoint Point)>();
        PointBlock.Read(room.AsSpan(0, written), 2, long.MinValue, long.MaxValue, points);
        Assert.Equal([(3u, new SeriesPoint(0, 0, 1_200_005, value, PointFlags.None))], points);
    }

    [Fact]
    public void Read_BlockCutAnywhereOrGarbled_IsCorruptOrShorterButNeverCrashes()
    {
        var room = new byte[200];
        var length = 0;
        foreach (var value in new[] { 1, 2.5, 0.1 + 0.2, 3.25, 0.125f, double.NaN })
            length += PointBlock.Write(room.AsSpan(length), 300, 200, value, PointFlags.Late);
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var cut = room.AsSpan(0, random.Next(length + 1)).ToArray();
            if (i % 2 == 1 && cut.Length > 0) cut[random.Next(cut.Length)] = (byte)random.Next(256);
            var points = new List<(uint Series, SeriesPoint Point)>();
            try
            {
                PointBlock.Read(cut, 0, long.MinValue, long.MaxValue, points);
            }
            catch (InvalidDataException e)
            {
                Assert.NotEmpty(e.Message);
            }

            Assert.InRange(points.Count, 0, length);
        }
    }

    [Fact]
    public void Read_BlockThatIsNone_IsCorrupt()
    {
        using var store = (SqliteSeriesStore)Create();
        var batch = new SeriesBatch();
        Add(batch, "p", "x", 5, 1);
        store.Write(0, 9, batch);
        store.Execute("UPDATE blocks SET points = x'07'");

        Assert.Equal(StoreFailure.Corrupt, Assert.Throws<StoreException>(() => store.Read("p").Count()).Failure);
    }

    [Fact]
    public void Write_AfterAFailedOne_ReadsBackTheWholeRange()
    {
        using var store = (SqliteSeriesStore)Create();
        var batch = new SeriesBatch();
        Add(batch, "p", "x", 0, 1);
        store.Write(0, 1, batch);
        Add(batch, "p", "x", 50_000_000, 2);
        store.Execute("CREATE TEMP TRIGGER t BEFORE INSERT ON applied BEGIN SELECT raise(ABORT, 'no'); END");
        Assert.Throws<StoreException>(() => store.Write(0, 2, batch));
        store.Execute("DROP TRIGGER t");
        Assert.Single(store.Read("p"));

        store.Write(0, 2, batch);

        Assert.Equal([1, 1, 2], store.Read("p").Select(p => p.Point.Value));
    }

    protected override ISeriesStore Create() => SqliteSeriesStore.Create(_path);

    protected override ISeriesStore Reopen(ISeriesStore store)
    {
        store.Dispose();
        return SqliteSeriesStore.Open(_path);
    }

    protected override ISeriesStore Crash(ISeriesStore store) => SqliteSeriesStore.Open(_directory.Copy(_path));

    protected override void SetFull(ISeriesStore store, bool full) => ((SqliteSeriesStore)store).Execute(StoreDirectory.Limit(full));
}
