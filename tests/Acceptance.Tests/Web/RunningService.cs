// A web service on a free port of this machine, with a client that speaks to it.
using System.Text.Json;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web;
using Xunit;

namespace Acceptance.Tests.Web;

internal sealed class RunningService : IAsyncDisposable
{
    private readonly WebService _service;

    private RunningService(WebService service, StringWriter notes)
    {
        _service = service;
        Notes = notes;
        Client = new HttpClient { BaseAddress = service.Addresses[0] };
    }

    public HttpClient Client { get; }

    public StringWriter Notes { get; }

    public static HttpSettings Settings { get; } = new() { Listen = "http://127.0.0.1:0" };

    public static Task<RunningService> StartAsync(ICallerSource? callers, params IReadOnlyList<IEndpointGroup> groups) =>
        StartAsync(Settings, callers, groups);

    public static async Task<RunningService> StartAsync(
        HttpSettings settings, ICallerSource? callers, params IReadOnlyList<IEndpointGroup> groups)
    {
        var notes = new StringWriter();
        var service = new WebService(settings, callers, new HostLog(notes, LogLevel.Warning), groups);
        await service.StartAsync(TestContext.Current.CancellationToken);
        return new RunningService(service, notes);
    }

    public async Task<(int Status, JsonElement Body, HttpResponseMessage Response)> SendAsync(HttpRequestMessage request)
    {
        var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(bytes.Length == 0 ? "null"u8.ToArray() : bytes);

        // Whatever a test asks for, the answer is held to the description of the interface, and so is what was taken.
        var (method, path) = (request.Method.Method, request.RequestUri!.AbsolutePath);
        Description.Check(method, path, (int)response.StatusCode, json.RootElement);
        if (response.IsSuccessStatusCode && request.Content is { Headers: { ContentType.MediaType: "application/json", ContentEncoding.Count: 0 } } sent)
        {
            var body = await sent.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            using var taken = JsonDocument.Parse(body.Length == 0 ? "{}"u8.ToArray() : body);
            Description.CheckTaken(method, path, taken.RootElement);
        }

        return ((int)response.StatusCode, json.RootElement.Clone(), response);
    }

    public Task<(int Status, JsonElement Body, HttpResponseMessage Response)> SendAsync(
        HttpMethod method, string path, string? token = null, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return SendAsync(request);
    }

    public Task StopAsync() => _service.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _service.DisposeAsync();
    }
}
