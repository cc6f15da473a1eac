// The way to one client that listens: what is written waits for room on the connection, and for nothing else.
using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>A stream of server-sent events to one client.</summary>
internal sealed class AlertWire
{
    private readonly HttpResponse _response;
    private readonly CancellationToken _stop;

    /// <summary>A stream that begins with its headers.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="stop">Ends the waiting for room.</param>
    public AlertWire(HttpResponse response, CancellationToken stop)
    {
        (_response, _stop) = (response, stop);
        response.ContentType = "text/event-stream";

        // Proxies that gather an answer before they pass it on would hold back what is urgent.
        response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>Writes bytes; how many wait to be flushed.</summary>
    public long Write(ReadOnlySpan<byte> bytes)
    {
        _response.BodyWriter.Write(bytes);
        return _response.BodyWriter.UnflushedBytes;
    }

    /// <summary>Writes text.</summary>
    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a place. An id without data is no event, but a client that comes again names it.</summary>
    public void WritePlace(string place) => Write(place.Length > 0 ? $"id: {place}\n\n" : "\n");

    /// <summary>Waits until the connection has room for more.</summary>
    /// <exception cref="OperationCanceledException">It was stopped; what waits is given up with the connection.</exception>
    public async Task FlushAsync()
    {
        // Nothing to flush is no reason to end otherwise than in order.
        if (_response.BodyWriter.UnflushedBytes > 0)
            await _response.BodyWriter.FlushAsync(_stop);
    }
}
