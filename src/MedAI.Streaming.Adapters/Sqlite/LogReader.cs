// Reads one partition of the log for its one reader, through a connection of its own.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>
/// A reader keeps the chunk that it cut last together with where it stands in it, so that reading on from there costs the same
/// whether records are taken one at a time or by the thousand.
/// </summary>
internal sealed class LogReader : IDisposable
{
    // Small chunks are put together into one batch up to about this size.
    private const int BatchBytes = 1 << 20;

    private readonly Database _database;
    private readonly Statement _chunks;
    private readonly int _partition;

    // The chunk cut last: the offsets [first, end) it holds, and that the record at _atOffset begins at byte _atByte.
    private byte[] _chunk = [];
    private int _chunkLength;
    private long _chunkFirst;
    private long _chunkEnd;
    private long _atOffset;
    private int _atByte;

    /// <summary>A reader of a partition.</summary>
    public LogReader(string path, int partition)
    {
        _partition = partition;
        _database = Database.Open(path, OpenMode.ReadOnly);
        _chunks = _database.Prepare(
            """
            SELECT first_offset, count, records FROM chunks WHERE partition = ?1 AND first_offset >= coalesce(
                (SELECT first_offset FROM chunks WHERE partition = ?1 AND first_offset <= ?2 ORDER BY first_offset DESC LIMIT 1), 0)
            ORDER BY first_offset
            """).Bind(1, partition);
    }

    /// <summary>Reads records from an offset on; false where there is none.</summary>
    public bool Read(long fromOffset, int maxRecords, LogBatch into)
    {
        into.Reset(fromOffset);
        if (fromOffset >= _chunkFirst && fromOffset < _chunkEnd)
        {
            Cut(fromOffset, maxRecords, into);
            if (into.Count == maxRecords) return true;
        }

        try
        {
            _chunks.Bind(2, fromOffset + into.Count);
            while (into.Count < maxRecords && into.Length < BatchBytes && _chunks.Step())
                Take(fromOffset + into.Count, maxRecords, into);
        }
        finally
        {
            _chunks.Reset();
        }

        return into.Count > 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    // Takes what is wanted of the chunk under the cursor: whole as it lies in SQLite's memory, or cut out of a copy.
    private void Take(long next, int maxRecords, LogBatch into)
    {
        var first = _chunks.Long(0);
        var count = _chunks.Int(1);
        var records = _chunks.Bytes(2);
        if (first + count <= next) return;
        if (first > next)
            throw SqliteFailure.Corrupt(_database.Path, $"Partition {_partition} lacks the records from {next} to {first - 1}.");
        if (first == next && count <= maxRecords - into.Count)
        {
            records.CopyTo(into.Add(records.Length, count));
            return;
        }

        if (_chunk.Length < records.Length) _chunk = new byte[Math.Max(records.Length, SqliteEventLog.ChunkBytes)];
        records.CopyTo(_chunk);
        _chunkLength = records.Length;
        (_chunkFirst, _chunkEnd) = (first, first + count);
        (_atOffset, _atByte) = (first, 0);
        Cut(next, maxRecords, into);
    }

    private void Cut(long next, int maxRecords, LogBatch into)
    {
        if (next < _atOffset) (_atOffset, _atByte) = (_chunkFirst, 0);
        try
        {
            _atByte += Find((int)(next - _atOffset));
            _atOffset = next;
            var count = (int)Math.Min(maxRecords - into.Count, _chunkEnd - next);
            var length = Find(count);
            _chunk.AsSpan(_atByte, length).CopyTo(into.Add(length, count));
            _atByte += length;
            _atOffset += count;
        }
        catch (InvalidDataException e)
        {
            var first = _chunkFirst;
            (_chunkFirst, _chunkEnd) = (0, 0);
            throw SqliteFailure.Corrupt(_database.Path, $"Partition {_partition} cannot be read at {first}: {e.Message}", e);
        }
    }

    // The length of the next records of the chunk, which must be that many.
    private int Find(int count)
    {
        var length = RecordFraming.Prefix(_chunk.AsSpan(_atByte, _chunkLength - _atByte), count, int.MaxValue, out var found);
        return found == count ? length : throw new InvalidDataException($"{found} records where {count} were counted.");
    }
}
