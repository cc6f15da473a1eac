// The state at the edge: patients, transitions, outbox and offsets in one SQLite file and one transaction per commit.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>The state store in a SQLite file.</summary>
public sealed partial class SqliteStateStore : IStateStore
{
    /// <summary>The file's kind.</summary>
    internal static readonly StoreFile Kind = new("state", 0x4D454412, 8192,
        """
        CREATE TABLE facts (
            partition INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (partition, name)) STRICT, WITHOUT ROWID;
        CREATE TABLE offsets (partition INTEGER PRIMARY KEY, committed INTEGER NOT NULL) STRICT;
        CREATE TABLE patients (
            partition INTEGER NOT NULL, patient TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (partition, patient)) STRICT;
        CREATE TABLE dead_letters (
            partition INTEGER NOT NULL, record INTEGER NOT NULL, item INTEGER NOT NULL, readings INTEGER NOT NULL,
            patient TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL,
            PRIMARY KEY (partition, record, item)) STRICT, WITHOUT ROWID;

        """ + TransitionTable.Schema, Format: 2);

    // SQLite has one writer per file, and these statements one user: partitions that commit side by side take turns here.
    private readonly Lock _turn = new();
    private readonly Database _database;
    private readonly bool _readOnly;
    private readonly Statement _getFact;
    private readonly Statement _setFact;
    private readonly Statement _addTransition;
    private readonly Statement _getTransition;
    private readonly Statement _after;
    private readonly Statement _end;
    private readonly Statement _addPage;
    private readonly Statement _hasPage;
    private readonly Statement _unsent;
    private readonly Statement _markSent;
    private readonly Statement _addDeadLetter;
    private readonly Statement _putPatient;
    private readonly Statement _putOffset;

    private SqliteStateStore(Database database, bool readOnly)
    {
        _database = database;
        _readOnly = readOnly;
        _getFact = database.Prepare("SELECT value FROM facts WHERE partition = ?1 AND name = ?2");
        _setFact = database.Prepare("INSERT INTO facts VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET value = excluded.value");
        _addTransition = database.Prepare(
            $"""
            INSERT INTO transitions ({TransitionTable.Columns})
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) ON CONFLICT DO NOTHING
            """);
        _getTransition = database.Prepare($"SELECT {TransitionTable.Columns} FROM transitions WHERE {TransitionTable.ByKey}");
        _after = database.Prepare(
            $"SELECT {TransitionTable.Columns}, number FROM transitions WHERE number > ?1 ORDER BY number LIMIT ?2");
        _end = database.Prepare("SELECT max(number) FROM transitions");
        _addPage = database.Prepare(
            $"""
            INSERT INTO pages (patient, rule, opened, ordinal, delay_ms, sent)
            SELECT patient, rule, opened, ordinal, ?5, 0 FROM transitions WHERE {TransitionTable.ByKey} ON CONFLICT DO NOTHING
            """);
        _hasPage = database.Prepare($"SELECT 1 FROM pages WHERE {TransitionTable.ByKey}");
        _unsent = database.Prepare(
            $"""
            SELECT {TransitionTable.Columns}, delay_ms FROM pages INDEXED BY unsent
            JOIN transitions USING (patient, rule, opened, ordinal) WHERE sent = 0 ORDER BY pages.number LIMIT ?1
            """);
        _markSent = database.Prepare($"UPDATE pages SET sent = 1 WHERE sent = 0 AND {TransitionTable.ByKey}");
        _addDeadLetter = database.Prepare(
            "INSERT INTO dead_letters VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING");
        _putPatient = database.Prepare("INSERT INTO patients VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET state = excluded.state");
        _putOffset = database.Prepare("INSERT INTO offsets VALUES (?1, ?2) ON CONFLICT DO UPDATE SET committed = excluded.committed");
    }

    /// <summary>Makes a store.</summary>
    /// <param name="path">A file that is not there yet.</param>
    /// <exception cref="StoreException">There is a store already, or the file cannot be written.</exception>
    public static SqliteStateStore Create(string path) => Own(Kind.Create(path), readOnly: false);

    /// <summary>Opens a store, for reading beside its writer or as its one writer.</summary>
    /// <exception cref="StoreException">It is not a store of this version of the program, or it is damaged.</exception>
    public static SqliteStateStore Open(string path, bool readOnly = false) => Own(Kind.Open(path, readOnly), readOnly);

    /// <inheritdoc/>
    public string? GetFact(int partition, string name)
    {
        lock (_turn)
        {
            try
            {
                return _getFact.Bind(1, partition).Bind(2, name).Step() ? _getFact.Text(0) : null;
            }
            finally
            {
                _getFact.Reset();
            }
        }
    }

    /// <inheritdoc/>
    public void SetFact(int partition, string name, string value)
    {
        lock (_turn) _setFact.Bind(1, partition).Bind(2, name).Bind(3, value).Run();
    }

    /// <inheritdoc/>
    /// <remarks>Patients come in the order of their ids' bytes. It reads through a connection of its own, so partitions load side by side.</remarks>
    public long Load(int partition, PatientBlobReader eachPatient)
    {
        using var reader = Database.Open(_database.Path, OpenMode.ReadOnly);
        reader.Execute("BEGIN");
        var patients = reader.Prepare("SELECT patient, state FROM patients WHERE partition = ?1 ORDER BY patient").Bind(1, partition);
        while (patients.Step())
            eachPatient(patients.Text(0), patients.Bytes(1));
        return reader.Number(FormattableString.Invariant($"SELECT committed FROM offsets WHERE partition = {partition}")) ?? 0;
    }

    /// <inheritdoc/>
    public int Commit(CommitBatch batch)
    {
        batch.Conflicts.Clear();
        if (_readOnly)
            throw new InvalidOperationException("This store is open for reading only.");
        if (batch.IsEmpty) return 0;
        lock (_turn)
        {
            _database.BeginWrite();
            try
            {
                var known = AddTransitions(batch);
                AddPages(batch);
                foreach (var letter in batch.DeadLetters)
                    Add(letter);
                foreach (var (patient, blob) in batch.Patients)
                    _putPatient.Bind(1, batch.Partition).Bind(2, patient).Bind(3, blob.Span).Run();
                if (batch.Offset >= 0)
                    _putOffset.Bind(1, batch.Partition).Bind(2, batch.Offset).Run();
                _database.Commit();
                return known;
            }
            catch
            {
                batch.Conflicts.Clear();
                _database.RollBack();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    /// <summary>Runs a statement on the writer's connection; tests fill the file up with it.</summary>
    internal void Execute(string sql) => _database.Execute(sql);

    private static SqliteStateStore Own(Database database, bool readOnly)
    {
        try
        {
            return new SqliteStateStore(database, readOnly);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private int AddTransitions(CommitBatch batch)
    {
        var known = 0;
        foreach (var transition in batch.Transitions)
        {
            _addTransition.Bind(transition).Run();
            if (_database.Changes > 0) continue;
            _getTransition.BindKey(transition.Patient, transition.Rule, transition.OpenedEventTime, transition.Ordinal).Step();
            var kept = TransitionTable.Read(_getTransition);
            _getTransition.Reset();
            if (kept == transition) known++;
            else batch.Conflicts.Add(transition);
        }

        return known;
    }

    private void AddPages(CommitBatch batch)
    {
        foreach (var (id, delay) in batch.Pages)
        {
            if (_addPage.TryBindKey(id))
            {
                _addPage.Bind(5, delay).Run();
                if (_database.Changes > 0) continue;
                _hasPage.TryBindKey(id);
                var has = _hasPage.Step();
                _hasPage.Reset();
                if (has) continue;
            }

            throw new ArgumentException($"A page for the transition {id}, which is neither here nor in the batch.", nameof(batch));
        }
    }

    private void Add(DeadLetter letter) => _addDeadLetter
        .Bind(1, letter.Partition)
        .Bind(2, letter.Offset)
        .Bind(3, letter.Index)
        .Bind(4, letter.Readings)
        .Bind(5, letter.Patient)
        .Bind(6, letter.Reason)
        .Bind(7, letter.Detail)
        .Run();
}
