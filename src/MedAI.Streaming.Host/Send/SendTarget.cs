// Where frames are sent to: a service over HTTP, or the topics of a Kafka cluster.
using MedAI.Streaming.Adapters.Kafka;

namespace MedAI.Streaming.Host.Send;

/// <summary>A receiver of frames.</summary>
internal abstract record SendTarget
{
    /// <summary>What may stand after <c>--to</c>, for messages.</summary>
    public const string Allowed =
        "http://HOST:PORT or https://HOST:PORT of a service, or kafka://HOST:PORT[,HOST:PORT...][/TOPIC-PREFIX]";

    private const string KafkaScheme = "kafka://";

    private SendTarget()
    {
    }

    /// <summary>Reads a target; null for what is none.</summary>
    public static SendTarget? Parse(string text) =>
        text.StartsWith(KafkaScheme, StringComparison.OrdinalIgnoreCase) ? ParseKafka(text[KafkaScheme.Length..]) : ParseHttp(text);

    private static Http? ParseHttp(string text)
    {
        var isAddress = Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https" && uri.Query.Length == 0 && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0;
        return isAddress ? new Http(uri!) : null;
    }

    private static Kafka? ParseKafka(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var brokers = slash < 0 ? text : text[..slash];
        var prefix = slash < 0 ? "" : text[(slash + 1)..];
        return brokers.Split(',').All(IsBroker) && prefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? new Kafka(brokers, prefix)
            : null;
    }

    private static bool IsBroker(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), out var port) && port > 0 && !text.Any(char.IsWhiteSpace);
    }

    /// <summary>A service.</summary>
    /// <param name="Address">Its address, with a slash at the end.</param>
    public sealed record Http(Uri Address) : SendTarget
    {
        /// <inheritdoc/>
        public override string ToString() => Address.ToString().TrimEnd('/');
    }

    /// <summary>A Kafka cluster.</summary>
    /// <param name="Brokers"><c>host:port</c>, joined by commas.</param>
    /// <param name="TopicPrefix">What stands before the names of the topics; may be empty.</param>
    public sealed record Kafka(string Brokers, string TopicPrefix) : SendTarget
    {
        /// <summary>What a site says of Kafka, with these brokers and topics.</summary>
        public KafkaOptions Options(KafkaOptions configured) =>
            configured with { BootstrapServers = Brokers, TopicPrefix = TopicPrefix };

        /// <inheritdoc/>
        public override string ToString() => TopicPrefix.Length == 0 ? $"kafka://{Brokers}" : $"kafka://{Brokers}/{TopicPrefix}";
    }
}
