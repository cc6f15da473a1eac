// One record of the log as it lies there.
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Chaos.Gathering;

/// <summary>A record.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="ArrivalTime">Its arrival time, ms since 1970: the topic's timestamp.</param>
/// <param name="Payload">Its bytes.</param>
internal sealed record LogRecord(int Partition, long Offset, RecordKind Kind, long ArrivalTime, byte[] Payload);
