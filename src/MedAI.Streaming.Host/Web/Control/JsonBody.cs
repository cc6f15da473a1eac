// Reads the small JSON body of a request that changes something.
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MedAI.Streaming.Host.Web.Control;

/// <summary>Small JSON bodies.</summary>
internal static class JsonBody
{
    private const int MaxBytes = 64 << 10;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>Reads the body.</summary>
    /// <returns>
    /// Its value (an empty object where there is no body, which only a DELETE may do without), or what is wrong with it.
    /// </returns>
    public static async Task<(JsonElement Value, Problem? Problem)> ReadAsync(HttpRequest request, CancellationToken stop)
    {
        var bytes = new byte[MaxBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, stop);
        if (length > MaxBytes)
            return (default, new(413, "body_too_long", $"The body is longer than {MaxBytes} bytes."));
        if (length == 0 && !HttpMethods.IsDelete(request.Method))
            return (default, new(400, "empty_body", "Send a JSON object; {} is one with nothing in it."));
        if (length > 0 && !IsJson(request.ContentType))
            return (default, new(415, "media_type", "Set Content-Type to application/json, in UTF-8."));

        try
        {
            using var document = JsonDocument.Parse(length == 0 ? "{}"u8.ToArray() : bytes.AsMemory(0, length), Strict);
            RefuseBrokenText(document.RootElement);
            return (document.RootElement.Clone(), null);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // The second is how the runtime says that a text has half a surrogate pair, or is not UTF-8.
            return (default, new(400, "malformed", $"The body is not JSON: {broken.Message}"));
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    // Here, so that nothing behind it need expect a text that cannot be read.
    private static void RefuseBrokenText(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var entry in value.EnumerateArray())
                {
                    RefuseBrokenText(entry);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    _ = member.Name;
                    RefuseBrokenText(member.Value);
                }

                break;
        }
    }
}
