// What a person meets when a store is made or opened: each thing that can be wrong with a directory says what to do.
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Sqlite;

public sealed class EdgeStoreTests : IDisposable
{
    private readonly StoreDirectory _directory = new();
    private readonly string _store;

    public EdgeStoreTests() => _store = _directory.File("site");

    public static TheoryData<string> Files => ["log.db", "state.db", "series.db"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Create_ThenOpen_HasThePartitionsAndTheContent()
    {
        Assert.False(EdgeStore.Exists(_store));
        Make();

        Assert.True(EdgeStore.Exists(_store));
        using var store = EdgeStore.Open(_store, readOnly: false);
        Assert.Equal((8, 5, false), (store.Log.Partitions, store.Log.InputPosition, store.IsReadOnly));
        Assert.Equal("here", store.GetFact("site"));
        Assert.Single(store.Series.Read("p"));
        Assert.Equal(_store, store.Directory);
    }

    [Fact]
    public async Task Exists_AskedWhileItIsBeingMade_IsYesOrNo()
    {
        for (var i = 0; i < 50; i++)
        {
            var store = _directory.File($"site-{i}");
            var making = Task.Run(() => EdgeStore.Create(store, 8).Dispose(), TestContext.Current.CancellationToken);
            while (!making.IsCompleted)
                EdgeStore.Exists(store);

            await making;
            Assert.True(EdgeStore.Exists(store));
        }
    }

    [Fact]
    public void Create_Again_IsRefused()
    {
        Make();
        AssertFails(StoreFailure.Mismatch, () => EdgeStore.Create(_store, 8), _store, "holds a store already");
    }

    [Fact]
    public void Create_AfterACreationCutShort_TakesItUp()
    {
        Directory.CreateDirectory(_store);
        SqliteStateStore.Create(Path.Combine(_store, "state.db")).Dispose();
        File.WriteAllBytes(Path.Combine(_store, "series.db"), []);
        Database.Open(Path.Combine(_store, "log.db"), OpenMode.Create).Dispose();
        Assert.False(EdgeStore.Exists(_store));

        Make();

        using var store = EdgeStore.Open(_store, readOnly: false);
        Assert.Equal(8, store.Log.Partitions);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Create_AfterAMakingCutShortInItsFirstStep_TakesItUp(string file)
    {
        Directory.CreateDirectory(_store);
        var cutShort = CutShort("BEGIN; CREATE TABLE begun (bytes BLOB); INSERT INTO begun VALUES (zeroblob(1000000))");
        MoveTo(Path.Combine(_store, file), cutShort);
        Assert.False(EdgeStore.Exists(_store));

        Make();

        using var store = EdgeStore.Open(_store, readOnly: false);
        Assert.Equal(8, store.Log.Partitions);
        Assert.Empty(Directory.GetFiles(_store, "*-journal"));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Create_WhereAnotherProgramsFileWasCutShort_KeepsAllThatThatOneCommitted(string file)
    {
        var path = AnotherProgramsCutShort(file);

        AssertFails(StoreFailure.Corrupt, () => EdgeStore.Create(_store, 8), path, "not the");

        using var theirs = Database.Open(path, OpenMode.ReadWrite);
        Assert.Equal((1, 500), (theirs.Number("SELECT count(*) FROM sqlite_schema"), theirs.Number("SELECT count(*) FROM theirs")));
    }

    [Fact]
    public void Open_WhereAnotherProgramsLogWasCutShort_SaysThatItIsNone()
    {
        var path = AnotherProgramsCutShort("log.db");

        AssertFails(StoreFailure.Corrupt, () => EdgeStore.Open(_store, readOnly: true), path, "not the log of a store");
        Assert.Throws<StoreException>(() => EdgeStore.Exists(_store));
    }

    [Fact]
    public void Open_WhereAnotherProgramsFileWasCutShort_SaysWhatToDo()
    {
        Make();
        File.Delete(Path.Combine(_store, "state.db"));
        var path = AnotherProgramsCutShort("state.db");

        AssertFails(StoreFailure.Other, () => EdgeStore.Open(_store, readOnly: true), path, "in the middle of a change", "program that wrote it");
    }

    // A database in memory stands for a file where no memory can be shared: neither gets a write-ahead log.
    [Fact]
    public void Create_WhereThereCanBeNoWriteAheadLog_SaysWhatToDo()
    {
        var thrown = Assert.Throws<StoreException>(() => SqliteStateStore.Create(":memory:"));
        Assert.Equal(StoreFailure.Other, thrown.Failure);
        Assert.Matches("^:memory: .*write-ahead log.*local disk", thrown.Message);
    }

    [Fact]
    public void Create_WhereOnlyTheLogIsMissing_KeepsWhatWasInUse()
    {
        Make();
        File.Delete(Path.Combine(_store, "log.db"));

        AssertFails(StoreFailure.Corrupt, () => EdgeStore.Create(_store, 8), "state.db", "log.db");
        using var state = SqliteStateStore.Open(Path.Combine(_store, "state.db"));
        Assert.Equal("here", state.GetFact(-1, "site"));
    }

    [Fact]
    public void Create_UnderAFile_SaysSo()
    {
        File.WriteAllText(_store, "a file");
        AssertFails(StoreFailure.Other, () => EdgeStore.Create(Path.Combine(_store, "sub"), 1), "another directory");
    }

    [Fact]
    public void Open_ASecondTime_IsRefusedButForReading()
    {
        Make();
        using (var writer = EdgeStore.Open(_store, readOnly: false))
        {
            AssertFails(StoreFailure.InUse, () => EdgeStore.Open(_store, readOnly: false), _store, "another process");
            using var reader = EdgeStore.Open(_store, readOnly: true);
            Assert.True(reader.IsReadOnly);
            writer.SetFact("later", "yes");
            Assert.Equal("yes", reader.GetFact("later"));
        }

        EdgeStore.Open(_store, readOnly: false).Dispose();
    }

    [Fact]
    public void Open_ForReadingWithoutAWriter_Works()
    {
        Make();
        using var one = EdgeStore.Open(_store, readOnly: true);
        using var two = EdgeStore.Open(_store, readOnly: true);
        Assert.Equal("here", one.GetFact("site"));
        Assert.Equal(8, two.Log.Partitions);
    }

    [Fact]
    public void Open_NoStore_SaysSo()
    {
        AssertFails(StoreFailure.Corrupt, () => EdgeStore.Open(_store, readOnly: true), _store, "not a store");
        Directory.CreateDirectory(_store);
        AssertFails(StoreFailure.Corrupt, () => EdgeStore.Open(_store, readOnly: false), _store, "not a store");
        Assert.Empty(Directory.GetFileSystemEntries(_store));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Open_FileOfAnotherKind_SaysSo(string file)
    {
        Make();
        File.WriteAllText(Path.Combine(_store, file), "these are not the bytes of a database, however long one looks at them " + new string('.', 9000));
        AssertFails(StoreFailure.Corrupt, () => EdgeStore.Open(_store, readOnly: false), file, "damaged");

        File.Delete(Path.Combine(_store, file));
        using (var other = Database.Open(Path.Combine(_store, file), OpenMode.Create))
            other.Execute("CREATE TABLE t (x)");
        AssertFails(StoreFailure.Corrupt, () => EdgeStore.Open(_store, readOnly: false), file, "not the");
    }

    [Theory]
    [InlineData("state.db")]
    [InlineData("series.db")]
    public void Open_FileMissing_SaysSo(string file)
    {
        Make();
        File.Delete(Path.Combine(_store, file));
        AssertFails(StoreFailure.Corrupt, () => EdgeStore.Open(_store, readOnly: false), file, "missing");
        Assert.False(File.Exists(Path.Combine(_store, file)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Open_FileOfANewerFormat_SaysWhichVersionToUse(string file)
    {
        Make();
        using (var database = Database.Open(Path.Combine(_store, file), OpenMode.ReadWrite))
            database.Execute("PRAGMA user_version = 3");
        AssertFails(StoreFailure.Mismatch, () => EdgeStore.Open(_store, readOnly: true), file, "format 3", "Use the version");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Open_FileCutShort_IsCorrupt(string file)
    {
        Make();
        using (var cut = new FileStream(Path.Combine(_store, file), FileMode.Open))
            cut.SetLength(cut.Length / 2);
        AssertFails(StoreFailure.Corrupt, () => EdgeStore.Open(_store, readOnly: false), file, "damaged");
    }

    private void Make()
    {
        using var store = EdgeStore.Create(_store, 8);
        var batch = new AppendBatch(8);
        batch.Add(3, TestRecords.Sequence(300, seed: 1));
        store.Log.Append(batch, 5);
        store.SetFact("site", "here");
        var series = new SeriesBatch { Patients = { "p" }, Names = { "x" } };
        series.Points.Add(new SeriesPoint(0, 0, 10, 1, PointFlags.None));
        store.Series.Write(0, 1, series);
    }

    private string AnotherProgramsCutShort(string file)
    {
        Directory.CreateDirectory(_store);
        var path = Path.Combine(_store, file);
        MoveTo(path, CutShort(
            """
            CREATE TABLE theirs (bytes BLOB);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO theirs SELECT i FROM n;
            BEGIN; INSERT INTO theirs VALUES (zeroblob(1000000))
            """));
        return path;
    }

    // A file, as a kill in the middle of its last statement leaves it: changed, with the journal that takes the change back.
    private string CutShort(string statements)
    {
        var path = _directory.File("cut-short.db");
        using var database = Database.Open(path, OpenMode.Create);
        database.Execute("PRAGMA cache_size = 1");
        database.Execute(statements);
        return _directory.Copy(path);
    }

    private static void MoveTo(string path, string file)
    {
        File.Move(file, path);
        File.Move(file + "-journal", path + "-journal");
    }

    private static void AssertFails(StoreFailure failure, Func<EdgeStore> open, params string[] mentions)
    {
        var thrown = Assert.Throws<StoreException>(open);
        Assert.Equal(failure, thrown.Failure);
        Assert.All(mentions, m => Assert.Contains(m, thrown.Message, StringComparison.Ordinal));
    }
}
