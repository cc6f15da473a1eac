// Numbers of the way of series to their server.
using MedAI.Streaming.Adapters.Influx;

namespace MedAI.Streaming.Host.Web.Metrics;

/// <summary>What was written, and what waits.</summary>
internal sealed class SeriesMetrics(InfluxSeriesStore store) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(MetricsText text)
    {
        var status = store.Status;
        text.Counter("medai_series_written_total", "Points and transitions that the time series server took, repeats included.");
        text.Sample(status.Written);
        text.Counter("medai_series_rejected_total", "Points that it will never take, those without a number among them.");
        text.Sample(status.Rejected);
        text.Counter("medai_series_dropped_total", "Points that waited on disk until there were too many or they were too old.");
        text.Sample(status.Dropped);
        text.Counter("medai_series_requests_total", "Requests with points.");
        text.Sample(status.Requests);
        text.Gauge("medai_series_waiting", "Points that wait on disk for the server.");
        text.Sample(status.Waiting);
        text.Gauge("medai_series_waiting_bytes", "Bytes on disk of points that wait.");
        text.Sample(status.WaitingBytes);
        text.Gauge("medai_series_waiting_seconds", "How long the oldest of them has waited.");
        text.Sample(status.WaitingFor.TotalSeconds);
    }
}
