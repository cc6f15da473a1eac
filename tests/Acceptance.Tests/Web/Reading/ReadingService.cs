// A web service for reading out, over stores in memory and a clock that the test owns.
using System.Text.Json;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Health;
using MedAI.Streaming.Host.Web.Reading;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.InMemory;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

internal sealed class ReadingService : IAsyncDisposable
{
    private readonly RunningService _running;

    private ReadingService(
        RunningService running, AlertTail tail, AlertStreams streams, WardPicture picture, HandClock clock, InMemoryStateStore state,
        InMemorySeriesStore series)
    {
        (_running, Tail, Streams, Picture, Clock, State, Series) = (running, tail, streams, picture, clock, state, series);
    }

    public static HttpSettings Settings { get; } = RunningService.Settings;

    public HttpClient Client => _running.Client;

    public RunningService Running => _running;

    public AlertStreams Streams { get; }

    public AlertTail Tail { get; }

    public WardPicture Picture { get; }

    public HandClock Clock { get; }

    public InMemoryStateStore State { get; }

    public InMemorySeriesStore Series { get; }

    /// <summary>What a part of the service lacks; null: nothing.</summary>
    public string? Trouble { get; set; }

    public static async Task<ReadingService> StartAsync(
        ICallerSource? callers = null, int mostStreams = 512, IAlertHistory? history = null, Func<string, bool>? isWatched = null)
    {
        var state = new InMemoryStateStore();
        var series = new InMemorySeriesStore();
        var clock = new HandClock();
        var log = new HostLog(TextWriter.Null, LogLevel.Error);
        var picture = new WardPicture(new AlertSignal());
        var sources = new ReadingSources { History = history ?? state, Series = series, Picture = picture, IsWatched = isWatched };
        var tail = AlertTail.Start(sources.History, picture.Signal, clock, log);
        var streams = new AlertStreams(sources, tail, clock, mostStreams);
        ReadingService? service = null;
        var health = new ServiceHealth(
            [new HealthPart("flows", () => service?.Trouble is { } trouble ? new HealthTrouble(trouble) : null)], clock, log);
        var running = await RunningService.StartAsync(callers, new ReadingEndpoints(sources, streams, health, clock));
        return service = new ReadingService(running, tail, streams, picture, clock, state, series);
    }

    /// <summary>Makes transitions durable and tells of them, as a flow does.</summary>
    public void Decide(params IReadOnlyList<TransitionRecord> transitions)
    {
        State.Commit(Decided.Batch(transitions));
        foreach (var transition in transitions)
        {
            Picture.Transition(transition);
        }
    }

    public async Task<(int Status, JsonElement Body)> GetAsync(string path, string? token = null)
    {
        var (status, body, _) = await _running.SendAsync(HttpMethod.Get, path, token);
        return (status, body);
    }

    public async Task<JsonElement> GetOkAsync(string path, string? token = null)
    {
        var (status, body) = await GetAsync(path, token);
        Assert.True(status == 200, $"{path}: {status} {body}");
        return body;
    }

    /// <summary>Listens to the stream.</summary>
    public Task<AlertListener> ListenAsync(string query = "", string? lastEventId = null, string? token = null) =>
        AlertListener.OpenAsync(Client, $"/v1/alerts/stream{query}", lastEventId, token);

    public async ValueTask DisposeAsync()
    {
        await _running.DisposeAsync();
        await Tail.DisposeAsync();
        Streams.Dispose();
    }
}
