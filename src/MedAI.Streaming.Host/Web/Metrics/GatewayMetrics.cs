// Numbers of the door for live input.
using MedAI.Streaming.Pipeline;

namespace MedAI.Streaming.Host.Web.Metrics;

/// <summary>What went through the gateway.</summary>
internal sealed class GatewayMetrics(LogGateway gateway) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(MetricsText text)
    {
        text.Counter("medai_gateway_appended_total", "Elements (frames, control records, refused input) that became durable in the log.");
        text.Sample(gateway.Appended);
        text.Gauge("medai_gateway_waiting", "Elements that wait to become durable.");
        text.Sample(gateway.Waits);
        text.Counter("medai_gateway_turned_away_total", "Elements that were turned away because too many waited or lagged behind.");
        text.Sample(gateway.TurnedAway);
    }
}
