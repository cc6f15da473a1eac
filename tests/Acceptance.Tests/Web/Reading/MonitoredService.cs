// A service with real flows over stores in memory that can be made to fail, as those who watch over services see it.
using System.Text.Json;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Reading;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

internal sealed class MonitoredService : IAsyncDisposable
{
    public const int Partitions = 2;
    public const int MaxLag = 50;
    private readonly CancellationTokenSource _stop = new();
    private ReadOut _readOut = null!;
    private RunningService _running = null!;
    private Task _clockWork = Task.CompletedTask;

    private MonitoredService()
    {
        Log = new InMemoryEventLog(Partitions);
        Appender = new LogAppender(Log);
        Picture = new WardPicture(new AlertSignal());
        Flows = new FlowSupervisor(
            new FlowStores(Log, State, Series), TestLaw.Create(), Appender,
            new FlowOptions { RetryStores = true, CheckpointInterval = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromMilliseconds(250) },
            TimeProvider.System, Picture);
        PartitionClock = new PartitionClock(Flows, Appender, new ArrivalClock(Clock, long.MinValue), Clock);
        Gateway = new LogGateway(Appender, new LogGatewayOptions { MaxWaiting = 10 }, new ArrivalClock(Clock, long.MinValue), () => 0);
    }

    public HandClock Clock { get; } = new();

    public InMemoryEventLog Log { get; }

    public InMemoryStateStore State { get; } = new();

    public InMemorySeriesStore Series { get; } = new();

    public LogAppender Appender { get; }

    public WardPicture Picture { get; }

    public FlowSupervisor Flows { get; }

    public PartitionClock PartitionClock { get; }

    public LogGateway Gateway { get; }

    public StringWriter Notes { get; } = new();

    public RunningService Running => _running;

    public IReadOnlyList<IEndpointGroup> Groups => _readOut.Groups;

    public static async Task<MonitoredService> StartAsync(
        bool decides = true, bool metricsNeedKey = false, ICallerSource? callers = null)
    {
        var service = new MonitoredService();
        var settings = RunningService.Settings with { ReadyMaxLag = MaxLag, MetricsNeedKey = metricsNeedKey };
        var sources = new ReadingSources { History = service.State, Series = service.Series, Picture = service.Picture };
        var parts = new ReadOutParts
        {
            Log = service.Log,
            Flows = decides ? service.Flows : null,
            Partitions = Partitions,
            Clock = decides ? service.PartitionClock : null,
            Gateway = service.Gateway,
        };
        service._readOut = ReadOut.Start(sources, parts, settings, service.Clock, new HostLog(service.Notes, LogLevel.Warning));
        service._running = await RunningService.StartAsync(settings, callers, service._readOut.Groups);
        service._clockWork = service.PartitionClock.RunAsync(service._stop.Token);
        return service;
    }

    /// <summary>Whether it calls itself ready, and the reasons why not by part.</summary>
    public async Task<(int Status, Dictionary<string, string?> Reasons)> ReadyAsync()
    {
        // It looks once a second at most.
        Clock.Pass(TimeSpan.FromSeconds(1));
        var (status, body, _) = await _running.SendAsync(HttpMethod.Get, "/health/ready");
        return (status, body.GetProperty("parts").EnumerateArray().ToDictionary(Name, p => p.GetProperty("reason").GetString()));

        static string Name(JsonElement part) => part.GetProperty("part").GetString()!;
    }

    public async Task UntilAsync(Func<(int Status, Dictionary<string, string?> Reasons), bool> isSo)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!isSo(await ReadyAsync()))
        {
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    public async Task<string> MetricsAsync(string? token = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        var response = await _running.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _running.DisposeAsync();
        await _readOut.DisposeAsync();
        await _stop.CancelAsync();
        await _clockWork;
        State.BeforeCommit = null;
        Series.BeforeWrite = null;
        Log.BeforeAppend = null;
        Flows.Dispose();
        _stop.Dispose();
    }
}
