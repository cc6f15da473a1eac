// The independent checker: a journal of what was sent against the log of whoever took it, each read without the sender's own code.
using System.Globalization;
using MedAI.Schemas.V1;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.Logs;
using Xunit;

namespace Acceptance.Tests.Send;

/// <summary>A line of a journal.</summary>
internal sealed record SentFrame(
    string Device, ulong Epoch, ulong Sequence, string Patient, long Time, string[] Faults, int Sent, string Outcome, string Reason)
{
    public (string, ulong, ulong) Id => (Device, Epoch, Sequence);
}

/// <summary>A journal.</summary>
internal sealed class SentJournal
{
    private SentJournal(IReadOnlyList<SentFrame> frames) => Frames = frames;

    public IReadOnlyList<SentFrame> Frames { get; }

    public static SentJournal Read(string file)
    {
        var lines = File.ReadAllLines(file);
        Assert.Equal("device\tepoch\tsequence\tpatient\ttime\tfault\tsent\toutcome\treason", lines[0]);
        return new SentJournal([.. lines.Skip(1).Select(line => line.Split('\t')).Select(cell => new SentFrame(
            cell[0], ulong.Parse(cell[1], CultureInfo.InvariantCulture), ulong.Parse(cell[2], CultureInfo.InvariantCulture), cell[3],
            long.Parse(cell[4], CultureInfo.InvariantCulture), cell[5].Split('+'), int.Parse(cell[6], CultureInfo.InvariantCulture), cell[7],
            Assert.Single(cell[8..])))]);
    }

    public int Count(string outcome) => Frames.Count(frame => frame.Outcome == outcome);

    /// <summary>
    /// Proves that what was acknowledged is in the log, as it was sent, and that nothing is in the log that was not sent or was refused.
    /// A broker acknowledges also what nobody can read: that lies in the log and is no frame.
    /// </summary>
    public void AssertAgreesWith(IEventLog log)
    {
        var logged = LoggedFrames.Records(log).Select(Readable).OfType<Frame>().ToLookup(frame => (frame.Device, frame.Epoch, frame.Sequence));
        Assert.Equal(Frames.Count, Frames.Select(frame => frame.Id).Distinct().Count());
        foreach (var frame in Frames)
        {
            var copies = logged[frame.Id].ToArray();
            var isThere = copies.Length > 0;
            var isReadable = !frame.Faults.Contains("truncated");
            Assert.True(isThere || frame.Outcome != "acknowledged" || !isReadable, $"{frame} is acknowledged and not in the log");
            Assert.True(!isThere || (isReadable && frame.Outcome is "acknowledged" or "undelivered"), $"{frame} is in the log");
            Assert.True(copies.Length <= frame.Sent, $"{frame} is in the log {copies.Length} times");
            Assert.All(copies, copy => Assert.Equal((frame.Patient, frame.Time), (copy.Patient, copy.EventTimeMs)));
        }

        var sent = Frames.Select(frame => frame.Id).ToHashSet();
        Assert.Empty(logged.Where(frame => !sent.Contains(frame.Key)).Select(frame => frame.Key));
    }

    /// <inheritdoc cref="AssertAgreesWith"/>
    public void AssertAgreesWithLogOf(string store)
    {
        using var opened = EdgeStore.Open(store, readOnly: true);
        AssertAgreesWith(opened.Log);
    }

    /// <summary>Of each device: the first copies of its frames in the log, in the order of the log.</summary>
    public static IEnumerable<IGrouping<string, Frame>> FirstCopiesByDevice(string store)
    {
        using var opened = EdgeStore.Open(store, readOnly: true);
        return [.. LoggedFrames.Of(opened.Log).DistinctBy(frame => (frame.Device, frame.Epoch, frame.Sequence)).GroupBy(frame => frame.Device)];
    }

    private static Frame? Readable((int Partition, long Offset, RecordKind Kind, long ArrivalTime, byte[] Payload) record)
    {
        try
        {
            return record.Kind == RecordKind.Frame ? Frame.Parser.ParseFrom(record.Payload) : null;
        }
        catch (Google.Protobuf.InvalidProtocolBufferException)
        {
            // It is in the log, and it is no frame.
            return null;
        }
    }
}
