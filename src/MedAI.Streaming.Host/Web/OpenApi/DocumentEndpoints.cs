// Tells a stranger what there is: the root of the interface, and its description.
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MedAI.Streaming.Host.Web.OpenApi;

/// <summary>The documents. They tell nothing about a patient, so anyone may have them.</summary>
internal sealed class DocumentEndpoints : IEndpointGroup
{
    private static readonly (string Name, string Path)[] Links =
    [
        ("openapi", "/v1/openapi.json"), ("ward", "/v1/ward"), ("alerts", "/v1/alerts"), ("alertStream", "/v1/alerts/stream"),
        ("deadLetters", "/v1/deadletters"), ("ready", "/health/ready"), ("metrics", "/metrics"),
    ];

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1", RootAsync).AllowAnyone();
        routes.MapGet("/v1/openapi.json", DocumentAsync).AllowAnyone();
    }

    private static Task RootAsync(HttpContext context) => WebJson.WriteAsync(context, 200, static json =>
    {
        json.WriteStartObject();
        json.WriteString("name", "medai");
        json.WriteString("version", MedaiVersion.Text);
        json.WriteString("notice", Notice.SecondaryMonitor);
        json.WriteStartObject("links");
        foreach (var (name, path) in Links)
        {
            json.WriteString(name, path);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static async Task DocumentAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await context.Response.BodyWriter.WriteAsync(ApiDocument.Json, context.RequestAborted);
    }
}
