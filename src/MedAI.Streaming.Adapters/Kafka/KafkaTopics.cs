// The topics that the fleet needs: made, checked, and counted.
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>Makes and checks topics.</summary>
public static class KafkaTopics
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    // Settings that must be as planned; the others are a site's choice, which a check only names.
    private static readonly string[] Binding = ["cleanup.policy", "message.timestamp.type"];

    /// <summary>Makes the topics that are not there, leaves those that are, and checks all of them.</summary>
    /// <returns>What was made, and what is wrong.</returns>
    /// <exception cref="StoreException">The settings are wrong, no broker answers, or it refuses.</exception>
    public static async Task<IReadOnlyList<TopicFinding>> CreateAsync(KafkaOptions options, TopicPlan plan)
    {
        options.Check();
        plan.Check();
        var trouble = new KafkaTrouble(options);
        using var admin = KafkaClients.Admin(options, trouble);
        var cluster = Ask(options, trouble, "list the topics", () => admin.GetMetadata(options.RequestTimeout));
        var there = cluster.Topics.Select(t => t.Topic).ToHashSet();
        var replication = plan.Replication ?? (short)Math.Min(3, Math.Max(1, cluster.Brokers.Count));
        var missing = plan.Topics(options).Where(t => !there.Contains(t.Topic)).Select(t => Specify(t.Topic, t.Settings, plan, replication)).ToList();
        var made = new List<TopicFinding>();
        if (missing.Count > 0)
        {
            await MakeAsync(options, trouble, admin, missing).ConfigureAwait(false);
            await KnownAsync(options, trouble, admin, [.. missing.Select(m => m.Name)]).ConfigureAwait(false);
            made.AddRange(missing.Select(m => new TopicFinding(
                m.Name, false, $"made with {m.NumPartitions} partitions and {Copies(m.ReplicationFactor)}")));
        }

        return [.. made, .. await CheckAsync(options, plan).ConfigureAwait(false)];
    }

    /// <summary>Deletes the topics with everything in them.</summary>
    /// <exception cref="StoreException">One is not there, no broker answers, or it refuses.</exception>
    public static async Task DeleteAsync(KafkaOptions options)
    {
        options.Check();
        var trouble = new KafkaTrouble(options);
        using var admin = KafkaClients.Admin(options, trouble);
        try
        {
            await admin.DeleteTopicsAsync(new TopicPlan().Topics(options).Select(t => t.Topic)).ConfigureAwait(false);
        }
        catch (KafkaException e)
        {
            throw KafkaFailure.Describe(options, e.Error, "delete the topics", trouble, e);
        }
    }

    /// <summary>Checks that the topics are there and as the program needs them.</summary>
    /// <param name="options">Names and brokers.</param>
    /// <param name="plan">What retention and sizes are expected; null: they are not looked at.</param>
    /// <returns>What is wrong, or worth knowing; empty: all is well.</returns>
    /// <exception cref="StoreException">The settings are wrong, or no broker answers.</exception>
    public static async Task<IReadOnlyList<TopicFinding>> CheckAsync(KafkaOptions options, TopicPlan? plan = null)
    {
        options.Check();
        var trouble = new KafkaTrouble(options);
        using var admin = KafkaClients.Admin(options, trouble);
        var cluster = Ask(options, trouble, "list the topics", () => admin.GetMetadata(options.RequestTimeout));
        var found = cluster.Topics.ToDictionary(t => t.Topic);
        var findings = new List<TopicFinding>();
        var there = new List<(string Topic, Dictionary<string, string> Settings)>();
        foreach (var (topic, settings) in (plan ?? new TopicPlan()).Topics(options))
        {
            if (found.ContainsKey(topic)) there.Add((topic, settings));
            else findings.Add(new TopicFinding(topic, true, "is not there. 'medai topics create' makes it."));
        }

        CompareCounts(options, found, findings);
        await CompareSettingsAsync(options, trouble, admin, there, plan, findings).ConfigureAwait(false);
        return findings;
    }

    /// <summary>The numbers of partitions of topics.</summary>
    /// <remarks>For several at once, because the client that asks takes a tenth of a second to go.</remarks>
    /// <exception cref="StoreException">One is not there, or no broker answers.</exception>
    internal static int[] CountPartitions(KafkaOptions options, Handle client, KafkaTrouble trouble, params string[] topics)
    {
        // Through a client that already is; it is the other one's to dispose.
        using var admin = new DependentAdminClientBuilder(client).Build();
        return Array.ConvertAll(topics, topic =>
        {
            var found = Ask(options, trouble, $"find topic {topic}", () => admin.GetMetadata(topic, options.RequestTimeout)).Topics[0];
            return found.Error.IsError
                ? throw KafkaFailure.Describe(options, found.Error, $"find topic {topic}", trouble)
                : found.Partitions.Count;
        });
    }

    // A broker that made a topic may still answer for a moment as if it had not.
    private static async Task KnownAsync(KafkaOptions options, KafkaTrouble trouble, IAdminClient admin, HashSet<string> topics)
    {
        using var beat = new PeriodicTimer(Moment);
        for (var waited = TimeSpan.Zero; ; waited += Moment)
        {
            var known = Ask(options, trouble, "list the topics", () => admin.GetMetadata(options.RequestTimeout)).Topics;
            if (topics.IsSubsetOf(known.Where(t => !t.Error.IsError).Select(t => t.Topic)))
                return;
            if (waited >= options.RequestTimeout)
                throw KafkaFailure.Describe(options, new Error(ErrorCode.Local_TimedOut), "see the topics that were made", trouble);
            await beat.WaitForNextTickAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Makes topics, and waits until brokers know them.</summary>
    internal static async Task MakeAsync(
        KafkaOptions options, KafkaTrouble trouble, IAdminClient admin, IReadOnlyList<TopicSpecification> topics)
    {
        try
        {
            var limits = new CreateTopicsOptions { RequestTimeout = options.RequestTimeout, OperationTimeout = options.RequestTimeout };
            await admin.CreateTopicsAsync(topics, limits).ConfigureAwait(false);
        }
        catch (CreateTopicsException e)
        {
            // Another process that makes them at the same time is welcome.
            var refused = e.Results.FirstOrDefault(r => r.Error.IsError && r.Error.Code != ErrorCode.TopicAlreadyExists);
            if (refused is not null) throw KafkaFailure.Describe(options, refused.Error, $"make topic {refused.Topic}", trouble, e);
        }
        catch (KafkaException e)
        {
            throw KafkaFailure.Describe(options, e.Error, "make the topics", trouble, e);
        }
    }

    /// <summary>A topic as it is to be made.</summary>
    internal static TopicSpecification Specify(string topic, Dictionary<string, string> settings, TopicPlan plan, short replication)
    {
        settings["max.message.bytes"] = plan.MaxMessageBytes.ToString(CultureInfo.InvariantCulture);

        // With three copies, one broker may be away and what is acknowledged is still on two.
        if (replication >= 3) settings["min.insync.replicas"] = "2";
        return new TopicSpecification { Name = topic, NumPartitions = plan.Partitions, ReplicationFactor = replication, Configs = settings };
    }

    private static string Copies(short replication) => replication == 1
        ? "a single copy: a broker that is lost takes it along"
        : $"{replication} copies";

    private static void CompareCounts(KafkaOptions options, Dictionary<string, TopicMetadata> found, List<TopicFinding> findings)
    {
        if (!found.TryGetValue(options.Vitals, out var vitals)) return;
        foreach (var topic in new[] { options.State, options.Alerts })
        {
            if (found.TryGetValue(topic, out var other) && other.Partitions.Count != vitals.Partitions.Count)
            {
                findings.Add(new TopicFinding(
                    topic, true,
                    $"has {other.Partitions.Count} partitions and {options.Vitals} has {vitals.Partitions.Count}: they must be equal, because a "
                    + "patient has one partition number in all of them. Delete it and run 'medai topics create', or migrate to new topics."));
            }
        }
    }

    private static async Task CompareSettingsAsync(
        KafkaOptions options, KafkaTrouble trouble, IAdminClient admin, List<(string Topic, Dictionary<string, string> Settings)> topics,
        TopicPlan? plan, List<TopicFinding> findings)
    {
        if (topics.Count == 0) return;
        var resources = topics.Select(t => new ConfigResource { Type = ResourceType.Topic, Name = t.Topic });
        List<DescribeConfigsResult> described;
        try
        {
            described = await admin.DescribeConfigsAsync(resources, new() { RequestTimeout = options.RequestTimeout }).ConfigureAwait(false);
        }
        catch (KafkaException e)
        {
            throw KafkaFailure.Describe(options, e.Error, "read the settings of the topics", trouble, e);
        }

        foreach (var (topic, settings) in topics)
        {
            var actual = described.Single(d => d.ConfigResource.Name == topic).Entries;
            foreach (var (name, planned) in settings)
            {
                if (!actual.TryGetValue(name, out var entry) || entry.Value == planned) continue;
                if (Array.IndexOf(Binding, name) >= 0)
                    findings.Add(new TopicFinding(topic, true, $"has {name}={entry.Value}, and must have {name}={planned}."));
                else if (plan is not null)
                    findings.Add(new TopicFinding(topic, false, $"has {name}={entry.Value}; planned was {planned}."));
            }
        }
    }

    private static T Ask<T>(KafkaOptions options, KafkaTrouble trouble, string what, Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (KafkaException e)
        {
            throw KafkaFailure.Describe(options, e.Error, what, trouble, e);
        }
    }
}
