// Follows whole topics from places of the reader's own, without any group: for views that every process keeps for itself.
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>A message of a topic that is followed.</summary>
/// <param name="Topic">The topic's number in the list that was given.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="Key">The key; null: none.</param>
/// <param name="Value">The value; null: the key's end (a tombstone).</param>
public readonly record struct TailMessage(int Topic, int Partition, long Offset, byte[]? Key, byte[]? Value);

/// <summary>Follows all partitions of some topics. One thread at a time.</summary>
/// <remarks>Messages of one partition come in order and once; between partitions there is no order.</remarks>
public sealed class TopicTail : IDisposable
{
    private readonly KafkaOptions _options;
    private readonly IReadOnlyList<string> _topics;
    private readonly KafkaTrouble _trouble;
    private readonly IConsumer<byte[], byte[]> _consumer;

    private readonly List<int> _partitions = [];

    // Partitions whose end, as it was when the following began, has not been reached yet.
    private readonly Dictionary<TopicPartition, long> _behind = [];

    private TopicTail(KafkaOptions options, IReadOnlyList<string> topics)
    {
        _options = options;
        _topics = topics;
        _trouble = new KafkaTrouble(options);
        _consumer = KafkaClients.Consumer(options, "tail", _trouble);
    }

    /// <summary>Whether everything that was there when the following began has been handed over.</summary>
    public bool CaughtUp => _behind.Count == 0;

    /// <summary>How many partitions a topic has, by its number in the list that was given.</summary>
    public int Partitions(int topic) => _partitions[topic];

    /// <summary>Begins to follow topics.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="topics">Names of the topics.</param>
    /// <param name="from">By number of the topic and partition, the offset to begin at; what is no longer there is passed over.</param>
    /// <exception cref="StoreException">A topic is not there, or no broker answers.</exception>
    public static TopicTail Open(KafkaOptions options, IReadOnlyList<string> topics, Func<int, int, long> from)
    {
        var tail = new TopicTail(options, topics);
        try
        {
            tail.Assign(from);
            return tail;
        }
        catch
        {
            tail.Dispose();
            throw;
        }
    }

    /// <summary>Waits for messages and hands over what has come.</summary>
    /// <param name="wait">How long to wait for the first.</param>
    /// <param name="most">The most to hand over.</param>
    /// <param name="into">Receives them; emptied first.</param>
    /// <exception cref="StoreException">A topic cannot be read.</exception>
    public void Poll(TimeSpan wait, int most, List<TailMessage> into)
    {
        into.Clear();
        try
        {
            while (into.Count < most && _consumer.Consume(into.Count == 0 ? wait : TimeSpan.Zero) is { } result)
            {
                if (result.IsPartitionEOF)
                {
                    Reached(result.TopicPartition, result.Offset.Value);
                    continue;
                }

                into.Add(new TailMessage(
                    Number(result.Topic), result.Partition.Value, result.Offset.Value, result.Message.Key, result.Message.Value));
                Reached(result.TopicPartition, result.Offset.Value + 1);
            }
        }
        catch (ConsumeException e)
        {
            throw KafkaFailure.Describe(_options, e.Error, $"follow {string.Join(", ", _topics)}", _trouble, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
    }

    private void Assign(Func<int, int, long> from)
    {
        var places = new List<TopicPartitionOffset>();
        _partitions.AddRange(KafkaTopics.CountPartitions(_options, _consumer.Handle, _trouble, [.. _topics]));
        for (var topic = 0; topic < _topics.Count; topic++)
        {
            for (var p = 0; p < _partitions[topic]; p++)
            {
                var at = new TopicPartition(_topics[topic], p);
                var (low, high) = PartitionBounds.Ask(_options, _consumer, at, _trouble);
                var begin = Math.Clamp(from(topic, p), low, high);
                places.Add(new TopicPartitionOffset(at, begin));
                if (begin < high) _behind[at] = high;
            }
        }

        _consumer.Assign(places);
    }

    private void Reached(TopicPartition at, long next)
    {
        if (_behind.TryGetValue(at, out var end) && next >= end) _behind.Remove(at);
    }

    private int Number(string topic)
    {
        for (var i = 0; i < _topics.Count; i++)
        {
            if (_topics[i] == topic) return i;
        }

        throw new InvalidOperationException($"a message of {topic}, which was not asked for");
    }
}
