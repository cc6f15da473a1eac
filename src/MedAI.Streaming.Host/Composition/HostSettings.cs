// Everything a site may set: the monitor's law, and how this program runs it.
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Where a model runs.</summary>
public enum ModelProvider
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>A CUDA device, or the processor where there is none.</summary>
    Cuda,
}

/// <summary>What carries records and state.</summary>
public enum Engine
{
    /// <summary>An embedded store, in one process.</summary>
    Edge,

    /// <summary>Kafka, in any number of processes.</summary>
    Kafka,
}

/// <summary>Where a service keeps series.</summary>
public enum SeriesStoreKind
{
    /// <summary>In the process's own store.</summary>
    Sqlite,

    /// <summary>In a time series server.</summary>
    Influx,
}

/// <summary>What is written to the error output.</summary>
public enum LogLevel
{
    /// <summary>Only what ended or hindered the work.</summary>
    Error,

    /// <summary>Also what a person should look at.</summary>
    Warning,

    /// <summary>Also what is being done.</summary>
    Info,

    /// <summary>Also details for those who look for a fault.</summary>
    Debug,
}

/// <summary>Which model is served and how.</summary>
public sealed record ModelSettings
{
    /// <summary>Whether a model is served.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Name of the model.</summary>
    public string Name { get; init; } = "sepsis-vitals";

    /// <summary>Version of the model.</summary>
    public string Version { get; init; } = "2.1.0";

    /// <summary>Models that are scored beside it and alert nobody, by name and version.</summary>
    public IReadOnlyList<string> Shadows { get; init; } = [];

    /// <summary>Whether its alerts count; false: it runs in shadow.</summary>
    public bool Page { get; init; } = true;

    /// <summary>Where it runs.</summary>
    public ModelProvider Provider { get; init; }

    /// <summary>Risk from which an alert opens, 0..1; null: as the card says.</summary>
    public double? AlertThreshold { get; init; }

    /// <summary>Risk below which an alert may clear, 0..1; null: as the card says.</summary>
    public double? ClearThreshold { get; init; }

    /// <summary>The priority of the model's alert.</summary>
    public AlertPriority Priority { get; init; } = AlertPriority.Medium;

    /// <summary>Event time for which the risk must stay below before the alert is over, seconds.</summary>
    public int ClearSeconds { get; init; } = 300;
}

/// <summary>The settings of a run.</summary>
public sealed record HostSettings
{
    /// <summary>The law, without the rule on the model: that one needs the model's card (<see cref="ModelRule"/>).</summary>
    public MonitorSettings Monitor { get; init; } = new();

    /// <summary>The model.</summary>
    public ModelSettings Model { get; init; } = new();

    /// <summary>How often a changed patient is checkpointed, seconds.</summary>
    public int CheckpointSeconds { get; init; } = 60;

    /// <summary>The most records taken from the log at once.</summary>
    public int Batch { get; init; } = 1024;

    /// <summary>Partitions of a new store.</summary>
    public int Partitions { get; init; } = 4;

    /// <summary>Where the models are, as written; <see cref="ModelFolders"/> finds them.</summary>
    public string ModelDirectory { get; init; } = "models";

    /// <summary>The store of commands that are not told one.</summary>
    public string StoreDirectory { get; init; } = "out/store";

    /// <summary>The way in over HTTP.</summary>
    public HttpSettings Http { get; init; } = new();

    /// <summary>What carries records and state.</summary>
    public Engine Engine { get; init; }

    /// <summary>How much live input may wait.</summary>
    public LogGatewayOptions Gateway { get; init; } = new();

    /// <summary>Kafka; used where it is the engine, or where something is sent to it.</summary>
    public KafkaOptions Kafka { get; init; } = new() { BootstrapServers = "localhost:9092" };

    /// <summary>Where a service keeps series.</summary>
    public SeriesStoreKind SeriesStore { get; init; }

    /// <summary>How long the time series server keeps series.</summary>
    public SeriesPlan SeriesPlan { get; init; } = new();

    /// <summary>The time series server; used where it keeps the series, or is set up.</summary>
    public InfluxOptions Influx { get; init; } = new() { Url = new Uri(InfluxSettingsReader.DefaultUrl) };

    /// <summary>What is written to the error output.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <summary>The file these settings come from, or null where there was none.</summary>
    public string? File { get; init; }
}
