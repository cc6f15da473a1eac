// A recording in a log of its own is the same records as in a store; logs that would spoil it are refused.
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Host.Send;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Logs;
using Xunit;

namespace Acceptance.Tests.Send;

public sealed class KafkaFeedTests
{
    private static readonly MonitorSettings Settings = new();

    [Fact]
    public async Task RunAsync_ARecording_AppendsWhatAStoreWouldHold()
    {
        var elements = FaultyFleet.Generate(3).Elements;
        using var ofStore = new InMemoryEventLog(3);
        await new LogFeeder(new LogAppender(ofStore), TimeProvider.System, Settings).FeedAsync(elements, 0, TestContext.Current.CancellationToken);
        using var log = new InMemoryEventLog(3);

        var outcome = await new KafkaFeed(log, Settings, TimeProvider.System).RunAsync(elements, 0, TestContext.Current.CancellationToken);

        Assert.Equal(Records(ofStore), Records(log));
        var frames = elements.OfType<FrameElement>().ToList();
        Assert.Equal(
            new KafkaFeedOutcome(true, frames.Count, elements.Count - frames.Count, frames.DistinctBy(f => (f.Patient, f.Device)).Count()), outcome);
    }

    [Fact]
    public async Task RunAsync_ALogThatHoldsSomething_IsRefused()
    {
        using var log = new InMemoryEventLog(2);
        new LogAppender(log).AppendClocks([1], 5);

        var refused = await Assert.ThrowsAsync<FailureException>(
            () => new KafkaFeed(log, Settings, TimeProvider.System).RunAsync(FaultyFleet.Generate(3).Elements, 0, TestContext.Current.CancellationToken));

        Assert.Contains("holds records already", refused.Message, StringComparison.Ordinal);
        Assert.Single(Records(log));
    }

    [Theory]
    [InlineData(1_000_000_000_000)]
    [InlineData(-1_000_000_000_000)]
    public async Task RunAsync_ALogThatStampsArrivalTimes_IsRefused(long shift)
    {
        using var log = new Stamping(new InMemoryEventLog(2), shift);

        var refused = await Assert.ThrowsAsync<FailureException>(
            () => new KafkaFeed(log, Settings, TimeProvider.System).RunAsync(FaultyFleet.Generate(3).Elements, 0, TestContext.Current.CancellationToken));

        Assert.Contains("message.timestamp.type", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_Interrupted_IsNotWhole()
    {
        using var log = new InMemoryEventLog(2);

        var outcome = await new KafkaFeed(log, Settings, TimeProvider.System).RunAsync(
            FaultyFleet.Generate(3).Elements, 0, new CancellationToken(canceled: true));

        Assert.False(outcome.Finished);
        Assert.DoesNotContain(LoggedFrames.Records(log), record => record.Kind == RecordKind.Clock);
    }

    private static IEnumerable<string> Records(IEventLog log) =>
        LoggedFrames.Records(log).Select(r => $"{r.Partition} {r.Offset} {r.Kind} {r.ArrivalTime} {Convert.ToHexString(r.Payload)}");

    // As a topic with LogAppendTime is.
    private sealed class Stamping(InMemoryEventLog inner, long shift) : IEventLog
    {
        public int Partitions => inner.Partitions;

        public long NextOffset(int partition) => inner.NextOffset(partition);

        public void Append(AppendBatch batch) => inner.Append(batch);

        public bool Read(int partition, long fromOffset, int maxRecords, LogBatch into)
        {
            if (!inner.Read(partition, fromOffset, maxRecords, into))
                return false;

            var records = into.Records.ToArray();
            var count = into.Count;
            BitConverter.TryWriteBytes(records.AsSpan(1), BitConverter.ToInt64(records, 1) + shift);
            into.Reset(fromOffset);
            records.CopyTo(into.Add(records.Length, count));
            return true;
        }

        public void Dispose() => inner.Dispose();
    }
}
