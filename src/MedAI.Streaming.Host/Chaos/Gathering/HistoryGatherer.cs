// Gathers what outsiders see of a run that is over into one history.
using System.Security.Cryptography;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Host.Chaos.Checking;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Chaos.Gathering;

/// <summary>Gathers histories.</summary>
internal static class HistoryGatherer
{
    /// <summary>Reads journal, topics and stores, and decides the log again.</summary>
    /// <param name="fleet">The fleet, whose workers have ended; its broker still runs.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="law">The law of the fleet.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="FailureException">Something cannot be read.</exception>
    public static async Task<History> GatherAsync(ChaosFleet fleet, ChaosPlan plan, FlowLaw law, TimeProvider time)
    {
        List<LogRecord> log;
        List<PublishedAlert> alerts;
        List<DeadLetter> letters;
        using (var reader = new TopicReader(fleet.Options, plan.Partitions))
        {
            (log, alerts, letters) = (reader.Log(), reader.Alerts(), reader.DeadLetters());
        }

        var decided = await FaultFreeRun.DecideAsync(log, plan.Partitions, law, Path.Combine(plan.Folder, "faultfree"), time);
        var history = new History
        {
            Sent = FleetJournal.Read(fleet.JournalFile),
            Logged = [.. log.Where(record => record.Kind == RecordKind.Frame).Select(Frame)],
            Published = alerts,
            Expected = decided.Transitions,
            ExpectedPages = decided.Pages,
            DeadLetters = letters,
            ExpectedDeadLetters = decided.DeadLetters,
            Series = new Dictionary<PointKey, PointValue>(),
            ExpectedSeries = new Dictionary<PointKey, PointValue>(),
            SinkTransitions = [],
        };
        return fleet.SeriesUrl is { } url
            ? await WithServersSeriesAsync(history, decided, url, fleet.Database)
            : history with { Series = WorkersSeries(fleet, decided), ExpectedSeries = decided.Series.Values };
    }

    private static async Task<History> WithServersSeriesAsync(History history, Decided decided, Uri url, string database)
    {
        using var server = new InfluxQl(url, database);
        return history with
        {
            Series = await server.PointsAsync(),
            ExpectedSeries = decided.Series.Points,
            SinkTransitions = await server.TransitionsAsync(),
            SinkHoldsTransitions = true,
        };
    }

    private static LoggedFrame Frame(LogRecord record) =>
        FrameMessage.TryRead(record.Payload, out var frame, out _, out var detail)
            ? new LoggedFrame(
                record.Partition, record.Offset, new FrameId(frame.Device, frame.Epoch, frame.Sequence), frame.Patient, frame.EventTime,
                BitConverter.ToUInt64(SHA256.HashData(record.Payload)))
            : throw new FailureException($"The record {record.Partition}/{record.Offset} of the log is no frame: {detail}");

    // What each worker wrote into its own store; together that is all of it, and what two of them wrote is equal.
    private static Dictionary<PointKey, PointValue> WorkersSeries(ChaosFleet fleet, Decided decided)
    {
        var patients = decided.Series.Values.Keys.Select(key => key.Patient).ToHashSet(StringComparer.Ordinal);
        var points = new Dictionary<PointKey, PointValue>();
        foreach (var worker in fleet.Workers)
        {
            using var store = EdgeStore.Open(fleet.FolderOf(worker.Name), readOnly: true);
            foreach (var patient in patients)
            {
                foreach (var (series, point) in store.Series.Read(patient))
                {
                    points[SeriesByKey.KeyByValue(patient, series, in point)] = new PointValue(point.Value, point.Flags);
                }
            }
        }

        return points;
    }
}
