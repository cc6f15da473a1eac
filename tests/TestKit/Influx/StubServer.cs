// A server over HTTP whose every answer a test decides, and which remembers what it was asked.
using System.Collections.Concurrent;
using System.Collections.Specialized;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MedAI.Streaming.TestKit.Influx;

/// <summary>What came in.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path without the query.</param>
/// <param name="Query">The query, unescaped.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body as it came.</param>
public sealed record StubRequest(string Method, string Path, NameValueCollection Query, NameValueCollection Headers, byte[] Body)
{
    /// <summary>The body as text, unpacked if it came in gzip.</summary>
    public string Text
    {
        get
        {
            if (Headers["Content-Encoding"] != "gzip") return Encoding.UTF8.GetString(Body);
            using var gzip = new GZipStream(new MemoryStream(Body), CompressionMode.Decompress);
            using var reader = new StreamReader(gzip, Encoding.UTF8);
            return reader.ReadToEnd();
        }
    }

    /// <summary>The lines of the body.</summary>
    public string[] Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>What goes out.</summary>
/// <param name="Status">The status.</param>
/// <param name="Text">The body.</param>
/// <param name="RetryAfter">The header of that name, or null.</param>
/// <param name="Version">The header <c>X-Influxdb-Version</c>, or null.</param>
public sealed record StubAnswer(int Status, string Text = "", string? RetryAfter = null, string? Version = null);

/// <summary>A server on loopback.</summary>
public sealed class StubServer : IDisposable
{
    private readonly HttpListener _listener;
    private readonly Func<StubRequest, StubAnswer> _answer;
    private readonly ConcurrentQueue<StubRequest> _requests = [];

    /// <summary>A server that answers so.</summary>
    public StubServer(Func<StubRequest, StubAnswer> answer)
    {
        _answer = answer;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
        }

        _listener = new HttpListener { Prefixes = { Url.AbsoluteUri } };
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Where it is.</summary>
    public Uri Url { get; }

    /// <summary>What came in so far.</summary>
    public IReadOnlyList<StubRequest> Requests => [.. _requests];

    /// <inheritdoc/>
    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync().ConfigureAwait(false);
                _ = Task.Run(() => Serve(context));
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Serve(HttpListenerContext context)
    {
        using var body = new MemoryStream();
        context.Request.InputStream.CopyTo(body);
        var request = new StubRequest(
            context.Request.HttpMethod, context.Request.Url!.AbsolutePath, context.Request.QueryString, context.Request.Headers, body.ToArray());
        var answer = _answer(request);
        _requests.Enqueue(request);
        try
        {
            context.Response.StatusCode = answer.Status;
            if (answer.RetryAfter is { } later) context.Response.AddHeader("Retry-After", later);
            if (answer.Version is { } version) context.Response.AddHeader("X-Influxdb-Version", version);
            context.Response.Close(Encoding.UTF8.GetBytes(answer.Text), willBlock: true);
        }
        catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException)
        {
            // Who asked did not wait.
        }
    }
}
