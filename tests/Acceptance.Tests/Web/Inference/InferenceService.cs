// The endpoints of the Open Inference Protocol over real HTTP, and calls as clients make them.
using System.Text;
using System.Text.Json;
using Acceptance.Tests.Web.Reading;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Inference;
using MedAI.Streaming.Host.Web.Metrics;

namespace Acceptance.Tests.Web.Inference;

internal sealed class InferenceService : IAsyncDisposable
{
    private readonly InferenceEndpoints _endpoints;
    private readonly InferenceSessions _sessions;

    private InferenceService(HeldModels shelf, HttpSettings settings)
    {
        Shelf = shelf;
        _sessions = new InferenceSessions(shelf, settings.MaxInferenceWaiting, Clock, new HostLog(Notes, LogLevel.Warning));
        _endpoints = new InferenceEndpoints(shelf, _sessions, settings);
    }

    public HeldModels Shelf { get; }

    public HandClock Clock { get; } = new();

    public StringWriter Notes { get; } = new();

    public RunningService Running { get; private set; } = null!;

    public static async Task<InferenceService> StartAsync(HeldModels shelf, HttpSettings? settings = null, ICallerSource? callers = null)
    {
        settings ??= RunningService.Settings;
        var service = new InferenceService(shelf, settings);
        service.Running = await RunningService.StartAsync(settings, callers, service._endpoints);
        return service;
    }

    public async Task<(int Status, JsonElement Body)> GetAsync(string path, string? token = null)
    {
        var (status, body, _) = await Running.SendAsync(HttpMethod.Get, path, token);
        return (status, body);
    }

    public async Task<(int Status, JsonElement Body)> InferAsync(string path, object body)
    {
        var (status, answer, _) = await PostAsync(path, JsonSerializer.Serialize(body));
        return (status, answer);
    }

    public Task<(int Status, JsonElement Body, HttpResponseMessage Response)> PostAsync(
        string path, string body, string mediaType = "application/json", string? token = null) =>
        Running.SendAsync(HttpMethod.Post, path, token, new StringContent(body, Encoding.UTF8, mediaType));

    public string Metrics()
    {
        var text = new MetricsText();
        _endpoints.Write(text);
        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await Running.DisposeAsync();
        _sessions.Dispose();
        Shelf.Dispose();
    }
}
