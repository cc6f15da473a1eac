// What the topics of the fleet must be like, and why.
using System.Globalization;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>How the topics are to be made.</summary>
public sealed record TopicPlan
{
    /// <summary>
    /// Partitions of <c>vitals.v1</c>, <c>state.v1</c> and <c>alerts.v1</c>: the most workers that can share the work. It cannot be changed
    /// later, because patients would move; a migration copies to new topics.
    /// </summary>
    public int Partitions { get; init; } = 16;

    /// <summary>Copies of each partition; null: three, or as many as there are brokers.</summary>
    public short? Replication { get; init; }

    /// <summary>How long frames are kept. It must exceed the longest time for which all workers may be away.</summary>
    public TimeSpan VitalsRetention { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How long scores and dead letters are kept.</summary>
    public TimeSpan ScoresRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The largest record that the topics take, bytes.</summary>
    public int MaxMessageBytes { get; init; } = 1_048_588;

    /// <summary>Checks the plan itself.</summary>
    /// <exception cref="StoreException">A value makes no sense.</exception>
    internal void Check()
    {
        if (Partitions is < 1 or > 4096) throw KafkaOptions.Wrong($"{Partitions} partitions: it must be a number from 1 to 4096.");
        if (Replication is < 1) throw KafkaOptions.Wrong($"A replication of {Replication}: it must be at least 1.");
        if (VitalsRetention < TimeSpan.FromDays(1)) throw KafkaOptions.Wrong($"Frames kept for {VitalsRetention}: it must be at least a day.");
    }

    /// <summary>The topics with the settings that differ from a broker's defaults.</summary>
    /// <param name="options">Names, and who stamps arrival times.</param>
    internal IEnumerable<(string Topic, Dictionary<string, string> Settings)> Topics(KafkaOptions options)
    {
        var stamped = options.ArrivalTime == ArrivalStamp.Broker;
        yield return (options.Vitals, new()
        {
            ["cleanup.policy"] = "delete",
            ["message.timestamp.type"] = stamped ? "LogAppendTime" : "CreateTime",

            // Retention goes by the timestamps: recorded streams are old, or dated in the future to hide who they are from.
            ["retention.ms"] = stamped ? Ms(VitalsRetention) : "-1",
            ["message.timestamp.after.max.ms"] = Number(long.MaxValue),
        });
        yield return (options.State, new()
        {
            ["cleanup.policy"] = "compact",

            // A worker that takes a partition reads all of it: what was replaced should not stay in it for long, and brokers never clean the
            // segment that is being written.
            ["min.cleanable.dirty.ratio"] = "0.2",
            ["segment.bytes"] = Number(16 << 20),
            ["segment.ms"] = Ms(TimeSpan.FromMinutes(10)),
        });
        yield return (options.Alerts, new()
        {
            // What was decided is kept until a person decides otherwise.
            ["cleanup.policy"] = "delete",
            ["retention.ms"] = "-1",
            ["message.timestamp.type"] = "LogAppendTime",
        });
        foreach (var topic in new[] { options.Scores, options.DeadLetters })
        {
            yield return (topic, new()
            {
                ["cleanup.policy"] = "delete",
                ["retention.ms"] = Ms(ScoresRetention),
                ["message.timestamp.type"] = "LogAppendTime",
            });
        }

        yield return (options.Pages, new() { ["cleanup.policy"] = "compact" });
        yield return (options.Directory, new() { ["cleanup.policy"] = "compact" });
    }

    private static string Ms(TimeSpan time) => Number((long)time.TotalMilliseconds);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Something about a topic that a person should know.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Wrong">Whether the program does not run like this; else it is said for information.</param>
/// <param name="Text">What is so, and what to do about it.</param>
public sealed record TopicFinding(string Topic, bool Wrong, string Text);
