// What tests of the control plane share: the endpoints over a log's double, a directory and a clock that stands still.
using System.Text.Json;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Control;
using MedAI.Streaming.Host.Web.Patients;
using MedAI.Streaming.TestKit.InMemory;
using Xunit;

namespace Acceptance.Tests.Web;

public abstract class ControlServiceTests
{
    private protected ControlServiceTests() => Directory = new(Store);

    private protected GatewayDouble Gateway { get; } = new();

    private protected InMemoryDirectoryStore Store { get; } = new();

    private protected PatientDirectory Directory { get; }

    /// <summary>Patients that are monitored, whether the directory knows them or not.</summary>
    private protected HashSet<string> Watched { get; } = [];

    private protected TestTime Time { get; } = new();

    private protected Task<RunningService> StartAsync(Caller? caller = null)
    {
        var control = new PatientControl(Gateway, Directory, new MonitorSettings().Limits, Watched.Contains, Time);
        return RunningService.StartAsync(caller is null ? null : new OneCaller(caller), new ControlEndpoints(control, Directory));
    }

    /// <summary>Sends a JSON body written with single quotes, and gives status and answer.</summary>
    private protected static async Task<(int Status, JsonElement Answer)> SendAsync(
        RunningService service, string method, string path, string? body = null)
    {
        var content = body is null ? null : FrameBodies.Of(body.Replace('\'', '"'), "application/json");
        var (status, answer, response) = await service.SendAsync(new HttpMethod(method), path, "any", content);
        Assert.Equal(status < 400 ? "application/json" : "application/problem+json", response.Content.Headers.ContentType!.ToString());
        return (status, answer);
    }

    private protected static async Task<JsonElement> DoAsync(RunningService service, string method, string path, string? body = null)
    {
        var (status, answer) = await SendAsync(service, method, path, body);
        Assert.True(status is 200 or 201 or 202, answer.ToString());
        return answer;
    }

    private protected static async Task<(int Status, string? Code)> RefusedAsync(
        RunningService service, string method, string path, string? body = null)
    {
        var (status, answer) = await SendAsync(service, method, path, body);
        Assert.Matches("[.]$|^The body is not JSON", answer.GetProperty("detail").GetString()!);
        return (status, answer.GetProperty("code").GetString());
    }

    /// <summary>The control records since the last call.</summary>
    private protected LogElement[] Logged()
    {
        var logged = Gateway.Elements.Skip(_seen).ToArray();
        _seen += logged.Length;
        return logged;
    }

    private int _seen;

    private sealed class OneCaller(Caller caller) : ICallerSource
    {
        public Caller? Identify(ReadOnlySpan<char> token) => caller;
    }
}
