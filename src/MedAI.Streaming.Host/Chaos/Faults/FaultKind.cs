// The faults of a chaos run, and the words by which a person chooses among them.
namespace MedAI.Streaming.Host.Chaos.Faults;

/// <summary>What is done to a process on purpose.</summary>
internal enum FaultKind
{
    /// <summary>A worker is killed (SIGKILL) and started again on its folder.</summary>
    WorkerKill,

    /// <summary>A worker hangs (SIGSTOP) for longer than its session and goes on (SIGCONT), not knowing that it was given up.</summary>
    WorkerHang,

    /// <summary>A worker cannot write to any file: as with a full disk, every write fails (RLIMIT_FSIZE).</summary>
    DiskFull,

    /// <summary>The broker is killed (SIGKILL) and started again on its data.</summary>
    BrokerKill,

    /// <summary>The broker is stopped in order and started again.</summary>
    BrokerStop,

    /// <summary>InfluxDB is killed and started again on its data.</summary>
    InfluxKill,

    /// <summary>InfluxDB is stopped in order and started again.</summary>
    InfluxStop,
}

/// <summary>Names of faults.</summary>
internal static class FaultKinds
{
    private static readonly (string Word, FaultKind[] Kinds)[] Words =
    [
        ("kill", [FaultKind.WorkerKill]),
        ("stop", [FaultKind.WorkerHang]),
        ("broker", [FaultKind.BrokerKill, FaultKind.BrokerStop]),
        ("influx", [FaultKind.InfluxKill, FaultKind.InfluxStop]),
        ("disk", [FaultKind.DiskFull]),
    ];

    /// <summary>What may stand in a list, for messages.</summary>
    public static string Allowed { get; } = string.Join(", ", Words.Select(w => w.Word));

    /// <summary>Whether a fault is of a worker; else it is of a server.</summary>
    public static bool IsOfWorker(FaultKind kind) => kind is FaultKind.WorkerKill or FaultKind.WorkerHang or FaultKind.DiskFull;

    /// <summary>Whether a fault is of the broker.</summary>
    public static bool IsOfBroker(FaultKind kind) => kind is FaultKind.BrokerKill or FaultKind.BrokerStop;

    /// <summary>Whether a fault is of InfluxDB.</summary>
    public static bool IsOfInflux(FaultKind kind) => kind is FaultKind.InfluxKill or FaultKind.InfluxStop;

    /// <summary>Reads a comma list; null: a word in it is unknown.</summary>
    public static IReadOnlyList<FaultKind>? Parse(string text)
    {
        var kinds = new SortedSet<FaultKind>();
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var known = Array.Find(Words, w => w.Word == word);
            if (known.Kinds is null)
                return null;
            kinds.UnionWith(known.Kinds);
        }

        return [.. kinds];
    }

    /// <summary>The name of a fault in reports, in camel case.</summary>
    public static string NameOf(FaultKind kind) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());
}
