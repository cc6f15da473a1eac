// Puts together what a service lets others read: patients, alerts, health and metrics, over the parts that it has.
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web.Health;
using MedAI.Streaming.Host.Web.Metrics;
using MedAI.Streaming.Host.Web.OpenApi;
using MedAI.Streaming.Host.Web.Reading;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web;

/// <summary>The parts of a service that are looked at.</summary>
internal sealed record ReadOutParts
{
    /// <summary>The log.</summary>
    public required IEventLog Log { get; init; }

    /// <summary>The flows; null: this process decides nothing, and has neither series nor a picture to read out.</summary>
    public FlowSupervisor? Flows { get; init; }

    /// <summary>How many partitions the flows must work on; null: as many as the process is given.</summary>
    public int? Partitions { get; init; }

    /// <summary>The partitions' clock; null: this process writes no clock records.</summary>
    public PartitionClock? Clock { get; init; }

    /// <summary>The door for live input; null: this process has none.</summary>
    public LogGateway? Gateway { get; init; }

    /// <summary>Further parts with a health of their own.</summary>
    public IReadOnlyList<HealthPart> Others { get; init; } = [];

    /// <summary>Further numbers.</summary>
    public IReadOnlyList<IMetricSource> Numbers { get; init; } = [];
}

/// <summary>Everything that is read out, started with the service and stopped behind its web part.</summary>
internal sealed class ReadOut : IAsyncDisposable
{
    private readonly AlertTail _tail;
    private readonly AlertStreams _streams;

    private ReadOut(AlertTail tail, AlertStreams streams, IReadOnlyList<IEndpointGroup> groups)
    {
        _tail = tail;
        _streams = streams;
        Groups = groups;
    }

    /// <summary>The endpoints.</summary>
    public IReadOnlyList<IEndpointGroup> Groups { get; }

    /// <summary>Puts it together and begins to follow the alerts.</summary>
    /// <param name="sources">What is read out of stores; its picture is the feed of the flows.</param>
    /// <param name="parts">The parts of the service.</param>
    /// <param name="settings">Limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Notes for the person who runs the program.</param>
    /// <exception cref="StoreException">The history cannot be read.</exception>
    public static ReadOut Start(ReadingSources sources, ReadOutParts parts, HttpSettings settings, TimeProvider time, HostLog log)
    {
        sources = sources with { Watches = parts.Flows is not null };
        var tail = AlertTail.Start(sources.History, sources.Picture.Signal, time, log);
        var streams = new AlertStreams(sources, tail, time, settings.MaxStreams);
        var health = new ServiceHealth([.. HealthOf(parts, settings)], time, log);
        var metrics = new MetricsPage(new RequestMetrics(), [new HealthMetrics(health), .. MetricsOf(sources, parts, streams, log)]);
        return new ReadOut(
            tail, streams,
            [
                new DocumentEndpoints(), new HealthEndpoints(health, metrics, settings.MetricsNeedKey),
                new ReadingEndpoints(sources, streams, health, time),
            ]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _tail.DisposeAsync();
        _streams.Dispose();
    }

    private static IEnumerable<HealthPart> HealthOf(ReadOutParts parts, HttpSettings settings)
    {
        yield return HealthParts.Log(parts.Log);
        if (parts.Flows is { } flows)
        {
            yield return HealthParts.Flows(flows, parts.Partitions);
            yield return HealthParts.FlowSeries(flows);
            yield return HealthParts.Lag(flows, settings.ReadyMaxLag);
        }

        if (parts.Clock is { } clock)
            yield return HealthParts.Clock(clock);
        foreach (var other in parts.Others)
        {
            yield return other;
        }
    }

    private static IEnumerable<IMetricSource> MetricsOf(ReadingSources sources, ReadOutParts parts, AlertStreams streams, HostLog log)
    {
        yield return new ProcessMetrics(log);
        yield return new LogMetrics(parts.Log);
        if (parts.Gateway is { } gateway)
            yield return new GatewayMetrics(gateway);
        if (parts.Flows is { } flows)
            yield return new FlowMetrics(flows, parts.Clock);
        yield return new AlertMetrics(sources.History, sources.Picture, streams);
        foreach (var numbers in parts.Numbers)
        {
            yield return numbers;
        }
    }
}
