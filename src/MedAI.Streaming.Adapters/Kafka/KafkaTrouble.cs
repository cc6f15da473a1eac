// Keeps what librdkafka last complained about, so that a failure can say why and not only that.
using Confluent.Kafka;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>Hears the errors and warnings of clients; any thread.</summary>
internal sealed class KafkaTrouble(KafkaOptions options)
{
    // Facilities that say nothing to a person: settings that belong to the other kind of client, and connections that come and go.
    private static readonly string[] Silent = ["CONFWARN", "REQTMOUT", "CLSTR"];
    private volatile string? _last;

    /// <summary>What was last said about brokers that cannot be reached or refuse; null: nothing, or a call succeeded since.</summary>
    public string? Last => _last;

    /// <summary>A call succeeded, so what was said before is past.</summary>
    public void Forget() => _last = null;

    /// <summary>An error of a client.</summary>
    public void Hear(Error error)
    {
        // The general word that all are down comes beside the one that says why.
        if (error.Code == ErrorCode.Local_AllBrokersDown && _last is not null) return;
        Say(error.Reason);
    }

    /// <summary>A line of librdkafka's own log; only what is worse than a notice is repeated.</summary>
    public void Hear(LogMessage line)
    {
        if (line.Level <= SyslogLevel.Warning && !Silent.Contains(line.Facility)) Say(line.Message);
    }

    private void Say(string text)
    {
        if (text == _last) return;
        _last = text;
        options.Report?.Invoke($"kafka: {text}");
    }
}
