// One connection to one SQLite file: the few calls the stores need, with bytes as spans and every failure as a StoreException.
using SQLitePCL;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>How a file is opened.</summary>
internal enum OpenMode
{
    /// <summary>For reading beside a writer.</summary>
    ReadOnly,

    /// <summary>As the one writer of a file that is there.</summary>
    ReadWrite,

    /// <summary>As the one writer of a file that may have to be made.</summary>
    Create,
}

/// <summary>A connection; used by one thread at a time, which its owner sees to.</summary>
internal sealed class Database : IDisposable
{
    private const int BusyTimeoutMs = 10_000;

    private readonly sqlite3 _handle;
    private readonly List<Statement> _statements = [];
    private Statement? _begin;
    private Statement? _commit;
    private Statement? _rollBack;

    static Database() => Batteries_V2.Init();

    private Database(string path, sqlite3 handle)
    {
        Path = path;
        _handle = handle;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Rows changed by the last insert, update or delete.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Opens a connection. A writer's commits are durable when they return (WAL, synchronous=FULL).</summary>
    public static Database Open(string path, OpenMode mode)
    {
        var flags = raw.SQLITE_OPEN_NOMUTEX | mode switch
        {
            OpenMode.ReadOnly => raw.SQLITE_OPEN_READONLY,
            OpenMode.ReadWrite => raw.SQLITE_OPEN_READWRITE,
            _ => raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE,
        };
        var rc = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var database = new Database(path, handle);
        try
        {
            database.Check(rc, "opening it");
            raw.sqlite3_extended_result_codes(handle, 1);
            raw.sqlite3_busy_timeout(handle, BusyTimeoutMs);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Prepares one statement, which lives as long as the connection.</summary>
    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle), sql);
        var statement = new Statement(this, handle, sql);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Runs statements that give nothing back.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql), sql);

    /// <summary>The first column of the first row of a query, or null where there is no row.</summary>
    public long? Number(string sql)
    {
        using var statement = Query(sql);
        return statement.Step() ? statement.Long(0) : null;
    }

    /// <summary>The same of a text.</summary>
    public string? Text(string sql)
    {
        using var statement = Query(sql);
        return statement.Step() ? statement.Text(0) : null;
    }

    /// <summary>
    /// Whether a writer was cut short and left a rollback journal that this connection, being for reading, may not take back. One that
    /// may write takes it back with its first statement.
    /// </summary>
    public bool AwaitsRollBack() =>
        raw.sqlite3_exec(_handle, "SELECT count(*) FROM sqlite_schema") == raw.SQLITE_READONLY_ROLLBACK;

    /// <summary>Runs a body in a transaction: all of it or, when it throws, nothing.</summary>
    public void InTransaction(Action body)
    {
        BeginWrite();
        try
        {
            body();
            Commit();
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    /// <summary>Begins a transaction that will write.</summary>
    public void BeginWrite() => (_begin ??= Prepare("BEGIN IMMEDIATE")).Run();

    /// <summary>Makes the transaction's changes durable.</summary>
    public void Commit() => (_commit ??= Prepare("COMMIT")).Run();

    /// <summary>Takes the transaction back, if there is still one: on some failures SQLite has done so already.</summary>
    public void RollBack()
    {
        if (raw.sqlite3_get_autocommit(_handle) == 0)
            (_rollBack ??= Prepare("ROLLBACK")).Run();
    }

    /// <summary>Throws unless a result code says that it went well.</summary>
    public void Check(int rc, string doing)
    {
        if (rc is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw SqliteFailure.Describe(Path, rc, raw.sqlite3_errmsg(_handle).utf8_to_string(), doing);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        _statements.Clear();
        _handle.Dispose();
    }

    private Statement Query(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var handle), sql);
        return new Statement(this, handle, sql);
    }
}
