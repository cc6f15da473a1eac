// What is made of the points on the server: how long they are kept, and how they become minutes and hours.
using System.Globalization;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>How long series are kept on the server. Ages are in whole days; null: for ever.</summary>
/// <param name="RawDays">Points as they came.</param>
/// <param name="MinuteDays">Minutes: mean, least, most, sum and count.</param>
/// <param name="HourDays">Hours of the same.</param>
public sealed record SeriesPlan(int? RawDays = 30, int? MinuteDays = 400, int? HourDays = null)
{
    /// <summary>The name of the points as they came: a retention policy in 1.x, the bucket itself in 2.x.</summary>
    public const string Raw = "raw";

    /// <summary>The name of the minutes.</summary>
    public const string Minute = "minute";

    /// <summary>The name of the hours.</summary>
    public const string Hour = "hour";

    /// <summary>
    /// How often minutes are made anew, and of which time: a point up to an hour late finds its minute made once more within five minutes.
    /// </summary>
    internal const string MinuteEvery = "5m";

    /// <summary>See <see cref="MinuteEvery"/>.</summary>
    internal const string MinuteOf = "70m";

    /// <summary>How often hours are made anew of minutes, and of which time: what is late for its minute is late for its hour.</summary>
    internal const string HourEvery = "30m";

    /// <summary>See <see cref="HourEvery"/>.</summary>
    internal const string HourOf = "4h";

    /// <summary>A duration of InfluxQL.</summary>
    internal static string Duration(int? days) =>
        days is { } some ? string.Create(CultureInfo.InvariantCulture, $"{some}d") : "INF";
}

/// <summary>A step of the set-up that was taken, or would be.</summary>
/// <param name="What">What it makes, in words.</param>
/// <param name="Statement">The statement or request that makes it.</param>
/// <param name="Was">What became of it.</param>
public sealed record SetupStep(string What, string Statement, SetupResult Was);

/// <summary>What became of a step.</summary>
public enum SetupResult
{
    /// <summary>Not done: the steps were only asked for.</summary>
    Shown,

    /// <summary>It was there already, and as it should be.</summary>
    Kept,

    /// <summary>It was made.</summary>
    Made,

    /// <summary>It was there, and is now as it should be.</summary>
    Changed,
}
