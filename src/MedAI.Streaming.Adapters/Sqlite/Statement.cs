// A prepared statement: parameters from 1, columns from 0, text as UTF-8 and blobs without a copy.
using System.Text;
using SQLitePCL;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>A prepared statement of one <see cref="Database"/>.</summary>
internal sealed class Statement(Database database, sqlite3_stmt handle, string sql) : IDisposable
{
    private const int StackBytes = 512;

    /// <summary>Sets a parameter to a number.</summary>
    public Statement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(handle, parameter, value));
        return this;
    }

    /// <summary>Sets a parameter to a number; NaN, which SQLite has not, becomes NULL.</summary>
    public Statement Bind(int parameter, double value)
    {
        Check(double.IsNaN(value) ? raw.sqlite3_bind_null(handle, parameter) : raw.sqlite3_bind_double(handle, parameter, value));
        return this;
    }

    /// <summary>Sets a parameter to a text.</summary>
    public Statement Bind(int parameter, string value)
    {
        if (value.Length * 3 <= StackBytes)
        {
            Span<byte> utf8 = stackalloc byte[StackBytes];
            Check(raw.sqlite3_bind_text(handle, parameter, utf8[..Encoding.UTF8.GetBytes(value, utf8)]));
        }
        else
        {
            Check(raw.sqlite3_bind_text(handle, parameter, Encoding.UTF8.GetBytes(value).AsSpan()));
        }

        return this;
    }

    /// <summary>Sets a parameter to bytes.</summary>
    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(handle, parameter, value));
        return this;
    }

    /// <summary>Goes to the next row; false where there is none.</summary>
    public bool Step()
    {
        var rc = raw.sqlite3_step(handle);
        if (rc == raw.SQLITE_ROW) return true;
        if (rc != raw.SQLITE_DONE)
        {
            // Described before the reset, which would replace the message.
            try
            {
                Check(rc);
            }
            finally
            {
                Reset();
            }
        }

        return false;
    }

    /// <summary>Runs it for what it changes, and makes it ready for the next time.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    /// <summary>Ends the query: until then it holds a snapshot, and the write-ahead log cannot start anew.</summary>
    /// <remarks>The result code repeats the failure of the last step, which was thrown there.</remarks>
    public void Reset() => _ = raw.sqlite3_reset(handle);

    /// <summary>A column as a number.</summary>
    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    /// <summary>A column as a 32-bit number.</summary>
    public int Int(int column) => raw.sqlite3_column_int(handle, column);

    /// <summary>A column as a number, NULL as NaN.</summary>
    public double Double(int column) =>
        raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL ? double.NaN : raw.sqlite3_column_double(handle, column);

    /// <summary>A column as text.</summary>
    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(handle, column));

    /// <summary>A column's bytes where SQLite keeps them: valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private void Check(int rc) => database.Check(rc, sql);
}
