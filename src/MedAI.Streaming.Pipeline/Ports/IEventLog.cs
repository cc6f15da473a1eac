// The port of the durable, partitioned, append-only log that everything else is a function of.
namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>
/// The log: per partition a sequence of records, numbered by ascending offsets. A record's bytes are made by
/// <see cref="Wire.RecordWriter"/>; of them the log knows the frame (<see cref="Wire.RecordFraming"/>) and whose it is
/// (<see cref="Wire.RecordKey"/>).
/// </summary>
/// <remarks>
/// One appender per process and one reader per partition at a time; they may be different threads. What is not promised: that
/// offsets follow on without gaps, that a record is ever removed, that a reader is told of new records (it polls, or the
/// appender tells it), or that nobody else appends.
/// </remarks>
public interface IEventLog : IDisposable
{
    /// <summary>The number of partitions, fixed when the log was made.</summary>
    int Partitions { get; }

    /// <summary>The offset that the next record appended to a partition will have.</summary>
    /// <exception cref="StoreException">The log does not answer.</exception>
    long NextOffset(int partition);

    /// <summary>
    /// The same as <see cref="NextOffset"/> by what this process has heard, without asking anybody over a network: for those who must not wait.
    /// It may be behind. Null: nothing is known.
    /// </summary>
    /// <exception cref="StoreException">The log cannot be read.</exception>
    long? KnownEnd(int partition) => NextOffset(partition);

    /// <summary>Appends records to any number of partitions; durable when it returns.</summary>
    /// <param name="batch">The records. The log does not keep it: the caller clears and fills it again.</param>
    /// <exception cref="StoreException">
    /// The log cannot take it (for example a full disk). An embedded log has appended nothing then; one over a network may have
    /// appended some, and appending the batch again is harmless: frames are recognised by their sequence, control records say
    /// what holds.
    /// </exception>
    /// <exception cref="ArgumentException">The batch is for other partitions, or its bytes are not the records it counts.</exception>
    void Append(AppendBatch batch);

    /// <summary>
    /// Reads records from an offset on into <paramref name="into"/>, which it empties first: at least one if there is one, at most
    /// <paramref name="maxRecords"/>, and fewer where that is cheaper. The batch is dense; it ends where offsets have a gap, and it
    /// may begin behind <paramref name="fromOffset"/>.
    /// </summary>
    /// <returns>False when there is nothing at or after the offset.</returns>
    /// <exception cref="StoreException">The log cannot be read.</exception>
    bool Read(int partition, long fromOffset, int maxRecords, LogBatch into);
}

/// <summary>A log that also keeps how far a recorded input has come, so that feeding it can be interrupted and gone on with.</summary>
/// <remarks>One appender at a time over all processes; offsets count from 0 without gaps.</remarks>
public interface IInputLog : IEventLog
{
    /// <summary>The position in its input up to which the appender's input is in the log; 0 for a new log.</summary>
    /// <remarks>Changed only together with the records, in one transaction: an input is never half recorded.</remarks>
    long InputPosition { get; }

    /// <summary>Appends records and moves the input position, all or nothing.</summary>
    /// <param name="batch">The records.</param>
    /// <param name="inputPosition">Where the appender's input now stands.</param>
    /// <exception cref="StoreException">The log cannot take it: nothing was appended.</exception>
    /// <exception cref="ArgumentException">The batch is for other partitions, or its bytes are not the records it counts.</exception>
    void Append(AppendBatch batch, long inputPosition);
}
