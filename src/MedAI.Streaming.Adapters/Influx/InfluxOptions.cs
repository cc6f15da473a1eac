// How the time series server is reached, and how much is kept on disk while it is away.
namespace MedAI.Streaming.Adapters.Influx;

/// <summary>Which of the server's ways in and out are used.</summary>
public enum InfluxVersion
{
    /// <summary>InfluxDB 1.x: <c>/write?db=</c> with user and password.</summary>
    One = 1,

    /// <summary>InfluxDB 2.x and what takes its writes: <c>/api/v2/write</c> with organisation, bucket and token.</summary>
    Two = 2,

    /// <summary>InfluxDB 3.x: the same writes as 2.x; the bucket is a database there.</summary>
    Three = 3,
}

/// <summary>Where the series are and how they get there. Reading goes through InfluxQL's <c>/query</c>, which all versions answer.</summary>
public sealed record InfluxOptions
{
    /// <summary>The most lines that one request may carry.</summary>
    public const int MostBatchLines = 50_000;

    /// <summary>The server, for example <c>http://localhost:8086</c>; a path in it goes before the server's own paths.</summary>
    public required Uri Url { get; init; }

    /// <summary>The server's version.</summary>
    public InfluxVersion Version { get; init; } = InfluxVersion.Two;

    /// <summary>The database; in 2.x the bucket, and the database that is mapped to it.</summary>
    public string Database { get; init; } = "medai";

    /// <summary>1.x: the retention policy that is written and read; null: the database's default.</summary>
    public string? RetentionPolicy { get; init; }

    /// <summary>2.x: the organisation.</summary>
    public string? Organisation { get; init; }

    /// <summary>2.x and 3.x: the token; null: none is needed.</summary>
    public string? Token { get; init; }

    /// <summary>1.x: the user; null: none is needed.</summary>
    public string? User { get; init; }

    /// <summary>1.x: the user's password.</summary>
    public string? Password { get; init; }

    /// <summary>How long a request may take before it counts as failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a write may hold up its flow for the server before the rest of its points go to disk; alarms wait as long.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The most lines of a request, 1..<see cref="MostBatchLines"/>. The server's makers recommend 5,000.</summary>
    public int BatchLines { get; init; } = 5000;

    /// <summary>The most bytes kept on disk while the server is away; beyond it the oldest are dropped and counted.</summary>
    public long SpillBytes { get; init; } = 1L << 30;

    /// <summary>The longest that anything is kept on disk; what is older is dropped and counted.</summary>
    public TimeSpan SpillAge { get; init; } = TimeSpan.FromHours(72);

    /// <summary>The first pause after a failed request; it doubles from there.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause that nobody asked for; a server's own <c>Retry-After</c> may be longer.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Seeds the jitter of pauses; processes should differ in it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The clock of pauses, ages and timeouts.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told what a person should know, by any thread; it may not fail. Null: nobody listens.</summary>
    public Action<string>? Report { get; init; }
}
