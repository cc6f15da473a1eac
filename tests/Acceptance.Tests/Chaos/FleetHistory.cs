// The history of a simulated fleet, as the checker of histories takes it.
using MedAI.Streaming.Host.Chaos.Checking;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.Logs;
using MedAI.Streaming.TestKit.Worlds;
using MedAI.Streaming.TestKit.Worlds.Fleet;
using Proto = MedAI.Schemas.V1;

namespace Acceptance.Tests.Chaos;

/// <summary>Makes histories.</summary>
internal static class FleetHistory
{
    /// <summary>What a fleet left behind, and what one process decides over its log.</summary>
    /// <remarks>A key of which the log itself says two things is left out of the series: either may be kept.</remarks>
    public static History Of(FleetResult fleet, Decided plain)
    {
        var contested = plain.Series.Where(p => p.Count() > 1).Select(p => p.Key).ToHashSet();
        return new History
        {
            Sent = [.. fleet.Sent.Select(s => new SentFrame(
                new(s.Frame.Device, s.Frame.Epoch, s.Frame.Sequence), s.Frame.Patient, s.Frame.EventTime, "", 1,
                s.Acknowledged ? SentOutcome.Acknowledged : SentOutcome.Undelivered))],
            Logged = [.. LoggedFrames.Records(fleet.Log).Where(r => r.Kind == RecordKind.Frame).Select(r => Logged(r.Partition, r.Offset, r.Payload))],
            Published = [.. fleet.Alerts.Select(a => new PublishedAlert(
                a.Partition, a.Offset, a.Message.Id, a.Message.Transition, a.Message.PageDelayMs))],
            Expected = plain.Transitions,
            ExpectedPages = plain.Pages,
            DeadLetters = fleet.DeadLetters,
            ExpectedDeadLetters = [.. plain.DeadLetters],
            Series = Points(fleet.Series.Where(p => !contested.Contains(p.Key))),
            ExpectedSeries = Points(plain.Series.Where(p => !contested.Contains(p.Key)).Select(p => KeyValuePair.Create(p.Key, p.Single()))),
            SinkTransitions = fleet.Marks,
            SinkHoldsTransitions = true,
        };
    }

    private static LoggedFrame Logged(int partition, long offset, byte[] payload)
    {
        var frame = Proto.Frame.Parser.ParseFrom(payload);
        return new(partition, offset, new(frame.Device, frame.Epoch, frame.Sequence), frame.Patient, frame.EventTimeMs);
    }

    private static Dictionary<PointKey, PointValue> Points(IEnumerable<KeyValuePair<SeriesKey, SeriesValue>> points) => points.ToDictionary(
        p => new PointKey(p.Key.Patient, p.Key.Series, p.Key.Device, p.Key.EventTime, p.Key.Apart), p => new PointValue(p.Value.Value, p.Value.Flags));
}
