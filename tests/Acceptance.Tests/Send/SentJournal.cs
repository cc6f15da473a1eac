// The independent checker: a journal of what was sent against the log of whoever took it, each read without the sender's own code.
using System.Globalization;
using System.Runtime.InteropServices;
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
        var sent = Frames.ToDictionary(frame => frame.Id);
        var copies = new Dictionary<(string, ulong, ulong), int>(sent.Count);
        foreach (var logged in FramesOf(log))
        {
            var id = (logged.Device, logged.Epoch, logged.Sequence);
            if (!sent.TryGetValue(id, out var frame))
                Assert.Fail($"{id} is in the log and was never sent");
            if (frame.Outcome is not ("acknowledged" or "undelivered") || frame.Faults.Contains("truncated"))
                Assert.Fail($"{frame} is in the log");
            if (++CollectionsMarshal.GetValueRefOrAddDefault(copies, id, out _) > frame.Sent)
                Assert.Fail($"{frame} is in the log more often than it was sent");
            if ((frame.Patient, frame.Time) != (logged.Patient, logged.EventTimeMs))
                Assert.Fail($"{frame} is in the log as {logged}");
        }

        Assert.DoesNotContain(Frames, frame =>
            frame.Outcome == "acknowledged" && !frame.Faults.Contains("truncated") && !copies.ContainsKey(frame.Id));
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

    // By the schemas' own generated code, batch by batch: a long run's log does not fit into memory as objects.
    private static IEnumerable<Frame> FramesOf(IEventLog log)
    {
        var batch = new LogBatch();
        for (var p = 0; p < log.Partitions; p++)
        {
            for (long next = 0; log.Read(p, next, 4096, batch); next = batch.FirstOffset + batch.Count)
            {
                var records = batch.Records.ToArray();
                for (var at = 0; at < records.Length; at += RecordFraming.RecordLength(records.AsSpan(at)))
                {
                    if ((RecordKind)records[at] == RecordKind.Frame
                        && Readable(records.AsSpan(at, RecordFraming.RecordLength(records.AsSpan(at)))[RecordFraming.HeaderSize..]) is { } frame)
                        yield return frame;
                }
            }
        }
    }

    private static Frame? Readable(ReadOnlySpan<byte> payload)
    {
        try
        {
            return Frame.Parser.ParseFrom(payload);
        }
        catch (Google.Protobuf.InvalidProtocolBufferException)
        {
            // It is in the log, and it is no frame.
            return null;
        }
    }
}
