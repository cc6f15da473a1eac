// Reads a log as an outsider would: by the schemas' own generated code, not by the program's decoder.
using System.Buffers.Binary;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using Proto = MedAI.Schemas.V1;

namespace MedAI.Streaming.TestKit.Logs;

/// <summary>The frames of a log.</summary>
public static class LoggedFrames
{
    /// <summary>All frames by partition, each partition in the order of the log.</summary>
    public static IReadOnlyList<Proto.Frame> Of(IEventLog log) =>
        [.. Records(log).Where(r => r.Kind == RecordKind.Frame).Select(r => Proto.Frame.Parser.ParseFrom(r.Payload))];

    /// <summary>All records by partition, each partition in the order of the log.</summary>
    public static IReadOnlyList<(int Partition, long Offset, RecordKind Kind, long ArrivalTime, byte[] Payload)> Records(IEventLog log)
    {
        var records = new List<(int, long, RecordKind, long, byte[])>();
        var batch = new LogBatch();
        for (var p = 0; p < log.Partitions; p++)
        {
            for (long next = 0; log.Read(p, next, 4096, batch); next = batch.FirstOffset + batch.Count)
            {
                var rest = batch.Records;
                for (var i = 0; i < batch.Count; i++)
                {
                    var length = RecordFraming.RecordLength(rest);
                    records.Add((
                        p, batch.FirstOffset + i, (RecordKind)rest[0], BinaryPrimitives.ReadInt64LittleEndian(rest[1..]),
                        rest[RecordFraming.HeaderSize..length].ToArray()));
                    rest = rest[length..];
                }
            }
        }

        return records;
    }
}
