// The one form in which the web service says that something is wrong: application/problem+json (RFC 9457).
using System.Text.Json;
using MedAI.Streaming.Host.Web.Inference;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace MedAI.Streaming.Host.Web;

/// <summary>A problem as it is told to a caller. Every one also carries <c>requestId</c>, by which the notes of the program name it.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Code">A word in lower snake case for programs; it never changes its meaning.</param>
/// <param name="Detail">What is wrong and what to do, as sentences for a person.</param>
internal sealed record Problem(int Status, string Code, string Detail)
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>By field: what is wrong with it. Left out where it is null.</summary>
    public IReadOnlyDictionary<string, string>? Errors { get; init; }

    /// <summary>When to come again; null: to come again is no use.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Writes members of its own.</summary>
    public Action<Utf8JsonWriter>? More { get; init; }

    /// <summary>Answers with it.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentType = MediaType;
        if (RetryAfter is { } wait)
        {
            // Whole seconds, and never 0: that would mean at once.
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString("0");
        }

        await using (var writer = new Utf8JsonWriter(response.BodyWriter, WebJson.Style))
        {
            Write(writer, context.TraceIdentifier, context.Request.Path.StartsWithSegments(InferenceEndpoints.Root));
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    // Clients of the Open Inference Protocol look for "error".
    private void Write(Utf8JsonWriter writer, string requestId, bool isProtocol)
    {
        writer.WriteStartObject();
        writer.WriteString("title", ReasonPhrases.GetReasonPhrase(Status));
        writer.WriteNumber("status", Status);
        writer.WriteString("code", Code);
        writer.WriteString("detail", Detail);
        writer.WriteString("requestId", requestId);
        if (isProtocol)
            writer.WriteString("error", Detail);
        if (Errors is not null)
        {
            writer.WriteStartObject("errors");
            foreach (var (field, text) in Errors)
            {
                writer.WriteString(field, text);
            }

            writer.WriteEndObject();
        }

        More?.Invoke(writer);
        writer.WriteEndObject();
    }
}
