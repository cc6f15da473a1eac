// Numbers of what was decided and of those who listen to it.
using MedAI.Streaming.Host.Web.Reading;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Metrics;

/// <summary>Transitions, pages and streams.</summary>
internal sealed class AlertMetrics(IAlertHistory history, WardPicture picture, AlertStreams streams) : IMetricSource
{
    // Counting reads them, so there is an end to it: who owes more than this owes too many anyway.
    private const int MostPages = 1000;

    /// <inheritdoc/>
    public void Write(MetricsText text)
    {
        text.Counter("medai_transitions_total", "Changes of alert episodes that this process decided since it started.");
        foreach (var (kind, priority, count) in picture.Transitions())
        {
            text.Sample(count, ("kind", EnumWord.Of(kind)), ("priority", EnumWord.Of(priority)));
        }

        text.Gauge("medai_pages_owed", $"Pages that are not marked sent; at most {MostPages} are counted.");
        if (PagesOwed() is { } owed)
            text.Sample(owed);
        text.Gauge("medai_sse_clients", "Clients that listen to the stream of alerts.");
        text.Sample(streams.Clients);
        text.Counter("medai_sse_events_total", "Events sent to clients that listen, counted for each of them.");
        text.Sample(streams.Sent);
    }

    private int? PagesOwed()
    {
        try
        {
            return history.UnsentPages(MostPages).Count;
        }
        catch (StoreException)
        {
            // Whoever reads metrics sees a gap; the program's notes and /health/ready say why.
            return null;
        }
    }
}
