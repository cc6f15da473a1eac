// One partition's queue of fetched messages, read in batches by one thread without an allocation per message.
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>
/// A partition's queue of a consumer, cut off from the consumer's own queue: its messages come out here only, while errors of the
/// consumer as a whole go on coming out there.
/// </summary>
/// <remarks>
/// Lifetime: made before the partition is assigned, so that no message takes the other way; disposed before the consumer is closed,
/// because the queue holds a reference to the native client, and closing waits for all of them. Read by one thread at a time.
/// </remarks>
internal sealed unsafe class PartitionQueue : IDisposable
{
    private const int Size = 512;
    private readonly SafeHandle _client;
    private readonly nint _queue;
    private readonly NativeKafka.Message** _messages;
    private GCHandle _arrived;
    private int _next;
    private int _count;
    private bool _disposed;

    /// <summary>Takes a partition's queue out of a consumer's.</summary>
    /// <param name="consumer">The consumer.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="arrived">Called when messages came in; on a thread of librdkafka, which must not be held up.</param>
    public PartitionQueue(IClient consumer, string topic, int partition, Action arrived)
    {
        _client = NativeKafka.ClientOf(consumer.Handle);
        var held = false;
        _client.DangerousAddRef(ref held);
        _queue = NativeKafka.rd_kafka_queue_get_partition(_client.DangerousGetHandle(), topic, partition);
        if (_queue == 0) throw new InvalidOperationException($"librdkafka has no queue for partition {partition} of {topic}.");
        NativeKafka.rd_kafka_queue_forward(_queue, 0);
        _messages = (NativeKafka.Message**)NativeMemory.Alloc(Size, (nuint)sizeof(NativeKafka.Message*));
        _arrived = GCHandle.Alloc(arrived);
        NativeKafka.rd_kafka_queue_cb_event_enable(_queue, &Arrived, GCHandle.ToIntPtr(_arrived));
    }

    /// <summary>The message at hand, or null when there is none; it stays the same until <see cref="Advance"/>.</summary>
    public NativeKafka.Message* Current => _next < _count ? _messages[_next] : null;

    /// <summary>Lets messages come in where none is at hand.</summary>
    /// <param name="timeoutMs">How long to wait for the first, ms.</param>
    /// <returns>Whether one is at hand.</returns>
    public bool Fill(int timeoutMs)
    {
        if (_next < _count) return true;
        _next = 0;
        _count = Take(0, 0, Size);

        // librdkafka waits until as many have come as were asked for, so the wait is for one, and the others are what came with it.
        if (_count == 0 && timeoutMs > 0 && (_count = Take(0, timeoutMs, 1)) == 1) _count += Take(1, 0, Size - 1);
        return _count > 0;
    }

    /// <summary>Goes on to the next message; what pointed into the one at hand is gone.</summary>
    public void Advance() => NativeKafka.rd_kafka_message_destroy(_messages[_next++]);

    /// <summary>Throws away what is at hand and what has come in.</summary>
    public void Drop()
    {
        do
        {
            while (_next < _count) Advance();
        }
        while (Fill(0));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        NativeKafka.rd_kafka_queue_cb_event_enable(_queue, null, 0);
        while (_next < _count) Advance();
        NativeKafka.rd_kafka_queue_destroy(_queue);
        NativeMemory.Free(_messages);
        _arrived.Free();
        _client.DangerousRelease();
    }

    private int Take(int at, int timeoutMs, int most) =>
        Math.Max(0, (int)NativeKafka.rd_kafka_consume_batch_queue(_queue, timeoutMs, _messages + at, (nuint)most));

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static void Arrived(nint client, nint opaque) => ((Action)GCHandle.FromIntPtr(opaque).Target!)();
}
