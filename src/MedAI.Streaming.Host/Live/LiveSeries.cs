// Where a live service keeps its series: in its own store, or in a time series server that it may share with others.
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web.Health;
using MedAI.Streaming.Host.Web.Metrics;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Live;

/// <summary>The series of a live service.</summary>
internal sealed class LiveSeries : IDisposable
{
    /// <summary>The folder, within that of the process, of points that wait for the server.</summary>
    public const string SpillFolder = "series-waiting";

    private readonly InfluxSeriesStore? _influx;

    private LiveSeries(ISeriesStore store, InfluxSeriesStore? influx, string inWords)
    {
        Store = store;
        _influx = influx;
        InWords = inWords;
    }

    /// <summary>What flows write to, and what is read out.</summary>
    public ISeriesStore Store { get; }

    /// <summary>Whether series of all patients are there, whoever watches them.</summary>
    public bool IsShared => _influx is not null;

    /// <summary>Where they are, in words, after a comma; empty: where one would look for them.</summary>
    public string InWords { get; }

    /// <summary>Its health.</summary>
    public IReadOnlyList<HealthPart> Health => _influx is null ? [] : [new HealthPart("series", Look)];

    /// <summary>Its numbers.</summary>
    public IReadOnlyList<IMetricSource> Metrics => _influx is null ? [] : [new SeriesMetrics(_influx)];

    /// <summary>Opens the store that the settings want.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="own">The series of the process's own store; whoever opened it disposes it.</param>
    /// <param name="directory">The folder of the process.</param>
    /// <param name="writes">Whether flows of this process write.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Told what a person should know.</param>
    /// <exception cref="StoreException">The folder of points that wait cannot be used.</exception>
    public static LiveSeries Open(HostSettings settings, ISeriesStore own, string directory, bool writes, TimeProvider time, HostLog log)
    {
        if (settings.SeriesStore == SeriesStoreKind.Sqlite)
            return new(own, null, "");

        // Processes that lost the same server at the same moment must not come back to it at the same moment.
        var options = settings.Influx with
        {
            Report = log.Warning,
            Time = time,
            Seed = unchecked((int)time.GetUtcNow().UtcTicks ^ Environment.ProcessId),
        };
        var influx = writes ? InfluxSeriesStore.Open(options, Path.Combine(directory, SpillFolder)) : InfluxSeriesStore.OpenForReading(options);
        return new(influx, influx, $", series in {options.Url.GetLeftPart(UriPartial.Path).TrimEnd('/')}, {options.Database}");
    }

    /// <inheritdoc/>
    public void Dispose() => _influx?.Dispose();

    // Monitoring goes on without the server, so it does not make the service unready.
    private HealthTrouble? Look() => _influx!.Status.Trouble is { } trouble
        ? new("The time series server does not take points; they are kept on disk.", trouble, Hinders: false)
        : null;
}
