// Reads one partition of the log for its one reader: keeps its place, finds its place, and tells the end from a silence.
using System.Buffers;
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>
/// A reader of one partition. Reading on costs nothing but the messages; reading from elsewhere asks the broker for the bounds of
/// the log and seeks.
/// </summary>
internal sealed unsafe class PartitionReader : IDisposable
{
    private const int SliceMs = 100;

    // One batch is about as large as the edge's.
    private const int BatchBytes = 1 << 20;
    private readonly KafkaOptions _options;
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly TopicPartition _at;
    private readonly JsonFrameReader? _json;
    private readonly KafkaTrouble _trouble;
    private readonly Action _serveEvents;
    private readonly PartitionQueue _queue;
    private readonly ArrayBufferWriter<byte> _converted = new();

    // Whether the consumer was told to fetch the partition, whether that is paused, and the offset that comes next from the queue (-1:
    // the reader stands nowhere).
    private bool _assigned;
    private bool _paused;
    private long _next = -1;

    // The end that the broker named when asked, and the offset at which it last said that the end is reached.
    private long _askedEnd;
    private long _endAt = -1;

    /// <summary>A reader that stands nowhere yet.</summary>
    public PartitionReader(
        KafkaOptions options, IConsumer<byte[], byte[]> consumer, int partition, JsonFrameReader? json, KafkaTrouble trouble, Action arrived,
        Action serveEvents)
    {
        _serveEvents = serveEvents;
        _options = options;
        _consumer = consumer;
        _at = new TopicPartition(options.Vitals, partition);
        _json = json;
        _trouble = trouble;
        _queue = new PartitionQueue(consumer, options.Vitals, partition, arrived);
    }

    /// <summary>Reads records from an offset on.</summary>
    /// <param name="from">The offset.</param>
    /// <param name="maxRecords">The most records.</param>
    /// <param name="into">Receives them; emptied first.</param>
    /// <param name="appendedEnd">The end that this process knows of by its own appends.</param>
    /// <returns>False when there is nothing at or after the offset.</returns>
    public bool Read(long from, int maxRecords, LogBatch into, long appendedEnd)
    {
        into.Reset(from);
        if (from != _next && !MoveTo(from)) return false;
        for (var waited = 0; ; waited += SliceMs)
        {
            if (Take(maxRecords, into)) return true;
            if (_next < 0 || !IsBehind(appendedEnd)) return false;
            if (waited >= _options.RequestTimeout.TotalMilliseconds)
            {
                // There is more by all that is known. A broker that answers says that it cannot be read yet (an open transaction).
                AskBounds();
                return false;
            }

            _queue.Fill(SliceMs);
        }
    }

    /// <summary>The end of the log as of the last fetch, or -1 where nothing is being fetched.</summary>
    public long SeenEnd => _assigned && !_paused ? Math.Max(_askedEnd, _consumer.GetWatermarkOffsets(_at).High.Value) : -1;

    /// <summary>Stops fetching; the next read finds its place anew.</summary>
    /// <remarks>A pause, because what an unassigned partition still has on its way could be taken for what comes next.</remarks>
    public void Release()
    {
        if (!_assigned || _paused) return;
        _consumer.Pause([_at]);
        _paused = true;
        _next = -1;
        _queue.Drop();
    }

    /// <inheritdoc/>
    public void Dispose() => _queue.Dispose();

    // Whether more is known to be in the log than was read; where the broker said that this is all, by this process's appends only.
    private bool IsBehind(long appendedEnd) => _endAt == _next
        ? _next < appendedEnd
        : _next < Math.Max(Math.Max(appendedEnd, _askedEnd), _consumer.GetWatermarkOffsets(_at).High.Value);

    // Takes what is in the queue, up to a gap; whether the batch is worth handing on.
    private bool Take(int maxRecords, LogBatch into)
    {
        while (into.Count < maxRecords && into.Length < BatchBytes && _queue.Fill(0))
        {
            var message = _queue.Current;
            if (message->Error != 0)
            {
                // What was read before it is handed on first; the error waits in the queue.
                if (into.Count > 0) return true;
                Meet(message);
                if (_next < 0 && !MoveTo(into.FirstOffset)) return false;
                continue;
            }

            if (into.Count > 0 && message->Offset != _next) return true;
            if (into.Count == 0) into.Reset(message->Offset);
            Add(message, into);
            _next = message->Offset + 1;
            _queue.Advance();
        }

        return into.Count > 0;
    }

    private void Add(NativeKafka.Message* message, LogBatch into)
    {
        var kind = RecordHeaders.KindOf(message);
        var arrival = NativeKafka.rd_kafka_message_timestamp(message, null);
        var value = message->Value;
        if (_json is not null && kind == RecordKind.Frame && value.Length > 0 && value[0] == (byte)'{')
        {
            _converted.ResetWrittenCount();
            kind = _json(message->KeyBytes, value, $"{_at.Topic}/{_at.Partition.Value}@{message->Offset}", _converted);
            value = _converted.WrittenSpan;
        }

        RecordHeaders.Add(into, kind, arrival, value);
    }

    // The end of the partition is told like an error, and so is a place that is no longer there.
    private void Meet(NativeKafka.Message* message)
    {
        var (code, offset, text) = (message->Error, message->Offset, System.Text.Encoding.UTF8.GetString(message->Value));
        _queue.Advance();
        switch (code)
        {
            case NativeKafka.PartitionEnd:
                _endAt = offset;
                break;
            case NativeKafka.OffsetNotThere:
                // librdkafka has stopped fetching it, and begins again only when it is assigned anew.
                _consumer.IncrementalUnassign([_at]);
                _assigned = false;
                _next = -1;
                _queue.Drop();
                break;
            default:
                _next = -1;
                throw KafkaFailure.Describe(
                    _options, new Error((ErrorCode)code, text), $"read partition {_at.Partition.Value} of {_at.Topic}", _trouble);
        }
    }

    // Finds an offset; false where the log ends before it.
    private bool MoveTo(long from)
    {
        var (low, high) = AskBounds();
        if (from > high) return false;
        if (from < low)
        {
            // An offset of 0 is "from the beginning", wherever that is by now.
            if (from > 0)
            {
                _options.Report?.Invoke(
                    $"records {from} to {low - 1} of partition {_at.Partition.Value} of {_at.Topic} were removed before they were read: "
                    + "retention.ms of the topic is shorter than this worker was away. Going on behind them.");
            }

            from = low;
        }

        Place(from);
        _next = from;
        return true;
    }

    private void Place(long from)
    {
        _endAt = -1;
        var place = new TopicPartitionOffset(_at, from);
        if (!_assigned)
        {
            _consumer.IncrementalAssign([place]);
            _assigned = true;
            return;
        }

        if (_paused) _consumer.Resume([_at]);
        _paused = false;
        Seek(place);
    }

    // Makes what is in librdkafka's queue outdated at once; what is at hand here is thrown away.
    private void Seek(TopicPartitionOffset place)
    {
        for (var waited = 0; ; waited += SliceMs)
        {
            try
            {
                _consumer.Seek(place);
                while (_queue.Current is not null) _queue.Advance();
                return;
            }
            catch (KafkaException e) when (e.Error.Code is ErrorCode.Local_State or ErrorCode.Local_InProgress)
            {
                // Assigned only just now, and not fetching yet.
                if (waited >= _options.RequestTimeout.TotalMilliseconds)
                    throw KafkaFailure.Describe(_options, e.Error, $"read partition {_at.Partition.Value} of {_at.Topic}", _trouble, e);
                while (_queue.Fill(SliceMs)) _queue.Advance();
            }
        }
    }

    private (long Low, long High) AskBounds()
    {
        var bounds = PartitionBounds.Ask(_options, _consumer, _at, _trouble, _serveEvents);
        _askedEnd = bounds.High;
        return bounds;
    }
}
