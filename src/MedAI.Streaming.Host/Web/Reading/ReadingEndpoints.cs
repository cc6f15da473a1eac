// Reading out over HTTP: series, scores, episodes, alerts, dead letters and the ward as it stands.
using System.Text.Json;
using MedAI.Streaming.Adapters.Json;
using MedAI.Streaming.Host.Web.Health;
using MedAI.Streaming.Pipeline.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>The endpoints with the scope read. Nothing here decides anything: it says what was decided.</summary>
/// <param name="sources">What is read out.</param>
/// <param name="streams">Those who listen.</param>
/// <param name="health">Whether what is shown is being kept up.</param>
/// <param name="time">The clock.</param>
internal sealed class ReadingEndpoints(ReadingSources sources, AlertStreams streams, ServiceHealth health, TimeProvider time)
    : IEndpointGroup
{
    private const int MostPoints = 10_000;
    private const int MostItems = 1000;

    // A filter that lets little through must not make one request read the whole history.
    private const int MostScanned = 10_000;
    private const int ScannedAtOnce = 500;
    private static readonly string[] Page = ["cursor", "limit"];
    private static readonly string[] Range = ["from", "until", .. Page];

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        Get(routes, "/v1/ward", ["ward"], WardAsync);
        Get(routes, "/v1/patients/{id}/series", ["series", .. Range], (context, query) => SeriesAsync(context, query, static _ => true));
        Get(routes, "/v1/patients/{id}/scores", ["series", .. Range], (context, query) => SeriesAsync(context, query, SeriesNames.IsScore));
        Get(routes, "/v1/patients/{id}/episodes", ["state", .. Page], EpisodesAsync);
        Get(routes, "/v1/alerts", [.. AlertFilter.Names, .. Page], AlertsAsync);
        Get(routes, "/v1/alerts/stream", [.. AlertFilter.Names, "cursor"], streams.ServeAsync);
        Get(routes, "/v1/deadletters", ["patient", .. Page], DeadLettersAsync);
    }

    private static void Get(IEndpointRouteBuilder routes, string path, string[] names, Func<HttpContext, RequestQuery, Task> serve) =>
        routes.MapGet(path, context => serve(context, new RequestQuery(context.Request.Query, names)))
            .RequireScope(Scopes.Read)
            .WithMetadata(new QueryNames(names));

    private Task WardAsync(HttpContext context, RequestQuery query)
    {
        var ward = query.Id("ward");
        if (query.Problem is { } problem)
            return problem.WriteAsync(context);

        if (!sources.Watches)
            return ReadingSources.NotHere.WriteAsync(context);

        // Before the picture is looked at: a stream that goes on from there may repeat what the picture shows, but lacks nothing.
        var cursor = sources.History.EndCursor();
        var maySee = sources.SightOf(context.Caller());
        var patients = sources.Picture.Patients()
            .Where(view => (ward is null || view.Ward == ward) && (sources.IsWatched?.Invoke(view.Patient) ?? true) && maySee(view.Patient))
            .OrderBy(view => view.Ward, StringComparer.Ordinal)
            .ThenBy(view => view.Bed, StringComparer.Ordinal)
            .ThenBy(view => view.Patient, StringComparer.Ordinal);
        return WebJson.WriteAsync(context, 200, json =>
        {
            json.WriteStartObject();
            json.WriteString("time", JsonTime.Format(time.GetUtcNow().ToUnixTimeMilliseconds()));
            json.WriteBoolean("isCurrent", health.IsReady);
            json.WriteString("cursor", cursor);
            Items(json, "patients", patients, ReadingJson.Patient);
            json.WriteEndObject();
        });
    }

    private Task SeriesAsync(HttpContext context, RequestQuery query, Func<string, bool> isOffered)
    {
        var series = query.Id("series");
        var (from, until) = (query.Time("from") ?? long.MinValue, query.Time("until") ?? long.MaxValue);
        var limit = query.Whole("limit", 1000, 1, MostPoints);
        var place = Place(query, SeriesPlace.Parse);
        if (series is not null && !isOffered(series))
            query.Refuse("series", "It begins with score. or model. here; other series are under /series.");
        if (from >= until)
            query.Refuse("until", "It is not later than 'from'; the range is from 'from' to before 'until'.");
        if (query.Problem is { } problem)
            return problem.WriteAsync(context);
        if (!sources.TryPatient(context, out var patient, out var refused))
            return refused.WriteAsync(context);
        if (!sources.SharesSeries && (!sources.Watches || sources.IsWatched?.Invoke(patient) == false))
            return ReadingSources.NotHere.WriteAsync(context);

        var ask = new SeriesAsk(patient, series, isOffered, from, until, limit, place);
        var page = SeriesPage.Read(sources.Series, ask, context.RequestAborted);
        return WriteAsync(
            context, page.Points, page.Next?.ToString(), static (json, point) => ReadingJson.Point(json, point.Series, point.Point));
    }

    private Task EpisodesAsync(HttpContext context, RequestQuery query)
    {
        var onlyOpen = (query.Word<EpisodeChoice>("state") ?? EpisodeChoice.All) == EpisodeChoice.Open;
        var limit = query.Whole("limit", 100, 1, MostItems);
        var place = Place(query, EpisodePlace.Parse);
        if (query.Problem is { } problem)
            return problem.WriteAsync(context);
        if (!sources.TryPatient(context, out var patient, out var refused))
            return refused.WriteAsync(context);

        var episodes = EpisodeStanding.Of(sources.History.Transitions(patient))
            .Where(episode => !onlyOpen || episode.State != Domain.Alerts.EpisodeState.Closed)
            .OrderBy(EpisodePlace.Of)
            .Where(episode => place is null || EpisodePlace.Of(episode).CompareTo(place) > 0)
            .Take(limit + 1)
            .ToList();
        var next = episodes.Count > limit ? EpisodePlace.Of(episodes[limit - 1]).ToString() : null;
        return WriteAsync(context, episodes.Take(limit), next, ReadingJson.Episode);
    }

    private Task AlertsAsync(HttpContext context, RequestQuery query)
    {
        var filter = AlertFilter.Read(query, sources.SightOf(context.Caller()));
        var limit = query.Whole("limit", 100, 1, MostItems);
        var cursor = query.Text("cursor") ?? "";
        if (query.Problem is { } problem)
            return problem.WriteAsync(context);

        var found = new List<(string Cursor, TransitionRecord Transition)>();
        var isMore = true;
        for (var scanned = 0; isMore && scanned < MostScanned && found.Count < limit; scanned += ScannedAtOnce)
        {
            if (AlertCursors.Read(sources.History, cursor, ScannedAtOnce) is not { } read)
                return new Problem(400, "bad_cursor", AlertCursors.Advice).WriteAsync(context);

            isMore = read.Count == ScannedAtOnce;
            foreach (var next in read)
            {
                if (found.Count == limit)
                {
                    isMore = true;
                    break;
                }

                cursor = next.Cursor;
                if (filter.Passes(next.Transition))
                    found.Add(next);
            }
        }

        return WebJson.WriteAsync(context, 200, json =>
        {
            json.WriteStartObject();
            Items(json, "items", found, static (json, alert) => ReadingJson.Alert(json, alert.Cursor, alert.Transition));
            json.WriteString("nextCursor", cursor);
            json.WriteBoolean("isMore", isMore);
            json.WriteEndObject();
        });
    }

    private Task DeadLettersAsync(HttpContext context, RequestQuery query)
    {
        var patient = query.Id("patient");
        var limit = query.Whole("limit", 100, 1, MostItems);
        var place = Place(query, DeadLetterPlace.Parse);
        if (query.Problem is { } problem)
            return problem.WriteAsync(context);

        var maySee = sources.SightOf(context.Caller());
        var found = new List<DeadLetter>();
        var scanned = 0;
        string? next = null;
        foreach (var letter in sources.History.DeadLetters(place is null ? null : (place.Partition, place.Offset, place.Index)))
        {
            // There is one more: it is the next page's.
            if (found.Count == limit || scanned == MostScanned)
            {
                next = place!.ToString();
                break;
            }

            context.RequestAborted.ThrowIfCancellationRequested();
            scanned++;
            place = DeadLetterPlace.Of(letter);
            if ((patient is null || letter.Patient == patient) && maySee(letter.Patient))
                found.Add(letter);
        }

        return WriteAsync(context, found, next, ReadingJson.DeadLetter);
    }

    private static T? Place<T>(RequestQuery query, Func<string, T?> parse)
        where T : class
    {
        if (query.Text("cursor") is not { Length: > 0 } cursor)
            return null;

        var place = parse(cursor);
        if (place is null)
            query.Refuse("cursor", "It is no 'nextCursor' that this path gave.");
        return place;
    }

    private static Task WriteAsync<T>(HttpContext context, IEnumerable<T> items, string? next, Action<Utf8JsonWriter, T> write) =>
        WebJson.WriteAsync(context, 200, json =>
        {
            json.WriteStartObject();
            Items(json, "items", items, write);
            if (next is null)
                json.WriteNull("nextCursor");
            else
                json.WriteString("nextCursor", next);
            json.WriteEndObject();
        });

    private static void Items<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
    }
}
