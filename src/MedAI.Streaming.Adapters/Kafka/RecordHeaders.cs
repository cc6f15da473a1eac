// How a log record lies in a Kafka message: its kind in a header, its arrival time in the timestamp, its payload in the value.
using System.Buffers.Binary;
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>The record in a message.</summary>
internal static unsafe class RecordHeaders
{
    /// <summary>The header that holds a record's kind in one byte; without it, the record is a frame.</summary>
    public const string Kind = "kind";

    /// <summary>What a kind that is not one byte stands for: no kind, so that the flow refuses the record and says so.</summary>
    public const RecordKind NoKind = 0;

    /// <summary>The kind of the record in a message.</summary>
    public static RecordKind KindOf(NativeKafka.Message* message)
    {
        nint headers;
        if (NativeKafka.rd_kafka_message_headers(message, &headers) != 0) return RecordKind.Frame;
        byte* value;
        nuint size;
        fixed (byte* name = "kind\0"u8)
        {
            if (NativeKafka.rd_kafka_header_get_last(headers, name, &value, &size) != 0) return RecordKind.Frame;
        }

        return size == 1 ? (RecordKind)(*value) : NoKind;
    }

    /// <summary>The headers of a record of a kind: none for a frame.</summary>
    public static Headers? For(RecordKind kind) => kind == RecordKind.Frame ? null : new Headers { { Kind, [(byte)kind] } };

    /// <summary>Takes a framed record apart.</summary>
    public static void Take(ReadOnlySpan<byte> record, out RecordKind kind, out long arrivalTime, out ReadOnlySpan<byte> payload)
    {
        kind = (RecordKind)record[0];
        arrivalTime = BinaryPrimitives.ReadInt64LittleEndian(record[1..]);
        payload = record[RecordFraming.HeaderSize..];
    }

    /// <summary>Adds the record in a message to a batch.</summary>
    public static void Add(LogBatch into, RecordKind kind, long arrivalTime, ReadOnlySpan<byte> payload)
    {
        var record = into.Add(RecordFraming.HeaderSize + payload.Length, 1);
        record[0] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(record[1..], arrivalTime);
        BinaryPrimitives.WriteInt32LittleEndian(record[9..], payload.Length);
        payload.CopyTo(record[RecordFraming.HeaderSize..]);
    }
}
