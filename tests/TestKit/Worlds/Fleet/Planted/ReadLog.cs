// A log that somebody looks at, or changes, on its way to its reader.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.TestKit.Worlds.Fleet.Planted;

/// <summary>A log whose batches are handed to somebody before their reader gets them.</summary>
internal sealed class ReadLog(IEventLog inner, Action<int, LogBatch> each) : IEventLog
{
    /// <inheritdoc/>
    public int Partitions => inner.Partitions;

    /// <inheritdoc/>
    public long NextOffset(int partition) => inner.NextOffset(partition);

    /// <inheritdoc/>
    public void Append(AppendBatch batch) => inner.Append(batch);

    /// <inheritdoc/>
    public bool Read(int partition, long fromOffset, int maxRecords, LogBatch into)
    {
        if (!inner.Read(partition, fromOffset, maxRecords, into)) return false;
        each(partition, into);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
