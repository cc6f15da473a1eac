// What every log must do; an implementation's tests inherit this class and say how a log is made, reopened and crashed.
using System.Buffers;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace MedAI.Streaming.TestKit.Contracts;

/// <summary>The contract of <see cref="IEventLog"/>.</summary>
/// <typeparam name="TLog">What the implementation is more than that.</typeparam>
public abstract class EventLogContract<TLog>
    where TLog : IEventLog
{
    /// <summary>A new log.</summary>
    protected abstract TLog Create(int partitions);

    /// <summary>Disposes a log and opens it again.</summary>
    protected abstract TLog Reopen(TLog log);

    /// <summary>What a new process finds after the old one was killed at this moment, without any tidying up.</summary>
    protected abstract TLog Crash(TLog log);

    [Fact]
    public void Create_New_IsEmpty()
    {
        using var log = Create(3);
        var read = new LogBatch();
        read.Add(5, 1);

        Assert.Equal(3, log.Partitions);
        for (var p = 0; p < 3; p++)
        {
            Assert.Equal(0, log.NextOffset(p));
            Assert.False(log.Read(p, 0, 10, read));
            Assert.Equal((0, 0), (read.Count, read.Length));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Append_ThenRead_GivesTheSameBytesPerPartition(int partitions)
    {
        using var log = Create(partitions);
        var written = Enumerable.Range(0, partitions).Select(p => TestRecords.Sequence(50 * p + 3, seed: p)).ToArray();
        var batch = new AppendBatch(partitions);
        for (var p = 0; p < partitions; p++)
            batch.Add(p, written[p]);

        log.Append(batch);

        for (var p = 0; p < partitions; p++)
        {
            Assert.Equal(written[p].Count, log.NextOffset(p));
            Assert.Equal(written[p], ReadAll(log, p));
        }
    }

    [Fact]
    public void Append_Again_OffsetsFollowOnAndTheBatchWasNotKept()
    {
        using var log = Create(2);
        var records = TestRecords.Sequence(30, seed: 1);
        var batch = new AppendBatch(2);
        for (var i = 0; i < records.Count; i += 3)
        {
            batch.Clear();
            batch.Add(1, records.Skip(i).Take(3));
            log.Append(batch);
        }

        batch.Clear();
        batch.Add(1, TestRecords.Sequence(30, seed: 2));
        Assert.Equal((0, 30), (log.NextOffset(0), log.NextOffset(1)));
        Assert.Equal(records, ReadAll(log, 1));
    }

    [Fact]
    public void Append_RecordsOfManySizes_RoundTrip()
    {
        using var log = Create(1);
        int[] sizes = [0, 1, 255 * 1024, 0, 256 * 1024, 1_000_000, 7, 0, 300_000];
        var records = sizes.Select((size, i) => TestRecords.Make((byte)i, i + 1, new byte[size])).ToList();
        Append(log, 0, records);

        Assert.Equal(records, ReadAll(log, 0));
        Assert.Equal(records, ReadAll(log, 0, maxRecords: 1));
    }

    [Fact]
    public void Append_ForOtherPartitions_IsRefused()
    {
        using var log = Create(2);

        Assert.Throws<ArgumentException>(() => log.Append(new AppendBatch(3)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Append_BytesThatAreNotTheRecordsCounted_LeavesNothing(int off)
    {
        using var log = Create(2);
        var batch = new AppendBatch(2);
        batch.Add(0, TestRecords.Sequence(5, seed: 1));
        batch.Add(1, TestRecords.Sequence(5, seed: 2));
        if (off > 0) batch.Added(1);
        else batch.Writer(1).Write("odd"u8);

        Assert.Throws<ArgumentException>(() => log.Append(batch));

        Assert.Equal((0, 0), (log.NextOffset(0), log.NextOffset(1)));
        Assert.False(log.Read(0, 0, 10, new LogBatch()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void Read_InSteps_RespectsTheLimitAndSkipsNothing(int maxRecords)
    {
        using var log = Create(2);
        var records = TestRecords.Sequence(4000, seed: 5);
        Append(log, 1, records.Take(3000));
        for (var i = 3000; i < 4000; i += 10)
            Append(log, 1, records.Skip(i).Take(10));

        Assert.Equal(records, ReadAll(log, 1, maxRecords));
    }

    [Fact]
    public void Read_FromAnyOffset_BeginsThere()
    {
        using var log = Create(1);
        var records = TestRecords.Sequence(3000, seed: 6, longestPayload: 400);
        Append(log, 0, records.Take(2500));
        Append(log, 0, records.Skip(2500).Take(1));
        Append(log, 0, records.Skip(2501));
        var random = new Random(7);
        var read = new LogBatch();
        for (var i = 0; i < 300; i++)
        {
            var from = random.Next(records.Count);
            Assert.True(log.Read(0, from, random.Next(1, 20), read));
            Assert.Equal(from, read.FirstOffset);
            Assert.Equal(records.Skip(from).Take(read.Count), TestRecords.Split(read));
        }
    }

    [Fact]
    public void Read_AtTheEnd_FindsNothingUntilThereIsSomething()
    {
        using var log = Create(1);
        Append(log, 0, TestRecords.Sequence(10, seed: 1));
        var read = new LogBatch();

        Assert.True(log.Read(0, 9, 10, read));
        Assert.False(log.Read(0, 10, 10, read));
        Assert.Equal(0, read.Count);
        Assert.False(log.Read(0, 1_000_000, 10, read));

        var more = TestRecords.Sequence(2, seed: 2);
        Append(log, 0, more);
        Assert.True(log.Read(0, 10, 10, read));
        Assert.Equal(more, TestRecords.Split(read));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_AfterDisposeOrCrash_HasEveryRecord(bool crash)
    {
        var log = Create(4);
        var first = TestRecords.Sequence(2000, seed: 8);
        var second = TestRecords.Sequence(100, seed: 9);
        Append(log, 2, first);

        using var again = crash ? Crash(log) : Reopen(log);
        Assert.Equal((4, 0, 2000), (again.Partitions, again.NextOffset(1), again.NextOffset(2)));
        Append(again, 2, second);

        Assert.Equal([.. first, .. second], ReadAll(again, 2));
        if (crash) log.Dispose();
    }

    [Fact]
    public async Task Read_WhileAnotherThreadAppends_SeesEveryRecordOnceAndWhole()
    {
        const int Rounds = 150;
        using var log = Create(2);
        var expected = new[] { TestRecords.Sequence(Rounds * 4, seed: 10), TestRecords.Sequence(Rounds * 4, seed: 11) };
        var stop = TestContext.Current.CancellationToken;
        var readers = Enumerable.Range(0, 2).Select(p => Task.Run(
            () =>
            {
                var seen = new List<byte[]>();
                var read = new LogBatch();
                while (seen.Count < expected[p].Count)
                {
                    stop.ThrowIfCancellationRequested();
                    if (log.Read(p, seen.Count, 1 + seen.Count % 9, read)) seen.AddRange(TestRecords.Split(read));
                    else Thread.Yield();
                }

                return seen;
            },
            stop)).ToArray();

        var batch = new AppendBatch(2);
        for (var round = 0; round < Rounds; round++)
        {
            batch.Clear();
            batch.Add(0, expected[0].Skip(round * 4).Take(4));
            batch.Add(1, expected[1].Skip(round * 4).Take(4));
            log.Append(batch);
        }

        for (var p = 0; p < 2; p++)
            Assert.Equal(expected[p], await readers[p]);
    }

    /// <summary>Appends records to one partition.</summary>
    protected static void Append(IEventLog log, int partition, IEnumerable<byte[]> records)
    {
        var batch = new AppendBatch(log.Partitions);
        batch.Add(partition, records);
        log.Append(batch);
    }

    /// <summary>Reads a partition from its beginning to its end and checks every batch on the way.</summary>
    protected static List<byte[]> ReadAll(IEventLog log, int partition, int maxRecords = 100)
    {
        var all = new List<byte[]>();
        var read = new LogBatch();
        while (log.Read(partition, all.Count, maxRecords, read))
        {
            Assert.Equal(all.Count, read.FirstOffset);
            Assert.InRange(read.Count, 1, maxRecords);
            all.AddRange(TestRecords.Split(read));
        }

        Assert.Equal(log.NextOffset(partition), all.Count);
        return all;
    }
}
