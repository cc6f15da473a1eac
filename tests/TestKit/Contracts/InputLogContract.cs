// What a log that keeps the position of a recorded input must do beyond what every log does.
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace MedAI.Streaming.TestKit.Contracts;

/// <summary>The contract of <see cref="IInputLog"/>.</summary>
public abstract class InputLogContract : EventLogContract<IInputLog>
{
    /// <summary>Lets the log's device be full (an append of 1 MiB does not fit), or gives it space again.</summary>
    protected abstract void SetFull(IInputLog log, bool full);

    [Fact]
    public void InputPosition_AppendedWithRecords_IsKeptWithThem()
    {
        using var log = Create(2);
        Assert.Equal(0, log.InputPosition);
        var batch = new AppendBatch(2);
        batch.Add(1, TestRecords.Sequence(5, seed: 1));

        log.Append(batch, 77);

        Assert.Equal((77, 5), (log.InputPosition, log.NextOffset(1)));
        Assert.Throws<ArgumentException>(() => log.Append(new AppendBatch(3), 78));
        batch.Added(1);
        Assert.Throws<ArgumentException>(() => log.Append(batch, 79));
        Assert.Equal((77, 5), (log.InputPosition, log.NextOffset(1)));
        using var again = Crash(log);
        Assert.Equal((77, 5), (again.InputPosition, again.NextOffset(1)));
    }

    [Fact]
    public void InputPosition_AppendWithoutOne_StaysWhereItWas()
    {
        using var log = Create(1);
        Append(log, 0, TestRecords.Sequence(5, seed: 1), 5);

        Append(log, 0, TestRecords.Sequence(5, seed: 2));

        Assert.Equal((5, 10), (log.InputPosition, log.NextOffset(0)));
    }

    [Fact]
    public void Append_Nothing_MovesOnlyTheInputPosition()
    {
        using var log = Create(2);

        log.Append(new AppendBatch(2), 42);

        Assert.Equal(42, log.InputPosition);
        Assert.Equal(0, log.NextOffset(0));
        using var again = Crash(log);
        Assert.Equal(42, again.InputPosition);
    }

    [Fact]
    public void Append_WithoutSpace_LeavesNothingAndWorksLater()
    {
        using var log = Create(2);
        var before = TestRecords.Sequence(20, seed: 1);
        Append(log, 0, before, 20);
        var batch = new AppendBatch(2);
        batch.Add(0, TestRecords.Sequence(10, seed: 2));
        batch.Add(1, TestRecords.Sequence(1000, seed: 3, longestPayload: 4000));

        SetFull(log, true);
        var failure = Assert.Throws<StoreException>(() => log.Append(batch, 1020));

        Assert.Equal(StoreFailure.DiskFull, failure.Failure);
        Assert.Equal((20, 20, 0), (log.InputPosition, log.NextOffset(0), log.NextOffset(1)));
        Assert.Equal(before, ReadAll(log, 0));
        Assert.False(log.Read(0, 20, 10, new LogBatch()));
        using (var crashed = Crash(log))
        {
            Assert.Equal((20, 20, 0), (crashed.InputPosition, crashed.NextOffset(0), crashed.NextOffset(1)));
            Assert.Equal(before, ReadAll(crashed, 0));
        }

        SetFull(log, false);
        log.Append(batch, 1030);
        Assert.Equal((1030, 30, 1000), (log.InputPosition, log.NextOffset(0), log.NextOffset(1)));
        Assert.Equal([.. before, .. TestRecords.Sequence(10, seed: 2)], ReadAll(log, 0));
    }

    /// <summary>Appends records to one partition and moves the input position.</summary>
    protected static void Append(IInputLog log, int partition, IEnumerable<byte[]> records, long inputPosition)
    {
        var batch = new AppendBatch(log.Partitions);
        batch.Add(partition, records);
        log.Append(batch, inputPosition);
    }
}
