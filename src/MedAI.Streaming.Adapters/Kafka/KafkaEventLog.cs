// The log of the fleet: the topic vitals.v1, which any process and any device may append to.
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>
/// The log in a Kafka topic. A message's key is the patient id (none for a record of the whole partition), its partition the
/// key's by <see cref="Pipeline.Wire.Partitioner"/>, its value the record's payload, its header <c>kind</c> the record's kind in one byte (none: a
/// frame), and its timestamp the arrival time: the broker's, or the producer's (<see cref="KafkaOptions.ArrivalTime"/>).
/// </summary>
/// <remarks>
/// Reading needs no membership in the group: whoever owns a partition reads it. Each partition is read through a queue of its own, by
/// the thread that asks for it. Arrival times are at least 1 ms after 1970, because Kafka takes 0 for "now".
/// </remarks>
public sealed class KafkaEventLog : IEventLog
{
    private readonly KafkaOptions _options;
    private readonly KafkaTrouble _trouble;
    private readonly JsonFrameReader? _json;
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly DurableProducer _producer;

    // One reader per partition, made when it is first used, by the one thread that reads the partition.
    private readonly PartitionReader?[] _readers;

    // Ends of partitions by this process's own appends: written by the appender, read by any thread (Volatile).
    private readonly long[] _appended;

    // Whoever finds nothing to read serves the consumer's own events; one at a time, others pass by.
    private readonly Lock _events = new();

    private KafkaEventLog(KafkaOptions options, JsonFrameReader? json)
    {
        _options = options;
        _json = json;
        _trouble = new KafkaTrouble(options);
        _consumer = KafkaClients.Consumer(options, "log", _trouble);
        try
        {
            Partitions = KafkaTopics.CountPartitions(options, _consumer.Handle, _trouble, options.Vitals)[0];
            _producer = new DurableProducer(options, "log", _trouble);
        }
        catch
        {
            _consumer.Dispose();
            throw;
        }

        _readers = new PartitionReader?[Partitions];
        _appended = new long[Partitions];
    }

    /// <inheritdoc/>
    public int Partitions { get; }

    /// <summary>Told the partition in which records may have come in; from a thread of librdkafka, which must not be held up.</summary>
    public Action<int>? Arrived { get; set; }

    /// <summary>Opens the log.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="json">Turns frames that were produced as JSON text into records; null: they are taken as they are, and refused.</param>
    /// <exception cref="StoreException">The settings are wrong, no broker answers, or the topic is not there.</exception>
    public static KafkaEventLog Open(KafkaOptions options, JsonFrameReader? json = null)
    {
        options.CheckOwn();
        return new KafkaEventLog(options, json);
    }

    /// <inheritdoc/>
    /// <remarks>Of a partition that is being read it is the end as of the last fetch; of another one the broker is asked.</remarks>
    public long NextOffset(int partition)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)partition, (uint)Partitions);
        if (KnownEnd(partition) is { } known) return known;
        var asked = PartitionBounds.Ask(_options, _consumer, new(_options.Vitals, partition), _trouble, ServeEvents).High;
        return Math.Max(asked, Volatile.Read(ref _appended[partition]));
    }

    /// <inheritdoc/>
    /// <remarks>Known is the end of a partition that is being read, as of the last fetch; null for all others.</remarks>
    public long? KnownEnd(int partition)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)partition, (uint)Partitions);
        var seen = Volatile.Read(ref _readers[partition])?.SeenEnd ?? -1;
        return seen < 0 ? null : Math.Max(seen, Volatile.Read(ref _appended[partition]));
    }

    /// <inheritdoc/>
    public void Append(AppendBatch batch)
    {
        batch.Check(Partitions);
        if (batch.Total == 0) return;
        var delivery = _producer.Begin($"append to {_options.Vitals}");
        for (var p = 0; p < Partitions; p++)
            AddRecords(p, batch.Records(p).Span, delivery);
        foreach (var (partition, end) in delivery.Wait())
            Volatile.Write(ref _appended[partition.Partition.Value], Math.Max(_appended[partition.Partition.Value], end));
    }

    /// <inheritdoc/>
    public bool Read(int partition, long fromOffset, int maxRecords, LogBatch into)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromOffset);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRecords, 1);
        var reader = _readers[partition];
        if (reader is null)
        {
            reader = new PartitionReader(_options, _consumer, partition, _json, _trouble, () => Arrived?.Invoke(partition), ServeEvents);
            Volatile.Write(ref _readers[partition], reader);
        }

        if (reader.Read(fromOffset, maxRecords, into, Volatile.Read(ref _appended[partition]))) return true;
        ServeEvents();
        return false;
    }

    /// <summary>Stops fetching a partition that somebody else reads from now on. Not while it is being read.</summary>
    public void Release(int partition) => _readers[partition]?.Release();

    /// <inheritdoc/>
    /// <remarks>Queues go before the consumer: closing it waits for whoever still holds a reference to the native client.</remarks>
    public void Dispose()
    {
        foreach (var reader in _readers)
            reader?.Dispose();
        _consumer.Close();
        _consumer.Dispose();
        _producer.Dispose();
    }

    private void AddRecords(int partition, ReadOnlySpan<byte> records, DurableProducer.Delivery delivery)
    {
        var to = new TopicPartition(_options.Vitals, partition);
        while (records.Length > 0)
        {
            var length = RecordFraming.RecordLength(records);
            RecordHeaders.Take(records[..length], out var kind, out var arrival, out var payload);
            var patient = RecordKey.Of(kind, payload);
            delivery.Add(to, patient.IsEmpty ? null : patient.ToArray(), payload.ToArray(), RecordHeaders.For(kind), arrival);
            records = records[length..];
        }
    }

    private void ServeEvents()
    {
        if (!_events.TryEnter()) return;
        try
        {
            _consumer.Consume(TimeSpan.Zero);
        }
        catch (ConsumeException e)
        {
            _trouble.Hear(e.Error);
        }
        finally
        {
            _events.Exit();
        }
    }
}
