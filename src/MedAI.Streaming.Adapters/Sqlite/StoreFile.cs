// Makes and opens the files of a store, and tells what is not one.
using System.Globalization;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>One kind of file of a store.</summary>
/// <param name="Name">What it holds, in a word.</param>
/// <param name="ApplicationId">The number in its header that says so.</param>
/// <param name="PageSize">Bytes of a page.</param>
/// <param name="Schema">The statements that make its tables.</param>
/// <param name="Format">The format that this program writes; a change of the schema or of a record's layout raises it.</param>
internal sealed record StoreFile(string Name, int ApplicationId, int PageSize, string Schema, int Format = 1)
{
    // The write-ahead log is copied into the file at about this size, and shrunk to it after a large transaction.
    private const int WriteAheadBytes = 16 << 20;
    private const int CacheKiB = 16 << 10;

    /// <summary>
    /// Whether there is a finished file of this kind. False is certain: there is no file, or nothing was ever committed in it.
    /// </summary>
    /// <exception cref="StoreException">There is something else under this name, or what it is cannot be found out.</exception>
    public bool Exists(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0) return false;
        using (var reader = Database.Open(path, OpenMode.ReadOnly))
        {
            if (!reader.AwaitsRollBack()) return IsFinished(reader);
        }

        // What was committed shows once SQLite has taken the rest back, as the next start of whoever wrote it would.
        using var writer = Database.Open(path, OpenMode.ReadWrite);
        return IsFinished(writer);
    }

    /// <summary>Makes the file. One that was begun and not finished is taken up again.</summary>
    /// <param name="path">The file.</param>
    /// <param name="fill">Writes the first rows, in the transaction that finishes the file.</param>
    public Database Create(string path, Action<Database>? fill = null)
    {
        var database = Database.Open(path, OpenMode.Create);
        try
        {
            if (IsFinished(database))
                throw new StoreException(StoreFailure.Mismatch, $"{path} is there already. Choose another directory, or go on with this one.");
            database.Execute($"PRAGMA page_size = {PageSize}");
            SwitchToWriteAheadLog(database);
            PrepareWriter(database);
            database.InTransaction(() =>
            {
                database.Execute(Schema);
                fill?.Invoke(database);
                database.Execute($"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Format}");
            });
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Opens the file.</summary>
    public Database Open(string path, bool readOnly)
    {
        if (!File.Exists(path))
        {
            throw new StoreException(
                StoreFailure.Corrupt,
                $"{path} is missing, so this is not a whole store. Check the directory's name, or replay the input into a new one.");
        }

        var database = Database.Open(path, readOnly ? OpenMode.ReadOnly : OpenMode.ReadWrite);
        try
        {
            if (!IsFinished(database))
                throw new StoreException(StoreFailure.Corrupt, $"{path} was begun and never finished. Make the store again in the same directory.");
            if (!readOnly) PrepareWriter(database);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private bool IsFinished(Database database)
    {
        var (tables, id, version) = Marks(database);
        if (id == 0 && version == 0 && tables == 0) return false;
        if (id != ApplicationId)
            throw SqliteFailure.Corrupt(database.Path, $"It is a SQLite file, but not the {Name} of a store.");
        if (version != Format)
        {
            throw new StoreException(StoreFailure.Mismatch, string.Create(
                CultureInfo.InvariantCulture,
                $"{database.Path} has format {version}; this program reads format {Format}. Use the version of the program that made it."));
        }

        return true;
    }

    // As of one moment: another process may be finishing the file.
    private static (long? Tables, long? Id, long? Version) Marks(Database database)
    {
        database.Execute("BEGIN");
        try
        {
            var marks = (
                database.Number("SELECT count(*) FROM sqlite_schema"), database.Number("PRAGMA application_id"),
                database.Number("PRAGMA user_version"));
            database.Commit();
            return marks;
        }
        catch
        {
            database.RollBack();
            throw;
        }
    }

    // SQLite keeps to the mode before, and says so by no error, where the file system cannot share memory between processes.
    private static void SwitchToWriteAheadLog(Database database)
    {
        if (database.Text("PRAGMA journal_mode = WAL") is not "wal" and var mode)
        {
            throw new StoreException(
                StoreFailure.Other,
                $"{database.Path} can have no write-ahead log where it lies (SQLite keeps to the mode '{mode}'), and without one nobody can read "
                + "beside the writer. Put the store on a local disk.");
        }
    }

    private void PrepareWriter(Database database) => database.Execute(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = {WriteAheadBytes / PageSize};
        PRAGMA journal_size_limit = {WriteAheadBytes};
        PRAGMA cache_size = -{CacheKiB};
        PRAGMA temp_store = MEMORY;
        """));
}
