// A directory with the log, the state and the series of one site, which one process at a time may write.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>
/// An edge store: <c>log.db</c>, <c>state.db</c> and <c>series.db</c> in a directory. Any number of processes may read it beside its
/// one writer.
/// </summary>
public sealed class EdgeStore : IDisposable
{
    private const string LogFile = "log.db";
    private const string StateFile = "state.db";
    private const string SeriesFile = "series.db";
    private const string LockFile = "writer.lock";

    // The number under which facts about no partition lie.
    private const int WholeStore = -1;

    // What a refused lock and a full device look like: EWOULDBLOCK of Linux and macOS, ENOSPC, and their names on Windows.
    private static readonly int[] HeldByAnother = [11, 35, unchecked((int)0x80070020)];
    private static readonly int[] NoSpace = [28, unchecked((int)0x80070070)];

    private readonly FileStream? _lock;
    private readonly SqliteEventLog _log;
    private readonly SqliteStateStore _state;
    private readonly SqliteSeriesStore _series;

    private EdgeStore(string directory, FileStream? writerLock, SqliteEventLog log, SqliteStateStore state, SqliteSeriesStore series)
    {
        Directory = directory;
        _lock = writerLock;
        _log = log;
        _state = state;
        _series = series;
    }

    /// <summary>The directory.</summary>
    public string Directory { get; }

    /// <summary>Whether it is open for reading only.</summary>
    public bool IsReadOnly => _lock is null;

    /// <summary>The log.</summary>
    public IInputLog Log => _log;

    /// <summary>The state.</summary>
    public IStateStore State => _state;

    /// <summary>What was decided, for reading.</summary>
    public IAlertHistory History => _state;

    /// <summary>The series.</summary>
    public ISeriesStore Series => _series;

    /// <summary>Ids of patients with state, in ordinal order, with the length of their blob in bytes.</summary>
    public IEnumerable<(string Patient, int Partition, int StateBytes)> Patients() => _state.Patients();

    /// <summary>A fact about the store as a whole (what it was made of), by name; null: it was never set.</summary>
    public string? GetFact(string name) => _state.GetFact(WholeStore, name);

    /// <summary>Sets a fact about the store as a whole, durably.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    public void SetFact(string name, string value) => _state.SetFact(WholeStore, name, value);

    /// <summary>Whether a directory holds a store. One whose making was interrupted is none; <see cref="Create"/> takes it up.</summary>
    /// <exception cref="StoreException">There is something else under a store's name.</exception>
    public static bool Exists(string directory) => SqliteEventLog.Kind.Exists(Path.Combine(directory, LogFile));

    /// <summary>Makes a store and opens it for writing.</summary>
    /// <param name="directory">The directory; it is made if it is not there.</param>
    /// <param name="partitions">The number of partitions of the log, at least 1.</param>
    /// <exception cref="StoreException">There is a store already, or it cannot be written.</exception>
    public static EdgeStore Create(string directory, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        MakeDirectory(directory);
        return Hold(directory, writerLock =>
        {
            var (log, state, series) = Paths(directory);
            if (SqliteEventLog.Kind.Exists(log))
                throw new StoreException(StoreFailure.Mismatch, $"{directory} holds a store already. Go on with it, or choose another directory.");
            RemoveUnused(SqliteStateStore.Kind, state, "SELECT (SELECT count(*) FROM facts) + (SELECT count(*) FROM offsets)");
            RemoveUnused(SqliteSeriesStore.Kind, series, "SELECT count(*) FROM applied");

            // The log comes last, since it is by the log that a store is known: a store of which it is there is whole.
            return Assemble(
                directory, writerLock, () => SqliteStateStore.Create(state), () => SqliteSeriesStore.Create(series),
                () => SqliteEventLog.Create(log, partitions));
        });
    }

    /// <summary>Opens a store.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="readOnly">For reading beside its writer, if there is one; else as its one writer.</param>
    /// <exception cref="StoreException">
    /// It is not a store, is damaged, was made by another version of the program, or another process writes it.
    /// </exception>
    public static EdgeStore Open(string directory, bool readOnly)
    {
        if (!Exists(directory))
        {
            throw new StoreException(
                StoreFailure.Corrupt, $"{directory} is not a store: there is no {LogFile} in it. Check its name, or make one by a replay.");
        }

        EdgeStore Assembled(FileStream? writerLock)
        {
            var (log, state, series) = Paths(directory);
            return Assemble(
                directory, writerLock, () => SqliteStateStore.Open(state, readOnly), () => SqliteSeriesStore.Open(series, readOnly),
                () => SqliteEventLog.Open(log, readOnly));
        }

        return readOnly ? Assembled(null) : Hold(directory, Assembled);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _log.Dispose();
        _state.Dispose();
        _series.Dispose();
        _lock?.Dispose();
    }

    private static (string Log, string State, string Series) Paths(string directory) =>
        (Path.Combine(directory, LogFile), Path.Combine(directory, StateFile), Path.Combine(directory, SeriesFile));

    private static void MakeDirectory(string directory)
    {
        try
        {
            System.IO.Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Other, $"{directory} cannot be made: {e.Message} Choose another directory.", e);
        }
    }

    // What the making of a store left behind when it was interrupted goes; what was ever used stays, and needs a person.
    private static void RemoveUnused(StoreFile kind, string path, string countRows)
    {
        if (kind.Exists(path))
        {
            using var database = kind.Open(path, readOnly: false);
            if (database.Number(countRows) > 0)
            {
                throw new StoreException(
                    StoreFailure.Corrupt, $"{path} is in use, but there is no {LogFile} beside it. Put that back, or choose another directory.");
            }
        }

        foreach (var file in new[] { path, path + "-wal", path + "-shm", path + "-journal" })
            File.Delete(file);
    }

    // The lock is on an open file, so it goes with the process however that ends. SQLite's own locks would also keep readers out.
    private static EdgeStore Hold(string directory, Func<FileStream, EdgeStore> open)
    {
        FileStream writerLock;
        try
        {
            writerLock = new FileStream(Path.Combine(directory, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (HeldByAnother.Contains(e.HResult))
        {
            throw new StoreException(
                StoreFailure.InUse, $"{directory} is open for writing in another process. Stop that one, or open the store for reading.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var failure = NoSpace.Contains(e.HResult) ? StoreFailure.DiskFull : StoreFailure.Other;
            throw new StoreException(failure, $"{directory} cannot be written: {e.Message} Check its permissions and free space.", e);
        }

        try
        {
            return open(writerLock);
        }
        catch
        {
            writerLock.Dispose();
            throw;
        }
    }

    private static EdgeStore Assemble(
        string directory, FileStream? writerLock, Func<SqliteStateStore> state, Func<SqliteSeriesStore> series, Func<SqliteEventLog> log)
    {
        var opened = new Stack<IDisposable>();
        T Keep<T>(T part) where T : IDisposable
        {
            opened.Push(part);
            return part;
        }

        try
        {
            var (s, p) = (Keep(state()), Keep(series()));
            return new EdgeStore(directory, writerLock, Keep(log()), s, p);
        }
        catch
        {
            foreach (var part in opened)
                part.Dispose();
            throw;
        }
    }
}
