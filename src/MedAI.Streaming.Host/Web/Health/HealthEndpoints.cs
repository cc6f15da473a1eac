// Says to whoever watches the service whether it lives, whether it is ready, and in numbers how it does.
using MedAI.Streaming.Host.Web.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MedAI.Streaming.Host.Web.Health;

/// <summary>Health and metrics. Neither tells anything about a patient or about the inside of the machine.</summary>
/// <param name="health">The parts.</param>
/// <param name="metrics">The numbers.</param>
/// <param name="metricsNeedKey">Whether metrics are only for callers with the scope read.</param>
internal sealed class HealthEndpoints(ServiceHealth health, MetricsPage metrics, bool metricsNeedKey) : IEndpointGroup, IRequestWatcher
{
    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", LiveAsync).AllowAnyone();
        routes.MapGet("/health/ready", ReadyAsync).AllowAnyone();
        var page = routes.MapGet("/metrics", MetricsAsync);
        _ = metricsNeedKey ? page.RequireScope(Scopes.Read) : page.AllowAnyone();
    }

    /// <inheritdoc/>
    public void Handled(HttpContext context) => metrics.Requests.Handled(context);

    private static Task LiveAsync(HttpContext context) => WebJson.WriteAsync(context, 200, static json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("isLive", true);
        json.WriteEndObject();
    });

    private Task ReadyAsync(HttpContext context)
    {
        var parts = health.Look();
        var isReady = parts.All(part => part.Trouble is not { Hinders: true });
        return WebJson.WriteAsync(context, isReady ? 200 : 503, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("isReady", isReady);
            json.WriteStartArray("parts");
            foreach (var (part, trouble) in parts)
            {
                json.WriteStartObject();
                json.WriteString("part", part);
                json.WriteBoolean("isReady", trouble is not { Hinders: true });
                if (trouble is null)
                    json.WriteNull("reason");
                else
                    json.WriteString("reason", trouble.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private async Task MetricsAsync(HttpContext context)
    {
        context.Response.ContentType = MetricsText.MediaType;
        await context.Response.WriteAsync(metrics.Write(), context.RequestAborted);
    }
}
