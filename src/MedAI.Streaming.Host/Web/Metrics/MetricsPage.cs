// The page of all metrics: each part of the service writes its own.
namespace MedAI.Streaming.Host.Web.Metrics;

/// <summary>Writes some metrics. Called by several at once.</summary>
internal interface IMetricSource
{
    /// <summary>Writes them as they are now.</summary>
    void Write(MetricsText text);
}

/// <summary>All metrics.</summary>
/// <param name="requests">Counts requests.</param>
/// <param name="sources">What else has numbers.</param>
internal sealed class MetricsPage(RequestMetrics requests, params IReadOnlyList<IMetricSource> sources)
{
    /// <summary>Counts requests.</summary>
    public RequestMetrics Requests => requests;

    /// <summary>The page as it is now.</summary>
    public string Write()
    {
        var text = new MetricsText();
        requests.Write(text);
        foreach (var source in sources)
        {
            source.Write(text);
        }

        return text.ToString();
    }
}
