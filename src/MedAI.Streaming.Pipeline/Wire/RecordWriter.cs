// Writes log records: an envelope (kind, arrival time, length) around a protobuf message of schemas/.
namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>Writes <see cref="Domain.Stream.LogElement"/>s as log records.</summary>
public static class RecordWriter
{
}
