// Numbers of what /health/ready says, so that whoever keeps metrics also sees when and why a process was not ready.
using MedAI.Streaming.Host.Web.Health;

namespace MedAI.Streaming.Host.Web.Metrics;

/// <summary>Whether each part does its work.</summary>
/// <param name="health">The parts.</param>
internal sealed class HealthMetrics(ServiceHealth health) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(MetricsText text)
    {
        text.Gauge("medai_part_ready", "1: the part does its work, or the service does it without; 0: /health/ready says why not.");
        foreach (var (part, trouble) in health.Glance())
        {
            text.Sample(trouble is { Hinders: true } ? 0 : 1, ("part", part));
        }
    }
}
