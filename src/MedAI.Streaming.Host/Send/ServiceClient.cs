// Speaks HTTP with a service: key, timeouts, and answers read to their end; refuses to go on where that is no use.
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using MedAI.Streaming.Host.Commands;

namespace MedAI.Streaming.Host.Send;

/// <summary>An answer of a service.</summary>
/// <param name="Status">The status; 0 where there was no answer.</param>
/// <param name="Body">The body, if it is JSON.</param>
/// <param name="RetryAfter">When to come again, if it says so.</param>
/// <param name="Detail">What is wrong, in words; empty where nothing is.</param>
internal sealed record ServiceAnswer(HttpStatusCode Status, JsonElement Body, TimeSpan? RetryAfter, string Detail)
{
    /// <summary>Whether it did what it was asked to.</summary>
    public bool IsGood => (int)Status is >= 200 and < 300;

    /// <summary>Whether the same request may be taken later.</summary>
    public bool IsBusy => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;

    /// <summary>Whether it is worth to send the same request again.</summary>
    public bool IsPassing => IsBusy || Status == 0 || Status == HttpStatusCode.RequestTimeout || (int)Status >= 500;

    /// <summary>The word for what is wrong.</summary>
    public string Code => Text("code") ?? $"http_{(int)Status}";

    private string? Text(string name) => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(name, out var text)
        && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}

/// <summary>A client of one service. Thread-safe.</summary>
internal sealed class ServiceClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    /// <summary>Makes a client; nothing is opened yet.</summary>
    /// <param name="service">The service.</param>
    /// <param name="key">The key, or null for none.</param>
    /// <param name="connections">The most connections at once.</param>
    /// <param name="time">Reads a time of day in <c>Retry-After</c>.</param>
    public ServiceClient(SendTarget.Http service, string? key, int connections, TimeProvider time)
    {
        _time = time;
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = connections, ConnectTimeout = TimeSpan.FromSeconds(5) };
        _http = new HttpClient(handler) { BaseAddress = service.Address, Timeout = Patience };
        if (key is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Sends a request, and reads the answer.</summary>
    /// <exception cref="FailureException">The key is not let in, or there is no such service.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public async Task<ServiceAnswer> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        var answer = await TrySendAsync(request, stop);
        return answer.Status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => throw new FailureException(
                $"{_http.BaseAddress} does not let this in: {answer.Detail} Give a key by --key or MEDAI_KEY."),
            HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.UnsupportedMediaType => throw new FailureException(
                $"{_http.BaseAddress} takes no frames ({answer.Detail}). Is that the address of a running 'medai run'?"),
            _ => answer,
        };
    }

    /// <summary>Sends a request, and reads the answer, whatever it is.</summary>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public async Task<ServiceAnswer> TrySendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        try
        {
            using var response = await _http.SendAsync(request, stop);
            var body = await response.Content.ReadAsByteArrayAsync(stop);
            return Read(response, body);
        }
        catch (HttpRequestException failure)
        {
            return new(0, default, null, $"no answer: {failure.Message}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(0, default, null, $"no answer within {Patience.TotalSeconds:0} s");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private ServiceAnswer Read(HttpResponseMessage response, byte[] body)
    {
        var json = default(JsonElement);
        if (response.Content.Headers.ContentType?.MediaType is { } type && type.EndsWith("json", StringComparison.Ordinal))
        {
            try
            {
                using var document = JsonDocument.Parse(body);
                json = document.RootElement.Clone();
            }
            catch (JsonException)
            {
                // Something between here and the service may have answered; the status still says what it says.
                json = default;
            }
        }

        var later = response.Headers.RetryAfter;
        var wait = later?.Delta ?? (later?.Date is { } date ? date - _time.GetUtcNow() : null);
        var detail = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("detail", out var text) ? text.ToString() : "";
        var isGood = response.IsSuccessStatusCode;
        return new(response.StatusCode, json, wait < TimeSpan.Zero ? TimeSpan.Zero : wait, isGood ? "" : $"{(int)response.StatusCode} {detail}".TrimEnd());
    }
}
