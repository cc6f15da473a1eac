// Makes Kafka's options of checked values, together with the file of further settings.
using System.Collections.ObjectModel;
using MedAI.Streaming.Adapters.Kafka;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Reads the section <c>kafka</c>.</summary>
internal static class KafkaSettingsReader
{
    private const int LargestFile = 1024 * 1024;

    /// <summary>Reads the section; what is wrong with it is added to the errors.</summary>
    public static KafkaOptions Read(SettingValues values, List<ConfigurationError> errors)
    {
        var options = new KafkaOptions
        {
            BootstrapServers = values.Word("kafka.bootstrapServers"),
            Group = values.Word("kafka.group"),
            TopicPrefix = values.WordOrNull("kafka.topicPrefix") ?? "",
            ArrivalTime = values.Word("kafka.arrivalTime") == "producer" ? ArrivalStamp.Producer : ArrivalStamp.Broker,
            Spread = values.Word("kafka.assignment") == "range" ? PartitionSpread.Range : PartitionSpread.CooperativeSticky,
            StaticMember = values.WordOrNull("kafka.staticMember"),
            SessionTimeout = TimeSpan.FromSeconds(values.Whole("kafka.sessionTimeoutSeconds")),
            BusyTimeout = TimeSpan.FromSeconds(values.Whole("kafka.revokeTimeoutSeconds")),
            RequestTimeout = TimeSpan.FromSeconds(values.Whole("kafka.requestTimeoutSeconds")),
            MaxRecordBytes = values.Whole("kafka.maxRecordBytes"),
            Client = Client(values, errors),
        };
        if (options.BusyTimeout < options.SessionTimeout)
        {
            Report(
                values, errors, "kafka.revokeTimeoutSeconds", "at least kafka.sessionTimeoutSeconds",
                "A worker that gives partitions up must not be given up itself meanwhile; give a larger number.");
        }

        return options;
    }

    private static IReadOnlyDictionary<string, string> Client(SettingValues values, List<ConfigurationError> errors)
    {
        var client = new Dictionary<string, string>(StringComparer.Ordinal);
        if (values.WordOrNull("kafka.clientFile") is { } file)
        {
            try
            {
                ReadFile(file, client);
            }
            catch (Exception reason) when (reason is IOException or UnauthorizedAccessException or FormatException)
            {
                Report(values, errors, "kafka.clientFile", "a file of lines name=value", reason.Message);
            }
        }

        foreach (var (name, value) in values.Node("kafka.client")?.Members ?? [])
        {
            client[name] = value.Text;
        }

        return client.Count == 0 ? ReadOnlyDictionary<string, string>.Empty : client;
    }

    private static void ReadFile(string file, Dictionary<string, string> into)
    {
        if (new FileInfo(file).Length > LargestFile)
            throw new FormatException($"{file} has more than 1 MiB; name the right file.");

        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            var text = line.Trim();
            if (text.Length == 0 || text[0] == '#')
                continue;

            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
                throw new FormatException($"{file}, line {number}, is not of the form name=value.");
            into[text[..at].Trim()] = text[(at + 1)..].Trim();
        }
    }

    private static void Report(SettingValues values, List<ConfigurationError> errors, string key, string allowed, string advice)
    {
        var node = values.Node(key);
        errors.Add(new(key, node?.Line ?? 0, node?.Found ?? $"the default {ConfigurationKeys.Find(key)!.Default}", allowed, advice));
    }
}
