// Makes and reads back log records whose bytes say which record they are.
using System.Buffers;
using System.Buffers.Binary;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.TestKit.Contracts;

/// <summary>Log records for tests of logs; their payload is opaque.</summary>
public static class TestRecords
{
    /// <summary>A record with a payload.</summary>
    public static byte[] Make(byte kind, long arrivalTime, ReadOnlySpan<byte> payload)
    {
        var record = new byte[RecordFraming.HeaderSize + payload.Length];
        record[0] = kind;
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(1), arrivalTime);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(9), payload.Length);
        payload.CopyTo(record.AsSpan(RecordFraming.HeaderSize));
        return record;
    }

    /// <summary>Records that differ in kind, time, length and content, the same for the same seed.</summary>
    public static List<byte[]> Sequence(int count, int seed, int longestPayload = 300)
    {
        var random = new Random(seed);
        var records = new List<byte[]>(count);
        for (var i = 0; i < count; i++)
        {
            var payload = new byte[random.Next(longestPayload + 1)];
            random.NextBytes(payload);
            records.Add(Make((byte)random.Next(1, 9), 1_600_000_000_000L + i, payload));
        }

        return records;
    }

    /// <summary>Puts records into a batch.</summary>
    public static void Add(this AppendBatch batch, int partition, IEnumerable<byte[]> records)
    {
        foreach (var record in records)
        {
            batch.Writer(partition).Write(record);
            batch.Added(partition);
        }
    }

    /// <summary>Takes the records of a batch apart; throws where they are not as many whole records as it says.</summary>
    public static List<byte[]> Split(LogBatch batch) => Split(batch.Records, batch.Count);

    /// <summary>Takes the records of one partition of a batch apart; throws where they are not as many whole records as it says.</summary>
    public static List<byte[]> Split(AppendBatch batch, int partition) => Split(batch.Records(partition).Span, batch.Count(partition));

    private static List<byte[]> Split(ReadOnlySpan<byte> rest, int count)
    {
        var records = new List<byte[]>(count);
        while (rest.Length > 0)
        {
            var length = RecordFraming.Prefix(rest, 1, int.MaxValue, out _);
            records.Add(rest[..length].ToArray());
            rest = rest[length..];
        }

        return records.Count == count
            ? records
            : throw new InvalidDataException($"{records.Count} records in a batch that says {count}.");
    }
}
