// Numbers of the flows: what came in and what became of it, how far behind they are, and whether they go on.
using System.Globalization;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Metrics;

/// <summary>Numbers of the partitions that this process works on.</summary>
/// <param name="flows">The flows.</param>
/// <param name="clock">The partitions' clock; null: this process writes no clock records.</param>
internal sealed class FlowMetrics(FlowSupervisor flows, PartitionClock? clock) : IMetricSource
{
    // A flow that goes back to its last checkpoint counts again what it counted since; a counter must not go back with it.
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Family, int Partition, string Of), long> _highest = [];

    /// <inheritdoc/>
    public void Write(MetricsText text)
    {
        lock (_lock)
        {
            var status = flows.Status;
            WriteCounts(text, status);
            WriteHealth(text, status);
            WriteSeries(text, status);
        }
    }

    private void WriteCounts(MetricsText text, IReadOnlyList<FlowStatus> status)
    {
        Count(text, status, "medai_frames_total", "Frames that were read from the log, repeats included.", t => t.Frames);
        text.Counter("medai_readings_total", "Readings by what became of them; together they are all that arrived.");
        foreach (var (partition, totals) in Counted(status))
        {
            Sample(text, "medai_readings_total", partition, "outcome", "accepted", totals.Accepted);
            Sample(text, "medai_readings_total", partition, "outcome", "late", totals.Late);
            Sample(text, "medai_readings_total", partition, "outcome", "duplicate", totals.Duplicate);
            Sample(text, "medai_readings_total", partition, "outcome", "rejected", totals.Rejected);
        }

        text.Counter("medai_readings_rejected_total", "Rejected readings by reason; dead letters say more.");
        foreach (var (partition, totals) in Counted(status))
        {
            foreach (var (reason, count) in totals.RejectedByReason)
            {
                Sample(text, "medai_readings_rejected_total", partition, "reason", reason, count);
            }
        }

        Count(text, status, "medai_model_scores_total", "Instants that the model scored.", t => t.Scores);
        text.Gauge("medai_patients", "Patients with at least one record.");
        foreach (var (partition, totals) in Counted(status))
        {
            text.Sample(totals.Patients, ("partition", Text(partition)));
        }
    }

    private void WriteHealth(MetricsText text, IReadOnlyList<FlowStatus> status)
    {
        text.Gauge("medai_partitions_owned", "Partitions that this process works on.");
        text.Sample(status.Count);
        text.Gauge("medai_applied_offset", "Offset in the log of the next record to apply.");
        foreach (var flow in status)
        {
            text.Sample(flow.NextOffset, ("partition", Text(flow.Partition)));
        }

        text.Gauge("medai_lag_records", "Records in the log that are not yet applied, as of the last fetch; left out where nothing was fetched yet.");
        foreach (var (partition, lag) in Lags())
        {
            if (lag is { } records)
                text.Sample(records, ("partition", Text(partition)));
        }

        text.Counter("medai_checkpointed_patients_total", "Patients whose state was checkpointed, each as often as it was.");
        foreach (var flow in status)
        {
            text.Sample(flow.Checkpointed.Patients, ("partition", Text(flow.Partition)));
        }

        text.Counter("medai_checkpoint_bytes_total", "Bytes of state in checkpoints, before they are packed.");
        foreach (var flow in status)
        {
            text.Sample(flow.Checkpointed.Bytes, ("partition", Text(flow.Partition)));
        }

        text.Gauge("medai_flow_trouble", "1: the partition cannot go on at present.");
        foreach (var flow in status)
        {
            text.Sample(flow.Trouble is null ? 0 : 1, ("partition", Text(flow.Partition)));
        }

        if (clock is not null)
        {
            text.Gauge("medai_clock_trouble", "1: clock records cannot be appended, so that silence is not noticed.");
            text.Sample(clock.Trouble is null ? 0 : 1);
        }
    }

    private static void WriteSeries(MetricsText text, IReadOnlyList<FlowStatus> status)
    {
        text.Gauge("medai_flow_series_trouble", "1: series of the partition cannot be written at present; its alarms go on.");
        foreach (var flow in status)
        {
            text.Sample(flow.SeriesTrouble is null ? 0 : 1, ("partition", Text(flow.Partition)));
        }

        text.Counter(
            "medai_flow_points_dropped_total",
            "Points that did not fit into memory while series could not be written; those that no checkpoint covers are made again from the log.");
        foreach (var flow in status)
        {
            text.Sample(flow.PointsDropped, ("partition", Text(flow.Partition)));
        }
    }

    // Whoever reads metrics must not wait for a broker.
    private IReadOnlyList<(int Partition, long? Records)> Lags()
    {
        try
        {
            return flows.KnownLags;
        }
        catch (StoreException)
        {
            // Whoever reads metrics sees a gap; /health/ready says why.
            return [];
        }
    }

    private void Count(MetricsText text, IReadOnlyList<FlowStatus> status, string name, string help, Func<FlowTotals, long> count)
    {
        text.Counter(name, help);
        foreach (var (partition, totals) in Counted(status))
        {
            text.Sample(Highest(name, partition, "", count(totals)), ("partition", Text(partition)));
        }
    }

    private void Sample(MetricsText text, string family, int partition, string label, string of, long count) =>
        text.Sample(Highest(family, partition, of, count), ("partition", Text(partition)), (label, of));

    private long Highest(string family, int partition, string of, long count)
    {
        var highest = Math.Max(count, _highest.GetValueOrDefault((family, partition, of)));
        _highest[(family, partition, of)] = highest;
        return highest;
    }

    private static IEnumerable<(int Partition, FlowTotals Totals)> Counted(IReadOnlyList<FlowStatus> status) =>
        status.Where(flow => flow.Totals is not null).Select(flow => (flow.Partition, flow.Totals!));

    private static string Text(int partition) => partition.ToString(CultureInfo.InvariantCulture);
}
