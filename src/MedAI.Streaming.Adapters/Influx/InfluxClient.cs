// Requests to the server and its answers: which paths, which rights, what it said.
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>What came of a request.</summary>
/// <param name="Status">The status; 0: no answer came.</param>
/// <param name="Text">The body of an answer, or why there is none.</param>
/// <param name="RetryAfter">How long the server wants to be left alone, or null.</param>
internal readonly record struct InfluxAnswer(int Status, string Text, TimeSpan? RetryAfter = null)
{
    private const int LongestMessage = 500;

    /// <summary>Whether the request was done.</summary>
    public bool IsDone => Status is >= 200 and < 300;

    /// <summary>What the server said, for a person: the message of its JSON, or the beginning of its text.</summary>
    public string Message
    {
        get
        {
            var text = Status == 0 ? Text : Said().Trim();
            text = text.Length <= LongestMessage ? text : text[..LongestMessage] + "...";
            return Status == 0 ? text : $"{Status}{(text.Length == 0 ? "" : $" {text}")}";
        }
    }

    /// <summary>
    /// Whether InfluxDB itself said it: in JSON with <c>error</c> (1.x, 3.x), or with <c>code</c> and <c>message</c> (2.x), all of them texts.
    /// What stands in between answers otherwise. So does VictoriaMetrics, although under the header <c>X-Influxdb-Version</c>: it takes any
    /// line, and what it refuses in plain text is the request.
    /// </summary>
    public bool IsOfInflux => Members() is { Error: not null } or { Code: not null, Message: not null };

    /// <summary>The message of the answer's JSON in full, or its text.</summary>
    public string Said()
    {
        var said = Members();
        return said.Error ?? said.Message ?? Text;
    }

    private (string? Error, string? Code, string? Message) Members()
    {
        try
        {
            using var json = JsonDocument.Parse(Text);
            var root = json.RootElement;
            return root.ValueKind == JsonValueKind.Object ? (Of(root, "error"), Of(root, "code"), Of(root, "message")) : default;
        }
        catch (JsonException)
        {
            // Proxies answer in HTML.
            return default;
        }
    }

    private static string? Of(JsonElement root, string name) =>
        root.TryGetProperty(name, out var said) && said.ValueKind == JsonValueKind.String ? said.GetString() : null;
}

/// <summary>Talks to one server. Any thread.</summary>
internal sealed class InfluxClient : IDisposable
{
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(5);
    private readonly InfluxOptions _options;
    private readonly HttpClient _http;
    private readonly AuthenticationHeaderValue? _rights;
    private readonly Uri _write;
    private readonly string _base;

    public InfluxClient(InfluxOptions options)
    {
        _options = options;
        _base = options.Url.AbsoluteUri.TrimEnd('/');
        _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = ConnectionLife, AllowAutoRedirect = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _rights = options switch
        {
            { Version: not InfluxVersion.One, Token: { } token } => new("Token", token),
            { Version: InfluxVersion.One, User: { } user } =>
                new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{options.Password}"))),
            _ => null,
        };
        _write = options.Version == InfluxVersion.One
            ? At("/write", ("db", options.Database), ("rp", options.RetentionPolicy), ("precision", "ns"))
            : At("/api/v2/write", ("org", options.Organisation), ("bucket", options.Database), ("precision", "ns"));
    }

    /// <summary>Writes lines.</summary>
    public InfluxAnswer Write(LineBatch batch, TimeSpan patience, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _write) { Content = new ByteArrayContent(batch.Packed) };
        request.Content.Headers.ContentType = new("text/plain") { CharSet = "utf-8" };
        request.Content.Headers.ContentEncoding.Add("gzip");
        return Send(request, patience, stop);
    }

    /// <summary>Asks in InfluxQL; times of the answer are in ms.</summary>
    public InfluxAnswer Query(string query) => Send(
        HttpMethod.Get, At("/query", ("db", _options.Database), ("rp", _options.RetentionPolicy), ("epoch", "ns"), ("q", query)), null);

    /// <summary>Says something in InfluxQL that changes something.</summary>
    public InfluxAnswer Execute(string statement)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, At("/query"))
        {
            Content = new FormUrlEncodedContent([new("q", statement)]),
        };
        return Send(request, _options.Timeout, CancellationToken.None);
    }

    /// <summary>Asks one of the server's own paths.</summary>
    public InfluxAnswer Get(string path, params ReadOnlySpan<(string Name, string? Value)> query) =>
        Send(HttpMethod.Get, At(path, query), null);

    /// <summary>Sends JSON to one of the server's own paths.</summary>
    public InfluxAnswer Send(HttpMethod method, string path, string json) => Send(method, At(path), json);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private InfluxAnswer Send(HttpMethod method, Uri at, string? json)
    {
        using var request = new HttpRequestMessage(method, at);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        return Send(request, _options.Timeout, CancellationToken.None);
    }

    private InfluxAnswer Send(HttpRequestMessage request, TimeSpan patience, CancellationToken stop)
    {
        request.Headers.Authorization = _rights;
        using var late = new CancellationTokenSource(patience, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            using var response = _http.Send(request, either.Token);
            using var reader = new StreamReader(response.Content.ReadAsStream(either.Token), Encoding.UTF8);
            return new((int)response.StatusCode, reader.ReadToEnd(), RetryAfter(response.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            return new(0, string.Create(CultureInfo.InvariantCulture, $"no answer within {patience.TotalSeconds:0.###} s"));
        }
        catch (Exception away) when (away is HttpRequestException or IOException)
        {
            return new(0, away.Message);
        }
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? said) =>
        said?.Delta ?? (said?.Date is { } date ? date - _options.Time.GetUtcNow() : null);

    private Uri At(string path, params ReadOnlySpan<(string Name, string? Value)> query)
    {
        var text = new StringBuilder(_base).Append(path);
        var separator = '?';
        foreach (var (name, value) in query)
        {
            if (value is null)
                continue;

            text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return new(text.ToString());
    }
}
