// Sends transitions as server-sent events: from a place on, each once, at the pace of whoever listens.
using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>
/// The streams of all who listen. None has a buffer of its own beyond what is on its way to it: a place in the history is all that is
/// remembered, and when the connection takes more, reading goes on from there.
/// </summary>
internal sealed class AlertStreams(ReadingSources sources, AlertTail tail, TimeProvider time, int most) : IDisposable
{
    // However long a key holds: who comes again goes on without a gap.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan ComeAgain = TimeSpan.FromSeconds(5);
    private const int EventsAtOnce = 64;
    private const int BytesAtOnce = 16 << 10;

    // Reading far behind goes to the store, which also serves the flows: only so many at a time.
    private readonly SemaphoreSlim _readers = new(4);
    private int _clients;
    private long _sent;

    /// <summary>How many listen.</summary>
    public int Clients => Volatile.Read(ref _clients);

    /// <summary>How many events were sent to them, each counted for everyone it went to.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Serves one who listens, until they go, their key no longer holds (asked at every beat), the service stops, or their time is up.</summary>
    public async Task ServeAsync(HttpContext context, RequestQuery query)
    {
        var filter = AlertFilter.Read(query, sources.SightOf(context.Caller()));
        var cursor = query.Text("cursor");

        // A client that comes again by itself sends the query it began with, and behind which event it is: the latter is newer.
        var asked = context.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } last] ? last : cursor;
        if (query.Problem is { } problem)
        {
            await problem.WriteAsync(context);
            return;
        }

        var place = asked ?? sources.History.EndCursor();
        if (AlertCursors.Read(sources.History, place, 1) is null)
        {
            await new Problem(400, "bad_cursor", AlertCursors.Advice).WriteAsync(context);
            return;
        }

        if (Interlocked.Increment(ref _clients) > most)
        {
            Interlocked.Decrement(ref _clients);
            await new Problem(503, "too_many_streams", $"{most} clients listen already. Come again, or poll GET /v1/alerts.")
            {
                RetryAfter = ComeAgain,
            }.WriteAsync(context);
            return;
        }

        try
        {
            await SendAsync(context, filter, place);
        }
        finally
        {
            Interlocked.Decrement(ref _clients);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _readers.Dispose();

    private async Task SendAsync(HttpContext context, AlertFilter filter, string place)
    {
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var began = time.GetTimestamp();
        var isIdle = false;
        var asked = tail.Beats;
        try
        {
            await BeginAsync(context.Response, place, ends.Token);
            while (time.GetElapsedTime(began) < Longest)
            {
                var changed = tail.Changed;
                var beats = tail.Beats;

                // Also where there is always something to send. It ends like any stream: who comes again is asked for a key.
                if (beats != asked && !context.IsCallerStillLetIn())
                    return;
                asked = beats;
                var events = tail.After(place, EventsAtOnce) ?? await ReadAsync(place, ends.Token);
                if (events.Count > 0)
                {
                    await SendAsync(context.Response, events.Where(e => filter.Passes(e.Transition)), ends.Token);
                    place = events[^1].Cursor;
                    continue;
                }

                isIdle = true;
                await changed.WaitAsync(ends.Token);
                isIdle = false;
                if (tail.Beats != beats && context.IsCallerStillLetIn())
                    await BeatAsync(context.Response, place, ends.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            // What is still on its way to a client that does not read must not hold up the end; it is read again from its place.
            if (!isIdle)
                context.Abort();
        }
    }

    private static async Task BeginAsync(HttpResponse response, string place, CancellationToken stop)
    {
        response.ContentType = "text/event-stream";
        response.Headers["X-Accel-Buffering"] = "no";
        Write(response, $": {Notice.SecondaryMonitor}\nretry: 2000\n");
        WritePlace(response, place);
        await response.BodyWriter.FlushAsync(stop);
    }

    private static async Task BeatAsync(HttpResponse response, string place, CancellationToken stop)
    {
        // The place moves on, too, past what was not asked for: who comes again need not go through that once more.
        Write(response, ": heartbeat\n");
        WritePlace(response, place);
        await response.BodyWriter.FlushAsync(stop);
    }

    private async Task<IReadOnlyList<AlertEvent>> ReadAsync(string place, CancellationToken stop)
    {
        await _readers.WaitAsync(stop);
        try
        {
            return [.. sources.History.After(place, EventsAtOnce).Select(found => new AlertEvent(found.Cursor, found.Transition))];
        }
        finally
        {
            _readers.Release();
        }
    }

    private async Task SendAsync(HttpResponse response, IEnumerable<AlertEvent> events, CancellationToken stop)
    {
        foreach (var alert in events)
        {
            response.BodyWriter.Write(alert.Message.Span);
            Interlocked.Increment(ref _sent);
            if (response.BodyWriter.UnflushedBytes > BytesAtOnce)
                await response.BodyWriter.FlushAsync(stop);
        }

        await response.BodyWriter.FlushAsync(stop);
    }

    // An id without data is no event, but a client that comes again names it.
    private static void WritePlace(HttpResponse response, string place) =>
        Write(response, place.Length > 0 ? $"id: {place}\n\n" : "\n");

    private static void Write(HttpResponse response, string text) => response.BodyWriter.Write(Encoding.UTF8.GetBytes(text));
}
