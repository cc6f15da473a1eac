// Numbers of a worker's membership in the consumer group.
using MedAI.Streaming.Adapters.Kafka;

namespace MedAI.Streaming.Host.Web.Metrics;

/// <summary>How the group spreads partitions, as this worker sees it; what it works on is <c>medai_partitions_owned</c>.</summary>
internal sealed class GroupMetrics(KafkaPartitionGroup group) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(MetricsText text)
    {
        text.Counter("medai_group_rebalances_total", "How often the group gave this worker partitions or took some away.");
        text.Sample(group.Rebalances);
        text.Counter(
            "medai_group_partitions_lost_total",
            "Partitions that others had before this worker could give them up: it was silent for too long, or was fenced.");
        text.Sample(group.PartitionsLost);
        text.Gauge("medai_group_partitions_untaken", "Partitions that are this worker's and are not being worked on yet.");
        text.Sample(group.Untaken);
    }
}
