// A client of the stream of alerts that reads it as the standard of server-sent events says.
using System.Text.Json;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

/// <summary>What came: a comment, or an event. An id alone moves the place and is no event.</summary>
internal sealed record Heard(string? Comment, string? Event, string? Data)
{
    public JsonElement Json => JsonDocument.Parse(Data!).RootElement.Clone();
}

internal sealed class AlertListener(HttpResponseMessage response, StreamReader lines) : IDisposable
{
    /// <summary>The last id that came, as a browser keeps it.</summary>
    public string LastEventId { get; private set; } = "";

    public HttpResponseMessage Response => response;

    public static async Task<AlertListener> OpenAsync(HttpClient client, string path, string? lastEventId = null, string? token = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode}");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.ToString());
        return new AlertListener(response, new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>The next comment or event, or null at the end of the stream.</summary>
    public async Task<Heard?> NextAsync()
    {
        string? name = null, data = null, id = null;
        while (await lines.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith(':'))
                return new Heard(line[1..].Trim(), null, null);
            if (line.Length > 0)
            {
                var (field, value) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 2)..]);
                Assert.Contains(field, (string[])["id", "event", "data", "retry"]);
                (id, name, data) = field switch
                {
                    "id" => (value, name, data),
                    "event" => (id, value, data),
                    "data" => (id, name, data is null ? value : $"{data}\n{value}"),
                    _ => (id, name, data),
                };
                continue;
            }

            LastEventId = id ?? LastEventId;
            if (data is not null)
                return new Heard(null, name, data);
            (name, id) = (null, null);
        }

        return null;
    }

    /// <summary>The next event; comments are passed over.</summary>
    public async Task<JsonElement> NextAlertAsync()
    {
        while (await NextAsync() is { } heard)
        {
            if (heard.Event is not null)
            {
                Assert.Equal("transition", heard.Event);
                return heard.Json;
            }
        }

        throw new InvalidOperationException("The stream ended.");
    }

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }
}
