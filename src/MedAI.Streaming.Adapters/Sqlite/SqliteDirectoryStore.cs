// The directory of patients and devices at the edge: a table of keys and values in a SQLite file of its own.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>The directory in a SQLite file.</summary>
public sealed class SqliteDirectoryStore : IDirectoryStore
{
    /// <summary>The file's name in the folder of a store.</summary>
    public const string FileName = "directory.db";

    /// <summary>The file's kind.</summary>
    internal static readonly StoreFile Kind = new("directory", 0x4D454404, 4096,
        "CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID");

    // The connection and its statements have one user at a time.
    private readonly Lock _turn = new();
    private readonly Database _database;
    private readonly Statement _put;

    private SqliteDirectoryStore(Database database)
    {
        _database = database;
        _put = database.Prepare("INSERT INTO entries VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value");
    }

    /// <summary>Opens a directory as its one writer; one that is not there is made.</summary>
    /// <param name="path">The file. Whoever holds the store's lock may open it.</param>
    /// <exception cref="StoreException">It is damaged, was made by another version of the program, or cannot be written.</exception>
    public static SqliteDirectoryStore Open(string path)
    {
        var database = Kind.Exists(path) ? Kind.Open(path, readOnly: false) : Kind.Create(path);
        try
        {
            return new SqliteDirectoryStore(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<DirectoryEntry> Load()
    {
        using var reader = Database.Open(_database.Path, OpenMode.ReadOnly);
        var rows = reader.Prepare("SELECT key, value FROM entries");
        var entries = new List<DirectoryEntry>();
        while (rows.Step())
            entries.Add(new DirectoryEntry(rows.Text(0), rows.Bytes(1).ToArray()));
        return entries;
    }

    /// <inheritdoc/>
    public void Put(DirectoryEntry entry)
    {
        lock (_turn) _put.Bind(1, entry.Key).Bind(2, entry.Value.Span).Run();
    }

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    /// <summary>Runs a statement on the writer's connection; tests fill the file up with it.</summary>
    internal void Execute(string sql) => _database.Execute(sql);
}
