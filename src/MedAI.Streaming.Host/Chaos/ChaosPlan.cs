// What a chaos run is to be like.
using MedAI.Streaming.Host.Chaos.Faults;
using MedAI.Streaming.Host.Composition;

namespace MedAI.Streaming.Host.Chaos;

/// <summary>A plan.</summary>
internal sealed record ChaosPlan
{
    /// <summary>How long a worker may be silent before its partitions go to others.</summary>
    public static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(6);

    /// <summary>What the fleet does wrong on purpose.</summary>
    public const string FleetFaults =
        "duplicates=0.2,disorder=0.1,late=0.05,hour-late=0.05,skew=0.05,corrupt=0.01,gaps=0.01,restart=0.001";

    /// <summary>Worker processes.</summary>
    public required int Workers { get; init; }

    /// <summary>How long the fleet sends.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>Decides the fleet and the faults.</summary>
    public required int Seed { get; init; }

    /// <summary>Devices of the fleet.</summary>
    public required int Devices { get; init; }

    /// <summary>Partitions of the log.</summary>
    public required int Partitions { get; init; }

    /// <summary>Frames a second of each device.</summary>
    public required double RateHz { get; init; }

    /// <summary>The faults that may come.</summary>
    public required IReadOnlyList<FaultKind> Kinds { get; init; }

    /// <summary>A broker that is there, which is then left alone; null: one of the run's own.</summary>
    public string? KafkaAddress { get; init; }

    /// <summary>Where the run's own broker is started from; null: <see cref="KafkaAddress"/> is given.</summary>
    public string? KafkaHome { get; init; }

    /// <summary>Whether an InfluxDB of the run's own keeps the series.</summary>
    public bool StartsInflux { get; init; }

    /// <summary>An InfluxDB that is there and keeps the series, and is then left alone; null: there is none.</summary>
    public Uri? InfluxUrl { get; init; }

    /// <summary>An empty folder for everything that the run leaves.</summary>
    public required string Folder { get; init; }

    /// <summary>The settings of the law; where and how processes run is the plan's.</summary>
    public required HostSettings Settings { get; init; }

    /// <summary>The faults in their order.</summary>
    public IReadOnlyList<PlannedFault> Schedule => FaultSchedule.Make(
        (ulong)Seed, new ScheduleSize { Length = Length, Workers = Workers, Kinds = Kinds, SessionTimeout = SessionTimeout });
}
