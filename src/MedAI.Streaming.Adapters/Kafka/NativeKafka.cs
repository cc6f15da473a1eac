// The few functions of librdkafka that Confluent.Kafka does not offer: a partition's own queue, read in batches.
using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>Entry points, and the native client behind a managed one.</summary>
internal static unsafe partial class NativeKafka
{
    /// <summary>The partition's end was reached; not an error.</summary>
    public const int PartitionEnd = -191;

    /// <summary>The offset to read from is not in the log.</summary>
    public const int OffsetNotThere = -140;

    private const string Library = "librdkafka";
    private static readonly PropertyInfo NativeClient = typeof(Handle).GetProperty("LibrdkafkaHandle", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new MissingMemberException("Confluent.Kafka.Handle has no LibrdkafkaHandle: this program is built for Confluent.Kafka 2.15.");

    // This assembly's only native names of its own are librdkafka's; a second resolver could not be set beside it.
    static NativeKafka() => NativeLibrary.SetDllImportResolver(typeof(NativeKafka).Assembly, Resolve);

    /// <summary>The native client behind a managed one. Whoever uses it holds a reference to it meanwhile.</summary>
    public static SafeHandle ClientOf(Handle handle) => (SafeHandle)NativeClient.GetValue(handle)!;

    /// <summary>librdkafka's word for an error.</summary>
    public static string Text(int error) => Marshal.PtrToStringUTF8(rd_kafka_err2str(error)) ?? "";

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint rd_kafka_queue_get_partition(nint client, string topic, int partition);

    [LibraryImport(Library)]
    public static partial void rd_kafka_queue_forward(nint from, nint to);

    [LibraryImport(Library)]
    public static partial void rd_kafka_queue_cb_event_enable(nint queue, delegate* unmanaged[Cdecl]<nint, nint, void> arrived, nint opaque);

    [LibraryImport(Library)]
    public static partial void rd_kafka_queue_destroy(nint queue);

    [LibraryImport(Library)]
    public static partial nint rd_kafka_consume_batch_queue(nint queue, int timeoutMs, Message** messages, nuint size);

    [LibraryImport(Library)]
    public static partial void rd_kafka_message_destroy(Message* message);

    [LibraryImport(Library)]
    public static partial long rd_kafka_message_timestamp(Message* message, int* type);

    [LibraryImport(Library)]
    public static partial int rd_kafka_message_headers(Message* message, nint* headers);

    [LibraryImport(Library)]
    public static partial int rd_kafka_header_get_last(nint headers, byte* name, byte** value, nuint* size);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_err2str(int error);

    // Confluent.Kafka's own names in its own order, so that both talk to one library.
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return 0;
        string[] candidates = RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
            || RuntimeInformation.RuntimeIdentifier.StartsWith("alpine", StringComparison.Ordinal)
            ? ["alpine-librdkafka", Library]
            : [Library, "centos8-librdkafka"];
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, assembly, path, out var handle)) return handle;
        }

        return 0;
    }

    /// <summary>librdkafka's <c>rd_kafka_message_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        /// <summary>0, or why this is not a message.</summary>
        public int Error;

        /// <summary>The topic's handle.</summary>
        public nint Topic;

        /// <summary>The partition.</summary>
        public int Partition;

        /// <summary>The value; of an error its text; null for none.</summary>
        public byte* Payload;

        /// <summary>Its length in bytes.</summary>
        public nuint Length;

        /// <summary>The key, or null.</summary>
        public byte* Key;

        /// <summary>Its length in bytes.</summary>
        public nuint KeyLength;

        /// <summary>The offset.</summary>
        public long Offset;

        /// <summary>librdkafka's own.</summary>
        public nint Private;

        /// <summary>The value's bytes; only until the message is destroyed.</summary>
        public readonly ReadOnlySpan<byte> Value => new(Payload, (int)Length);

        /// <summary>The key's bytes; only until the message is destroyed.</summary>
        public readonly ReadOnlySpan<byte> KeyBytes => new(Key, (int)KeyLength);
    }
}
