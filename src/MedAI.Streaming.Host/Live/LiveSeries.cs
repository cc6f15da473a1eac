// Where a live service keeps its series: in its own store, or in a time series server that it may share with others.
using System.Globalization;
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

    // Who asks a process to end waits a minute at least before it is killed; requests and checkpoints take their part of that.
    private static readonly TimeSpan LastDelivery = TimeSpan.FromSeconds(20);
    private readonly InfluxSeriesStore? _influx;
    private readonly HostLog? _log;

    private LiveSeries(ISeriesStore store, InfluxSeriesStore? influx, string inWords, HostLog? log)
    {
        Store = store;
        _influx = influx;
        InWords = inWords;
        _log = log;
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
            return new(own, null, "", null);

        // Processes that lost the same server at the same moment must not come back to it at the same moment.
        var options = settings.Influx with
        {
            Report = log.Warning,
            Time = time,
            Seed = unchecked((int)time.GetUtcNow().UtcTicks ^ Environment.ProcessId),
        };
        var influx = writes ? InfluxSeriesStore.Open(options, Path.Combine(directory, SpillFolder)) : InfluxSeriesStore.OpenForReading(options);
        return new(influx, influx, $", series in {options.Url.GetLeftPart(UriPartial.Path).TrimEnd('/')}, {options.Database}", log);
    }

    /// <summary>
    /// Delivers what waits on disk, for 20 s at most and no longer than the server takes it: where this process is not started again soon, nobody
    /// else would. To be called before flows stop, so that patients are watched meanwhile. Once only.
    /// </summary>
    public void DeliverWaiting()
    {
        if (_influx?.Status.Waiting is not > 0)
            return;

        _log!.Info(string.Create(
            CultureInfo.InvariantCulture,
            $"before it ends: {_influx.Status.Waiting} points that wait for the time series server are delivered, for {LastDelivery.TotalSeconds} s at most"));
        _influx.Hurry(LastDelivery);
    }

    /// <summary>Closes it, once nobody writes any more, and says what is left on disk.</summary>
    public void Dispose()
    {
        if (_influx?.Status is { Waiting: > 0 } left)
        {
            var why = left.Trouble is { } trouble ? $": {trouble}" : "";
            _log!.Warning(string.Create(
                CultureInfo.InvariantCulture,
                $"{left.Waiting} points for the time series server are left in {SpillFolder} and wait for the next start with this folder{why}"));
        }

        _influx?.Dispose();
    }

    // Monitoring goes on without the server, so it does not make the service unready.
    private HealthTrouble? Look() => _influx!.Status.Trouble is { } trouble
        ? new("The time series server does not take points; they are kept on disk.", trouble, Hinders: false)
        : null;
}
