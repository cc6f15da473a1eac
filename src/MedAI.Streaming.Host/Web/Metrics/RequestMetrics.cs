// Counts requests by method, route and status.
using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MedAI.Streaming.Host.Web.Metrics;

/// <summary>How many requests there were. Routes are those of the endpoints, so that nobody can make new ones by asking.</summary>
internal sealed class RequestMetrics : IRequestWatcher, IMetricSource
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];
    private readonly ConcurrentDictionary<(string Method, string Route, int Status), long> _counts = new();

    /// <inheritdoc/>
    public void Handled(HttpContext context)
    {
        var method = Array.Find(Methods, known => known == context.Request.Method) ?? "other";
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none";
        _counts.AddOrUpdate((method, route, context.Response.StatusCode), 1, static (_, count) => count + 1);
    }

    /// <inheritdoc/>
    public void Write(MetricsText text)
    {
        text.Counter("medai_http_requests_total", "Requests that were answered, by method, route and status.");
        foreach (var (key, count) in _counts.OrderBy(entry => entry.Key))
        {
            text.Sample(
                count, ("method", key.Method), ("route", key.Route), ("status", key.Status.ToString(CultureInfo.InvariantCulture)));
        }
    }
}
