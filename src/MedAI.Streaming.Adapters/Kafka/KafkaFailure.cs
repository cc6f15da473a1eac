// Turns librdkafka's error codes into what a person, or a caller that may try again, can do about them.
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>Describes failures.</summary>
internal static class KafkaFailure
{
    /// <summary>The exception for an error.</summary>
    /// <param name="options">Name the brokers.</param>
    /// <param name="error">What librdkafka or the broker said.</param>
    /// <param name="doing">What was to be done, for example <c>append to vitals.v1</c>.</param>
    /// <param name="trouble">What was said before, which often says why.</param>
    /// <param name="inner">The exception that carried the error.</param>
    public static StoreException Describe(
        KafkaOptions options, Error error, string doing, KafkaTrouble? trouble = null, Exception? inner = null)
    {
        var said = $"Could not {doing}. Kafka said: {error.Reason} ({error.Code}).";
        if (trouble?.Last is { } last && last != error.Reason) said += $" Before that: {last}";
        return error.Code switch
        {
            ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition => new(
                StoreFailure.Mismatch,
                $"A topic or partition is not there: 'medai topics create' makes the topics, 'medai topics check' says what is wrong. {said}", inner),
            ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidMsgSize => new(
                StoreFailure.Mismatch,
                $"A record is larger than Kafka takes. Raise max.message.bytes of the topic and kafka.maxRecordBytes. {said}", inner),
            ErrorCode.KafkaStorageError => new(
                StoreFailure.DiskFull, $"A broker cannot write to its disk. Give it space; nothing that was acknowledged is lost. {said}", inner),
            ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.SaslAuthenticationFailed
                or ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed
                or ErrorCode.TransactionalIdAuthorizationFailed => new(
                StoreFailure.Other, $"Kafka refuses this client. Check its rights and the security settings under kafka.client. {said}", inner),
            ErrorCode.Local_BadMsg or ErrorCode.Local_BadCompression or ErrorCode.InvalidMsg => new(
                StoreFailure.Corrupt, $"Kafka gave records that cannot be read. Check the broker's disk. {said}", inner),
            _ when IsUnavailable(error) => new(
                StoreFailure.Unavailable,
                $"No Kafka broker at {options.BootstrapServers} answers, or not all that are needed. Trying again later is safe. {said}", inner),
            _ => new(StoreFailure.Other, said, inner),
        };
    }

    /// <summary>Whether somebody else holds the transactional id now.</summary>
    public static bool IsFenced(Error error) => error.Code
        is ErrorCode.Local_Fenced or ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch or ErrorCode.FencedInstanceId;

    private static bool IsUnavailable(Error error) => error.Code
        is ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut or ErrorCode.Local_MsgTimedOut
        or ErrorCode.Local_TimedOutQueue or ErrorCode.Local_Resolve or ErrorCode.Local_WaitCoord or ErrorCode.Local_QueueFull
        or ErrorCode.Local_Retry or ErrorCode.Local_Destroy or ErrorCode.Local_NodeUpdate
        or ErrorCode.BrokerNotAvailable or ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderForPartition or ErrorCode.RequestTimedOut
        or ErrorCode.NetworkException or ErrorCode.NotEnoughReplicas or ErrorCode.NotEnoughReplicasAfterAppend
        or ErrorCode.ReplicaNotAvailable or ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup
        or ErrorCode.GroupLoadInProgress or ErrorCode.ConcurrentTransactions or ErrorCode.ThrottlingQuotaExceeded;
}
