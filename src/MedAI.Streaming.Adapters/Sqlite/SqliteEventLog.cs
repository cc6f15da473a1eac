// The log at the edge: one SQLite file in which each append is a transaction and records lie together in chunks.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>
/// The log in a SQLite file: one row per partition and append, split at about 256 KiB, so that the cost of a row is shared by
/// its records.
/// </summary>
public sealed class SqliteEventLog : IInputLog
{
    /// <summary>A chunk holds at most so many bytes, unless it is one longer record.</summary>
    internal const int ChunkBytes = 256 << 10;

    /// <summary>The file's kind.</summary>
    internal static readonly StoreFile Kind = new("log", 0x4D454401, 16384,
        """
        CREATE TABLE chunks (
            partition INTEGER NOT NULL, first_offset INTEGER NOT NULL, count INTEGER NOT NULL, records BLOB NOT NULL,
            PRIMARY KEY (partition, first_offset)) STRICT, WITHOUT ROWID;
        CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """);

    // A log that is open for reading has no appender that would know its ends: any thread may ask the file for them, in turns.
    private readonly Lock _turn = new();
    private readonly Database _database;
    private readonly Statement _end;

    // Used by the one appender only; null where the log is open for reading.
    private readonly Statement? _insert;
    private readonly Statement? _move;

    // The writer's ends of partitions and input position: written by the appender, read by any thread (Volatile).
    private readonly long[] _ends;
    private long _inputPosition;

    // One reader per partition, made when it is first used.
    private readonly Lazy<LogReader>[] _readers;

    private SqliteEventLog(Database database, bool readOnly)
    {
        _database = database;
        Partitions = (int)(database.Number("SELECT value FROM meta WHERE name = 'partitions'")
            ?? throw SqliteFailure.Corrupt(database.Path, "It does not say how many partitions it has."));
        _readers = [.. Enumerable.Range(0, Partitions).Select(p => new Lazy<LogReader>(() => new LogReader(database.Path, p)))];
        _ends = new long[Partitions];
        _end = database.Prepare(
            "SELECT first_offset + count FROM chunks WHERE partition = ?1 ORDER BY first_offset DESC LIMIT 1");
        if (readOnly) return;
        _insert = database.Prepare("INSERT INTO chunks (partition, first_offset, count, records) VALUES (?1, ?2, ?3, ?4)");
        _move = database.Prepare("UPDATE meta SET value = ?1 WHERE name = 'input_position'");
        for (var p = 0; p < Partitions; p++)
            _ends[p] = StoredEnd(p);
        _inputPosition = StoredInputPosition();
    }

    /// <inheritdoc/>
    public int Partitions { get; }

    /// <inheritdoc/>
    public long InputPosition
    {
        get
        {
            if (_insert is not null) return Volatile.Read(ref _inputPosition);
            lock (_turn) return StoredInputPosition();
        }
    }

    /// <summary>Makes a log.</summary>
    /// <param name="path">A file that is not there yet.</param>
    /// <param name="partitions">The number of partitions, at least 1.</param>
    /// <exception cref="StoreException">There is a log already, or the file cannot be written.</exception>
    public static SqliteEventLog Create(string path, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        return Own(
            Kind.Create(path, d => d.Execute($"INSERT INTO meta VALUES ('partitions', {partitions}), ('input_position', 0)")),
            readOnly: false);
    }

    /// <summary>Opens a log, for reading beside its writer or as its one writer.</summary>
    /// <exception cref="StoreException">It is not a log of this version of the program, or it is damaged.</exception>
    public static SqliteEventLog Open(string path, bool readOnly = false) => Own(Kind.Open(path, readOnly), readOnly);

    /// <inheritdoc/>
    public long NextOffset(int partition)
    {
        if (_insert is not null) return Volatile.Read(ref _ends[partition]);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)partition, (uint)Partitions);
        lock (_turn) return StoredEnd(partition);
    }

    /// <inheritdoc/>
    public void Append(AppendBatch batch) => Append(batch, _inputPosition);

    /// <inheritdoc/>
    public void Append(AppendBatch batch, long inputPosition)
    {
        if (_insert is null)
            throw new InvalidOperationException("This log is open for reading only.");
        if (batch.Partitions != Partitions)
            throw new ArgumentException($"A batch for {batch.Partitions} partitions, a log of {Partitions}.", nameof(batch));
        if (batch.Total == 0 && inputPosition == _inputPosition) return;
        _database.BeginWrite();
        try
        {
            for (var p = 0; p < Partitions; p++)
                AppendChunks(p, batch);
            _move!.Bind(1, inputPosition).Run();
            _database.Commit();
        }
        catch
        {
            _database.RollBack();
            throw;
        }

        for (var p = 0; p < Partitions; p++)
            Volatile.Write(ref _ends[p], _ends[p] + batch.Count(p));
        Volatile.Write(ref _inputPosition, inputPosition);
    }

    /// <inheritdoc/>
    public bool Read(int partition, long fromOffset, int maxRecords, LogBatch into)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromOffset);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRecords, 1);
        if (_insert is not null && fromOffset >= Volatile.Read(ref _ends[partition]))
        {
            into.Reset(fromOffset);
            return false;
        }

        return _readers[partition].Value.Read(fromOffset, maxRecords, into);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var reader in _readers)
        {
            if (reader.IsValueCreated) reader.Value.Dispose();
        }

        // The writer last: the last connection to close copies the write-ahead log into the file.
        _database.Dispose();
    }

    /// <summary>Runs a statement on the writer's connection; tests fill the file up with it.</summary>
    internal void Execute(string sql) => _database.Execute(sql);

    private static SqliteEventLog Own(Database database, bool readOnly)
    {
        try
        {
            return new SqliteEventLog(database, readOnly);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private long StoredEnd(int partition)
    {
        var end = _end.Bind(1, partition).Step() ? _end.Long(0) : 0;
        _end.Reset();
        return end;
    }

    private long StoredInputPosition() =>
        _database.Number("SELECT value FROM meta WHERE name = 'input_position'")
        ?? throw SqliteFailure.Corrupt(_database.Path, "It does not say how far its input was read.");

    private void AppendChunks(int partition, AppendBatch batch)
    {
        var rest = batch.Records(partition).Span;
        var appended = 0;
        try
        {
            while (rest.Length > 0)
            {
                var length = RecordFraming.Prefix(rest, int.MaxValue, ChunkBytes, out var count);
                _insert!.Bind(1, partition).Bind(2, _ends[partition] + appended).Bind(3, count).Bind(4, rest[..length]).Run();
                appended += count;
                rest = rest[length..];
            }

            if (appended != batch.Count(partition))
                throw new InvalidDataException($"{appended} records, counted as {batch.Count(partition)}.");
        }
        catch (InvalidDataException e)
        {
            throw new ArgumentException($"The bytes for partition {partition} are not the records counted.", nameof(batch), e);
        }
    }
}
