// Numbers of the log as every process knows it, whatever it does.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Metrics;

/// <summary>What there is to work on; what is worked on is <c>medai_partitions_owned</c> of those who do.</summary>
/// <param name="log">The log.</param>
internal sealed class LogMetrics(IEventLog log) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(MetricsText text)
    {
        text.Gauge("medai_partitions", "Partitions of the log, whoever works on them.");
        text.Sample(log.Partitions);
    }
}
