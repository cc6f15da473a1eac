// The port of the durable, partitioned, append-only log that everything else is a function of.
namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>
/// The log: per partition a sequence of records, numbered by offset from 0. A record's bytes are made by
/// <see cref="Wire.RecordWriter"/>; of them the log knows only the frame (<see cref="Wire.RecordFraming"/>).
/// </summary>
/// <remarks>
/// One appender and one reader per partition at a time; appender and readers may be different threads. What is not promised:
/// that a record is ever removed, or that a reader is told of new records (it polls, or the appender tells it).
/// </remarks>
public interface IEventLog : IDisposable
{
    /// <summary>The number of partitions, fixed when the log was made.</summary>
    int Partitions { get; }

    /// <summary>The position in its input up to which the appender's input is in the log; 0 for a new log.</summary>
    /// <remarks>Changed only by <see cref="Append"/>, in the same transaction as the records: an input is never half recorded.</remarks>
    long InputPosition { get; }

    /// <summary>The offset that the next record appended to a partition will have.</summary>
    long NextOffset(int partition);

    /// <summary>Appends records to any number of partitions and moves the input position, all or nothing.</summary>
    /// <param name="batch">The records. The log does not keep it: the caller clears and fills it again.</param>
    /// <param name="inputPosition">Where the appender's input now stands.</param>
    /// <exception cref="StoreException">The log cannot take it (for example a full disk): nothing was appended.</exception>
    /// <exception cref="ArgumentException">The batch is for other partitions, or its bytes are not the records it counts.</exception>
    /// <remarks>Durable when it returns. Offsets follow on without gaps.</remarks>
    void Append(AppendBatch batch, long inputPosition);

    /// <summary>
    /// Reads records from an offset on into <paramref name="into"/>, which it empties first: at least one if there is one, at most
    /// <paramref name="maxRecords"/>, and fewer where that is cheaper.
    /// </summary>
    /// <returns>False when there is nothing at or after the offset.</returns>
    bool Read(int partition, long fromOffset, int maxRecords, LogBatch into);
}
