// Sends transitions as server-sent events: from a place on, each once, at the pace of whoever listens.
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
        var wire = new AlertWire(context.Response, ends.Token);
        var began = time.GetTimestamp();
        var asked = tail.Beats;
        try
        {
            wire.Write($": {Notice.SecondaryMonitor}\nretry: 2000\n");
            wire.WritePlace(place);
            await wire.FlushAsync();
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
                    await SendAsync(wire, events.Where(e => filter.Passes(e.Transition)));
                    place = events[^1].Cursor;
                    continue;
                }

                await changed.WaitAsync(ends.Token);
                if (tail.Beats == beats || !context.IsCallerStillLetIn())
                    continue;

                // The place moves on, too, past what was not asked for: who comes again need not go through that once more.
                wire.Write(": heartbeat\n");
                wire.WritePlace(place);
                await wire.FlushAsync();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Who waits for news ends in order. What another client did not take when its flush was cancelled Kestrel gives up with
            // the connection: it must not hold up the end, and is read again from its place.
        }
    }

    private async Task SendAsync(AlertWire wire, IEnumerable<AlertEvent> events)
    {
        foreach (var alert in events)
        {
            Interlocked.Increment(ref _sent);
            if (wire.Write(alert.Message.Span) > BytesAtOnce)
                await wire.FlushAsync();
        }

        await wire.FlushAsync();
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
}
