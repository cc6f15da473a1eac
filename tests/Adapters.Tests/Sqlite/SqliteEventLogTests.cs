// Holds the log in SQLite to its contract, and to what is its own: chunks, batches, torn files.
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Sqlite;

public sealed class SqliteEventLogTests : InputLogContract, IDisposable
{
    private readonly StoreDirectory _directory = new();
    private readonly string _path;

    public SqliteEventLogTests() => _path = _directory.File("log.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_ManySmallAppends_GivesThemInOneBatch()
    {
        using var log = Create(1);
        var records = TestRecords.Sequence(500, seed: 1);
        foreach (var record in records)
            Append(log, 0, [record]);
        var read = new LogBatch();

        Assert.True(log.Read(0, 3, 400, read));
        Assert.Equal(records.Skip(3).Take(400), TestRecords.Split(read));
    }

    [Fact]
    public void Read_HugeLimit_GivesBatchesOfAboutAMebibyte()
    {
        using var log = Create(1);
        Append(log, 0, TestRecords.Sequence(20_000, seed: 1, longestPayload: 400));
        var read = new LogBatch();

        Assert.True(log.Read(0, 0, int.MaxValue, read));
        Assert.InRange(read.Length, 1 << 20, (1 << 20) + (256 << 10));
    }

    [Fact]
    public void Read_OnwardsInAChunk_DoesNotFetchItAgain()
    {
        using var log = (SqliteEventLog)Create(1);
        var records = TestRecords.Sequence(300, seed: 1);
        Append(log, 0, records);
        var read = new LogBatch();
        Assert.True(log.Read(0, 0, 1, read));

        // Whatever is read from now on came with the first read.
        log.Execute("UPDATE chunks SET records = zeroblob(20)");
        for (var i = 1; i < records.Count; i++)
        {
            Assert.True(log.Read(0, i, 1, read));
            Assert.Equal([records[i]], TestRecords.Split(read));
        }
    }

    [Fact]
    public void Read_ThroughAReadOnlyLogBesideTheWriter_SeesWhatIsAppended()
    {
        using var log = Create(2);
        using var reader = SqliteEventLog.Open(_path, readOnly: true);
        Assert.Equal((2, 0, 0), (reader.Partitions, reader.InputPosition, reader.NextOffset(1)));
        Assert.False(reader.Read(1, 0, 10, new LogBatch()));

        var records = TestRecords.Sequence(30, seed: 1);
        Append(log, 1, records, inputPosition: 7);

        Assert.Equal((7, 30), (reader.InputPosition, reader.NextOffset(1)));
        Assert.Equal(records, ReadAll(reader, 1));
        Assert.Throws<InvalidOperationException>(() => reader.Append(new AppendBatch(2), 1));
    }

    [Fact]
    public void Open_AfterAWriteTornAnywhere_HasWholeAppendsOnly()
    {
        var records = TestRecords.Sequence(120, seed: 2);
        using var log = (SqliteEventLog)Reopen(Create(2));
        var empty = _directory.Copy(_path);
        log.Execute("PRAGMA wal_autocheckpoint = 0");
        for (var i = 0; i < 40; i++)
        {
            var batch = new AppendBatch(2);
            batch.Add(0, records.Skip(i * 3).Take(1));
            batch.Add(1, records.Skip(i * 3 + 1).Take(2));
            log.Append(batch, i + 1);
        }

        var wal = File.ReadAllBytes(_path + "-wal");
        var random = new Random(5);
        var seen = new HashSet<long>();
        for (var i = 0; i < 60; i++)
        {
            // A crash in the middle of a write: the end is missing, and what stands there may be garbage.
            var kept = i == 0 ? wal.Length : random.Next(wal.Length);
            var torn = wal[..Math.Min(wal.Length, kept + 4096)];
            random.NextBytes(torn.AsSpan(kept));
            var copy = _directory.File($"torn{i}.db");
            File.Copy(empty, copy);
            File.WriteAllBytes(copy + "-wal", torn);

            using var after = SqliteEventLog.Open(copy);
            var appends = after.InputPosition;
            seen.Add(appends);
            Assert.Equal(records.Where((_, n) => n < appends * 3 && n % 3 == 0), ReadAll(after, 0));
            Assert.Equal(records.Where((_, n) => n < appends * 3 && n % 3 != 0), ReadAll(after, 1));
            Append(after, 0, records.Take(1), appends + 1);
            Assert.Equal(appends + 1, after.InputPosition);
        }

        Assert.Contains(40, seen);
        Assert.True(seen.Count > 10);
    }

    [Fact]
    public void Read_ChunkWhoseBytesAreNotRecords_IsCorrupt()
    {
        using var log = (SqliteEventLog)Create(1);
        Append(log, 0, TestRecords.Sequence(10, seed: 1));
        log.Execute("UPDATE chunks SET records = zeroblob(20)");

        var failure = Assert.Throws<StoreException>(() => log.Read(0, 0, 5, new LogBatch()));
        Assert.Equal(StoreFailure.Corrupt, failure.Failure);
        Assert.Contains(_path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ChunkMissing_IsCorrupt()
    {
        using var log = (SqliteEventLog)Create(1);
        for (var i = 0; i < 3; i++)
            Append(log, 0, TestRecords.Sequence(10, seed: i));
        log.Execute("DELETE FROM chunks WHERE first_offset = 10");

        var failure = Assert.Throws<StoreException>(() => ReadAll(log, 0));
        Assert.Equal(StoreFailure.Corrupt, failure.Failure);
    }

    [Fact]
    public void Append_ForALongTime_KeepsTheWriteAheadLogBounded()
    {
        using var log = Create(1);
        var batch = new AppendBatch(1);
        batch.Add(0, Enumerable.Repeat(TestRecords.Make(1, 0, new byte[1 << 20]), 8));
        var read = new LogBatch();
        for (var i = 0; i < 15; i++)
        {
            log.Append(batch, i + 1);
            Assert.True(log.Read(0, i * 8, 4, read));
        }

        Assert.InRange(new FileInfo(_path + "-wal").Length, 0, 40 << 20);
    }

    protected override IInputLog Create(int partitions) => SqliteEventLog.Create(_path, partitions);

    protected override IInputLog Reopen(IInputLog log)
    {
        log.Dispose();
        return SqliteEventLog.Open(_path);
    }

    protected override IInputLog Crash(IInputLog log) => SqliteEventLog.Open(_directory.Copy(_path));

    protected override void SetFull(IInputLog log, bool full) => ((SqliteEventLog)log).Execute(StoreDirectory.Limit(full));
}
