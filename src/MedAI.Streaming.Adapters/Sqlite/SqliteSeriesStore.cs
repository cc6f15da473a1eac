// The series at the edge: one SQLite file of small blocks of points, laid down in the order in which they come.
using System.Runtime.InteropServices;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>
/// The series store in a SQLite file. A write becomes one row per patient and ten minutes of event time, under the key
/// (partition, bucket, write, patient): rows of a write lie side by side at the end of their bucket, so that writing touches few
/// pages however many patients there are. A reader seeks once per write of the patient's partition in the buckets it wants.
/// </summary>
public sealed class SqliteSeriesStore : ISeriesStore
{
    /// <summary>The file's kind.</summary>
    internal static readonly StoreFile Kind = new("series", 0x4D454403, 8192,
        """
        CREATE TABLE applied (partition INTEGER PRIMARY KEY, through INTEGER NOT NULL) STRICT;
        CREATE TABLE patients (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE series (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE spans (
            partition INTEGER NOT NULL, patient INTEGER NOT NULL, first_bucket INTEGER NOT NULL, last_bucket INTEGER NOT NULL,
            PRIMARY KEY (patient, partition)) STRICT, WITHOUT ROWID;
        CREATE TABLE blocks (
            partition INTEGER NOT NULL, bucket INTEGER NOT NULL, through INTEGER NOT NULL, patient INTEGER NOT NULL,
            points BLOB NOT NULL, PRIMARY KEY (partition, bucket, through, patient)) STRICT, WITHOUT ROWID;
        """);

    // SQLite has one writer per file, and these statements one user: partitions that write side by side take turns here. They make
    // their blocks outside, each with its own SeriesWriter.
    private readonly Lock _turn = new();
    private readonly Database _database;
    private readonly Statement _applied;
    private readonly Statement _addBlock;
    private readonly Statement _putApplied;
    private readonly Statement _putSpan;
    private readonly (Statement Add, Statement Find) _patients;
    private readonly (Statement Add, Statement Find) _series;
    private readonly bool _readOnly;

    // By partition; the dictionary is under the lock.
    private readonly Dictionary<int, SeriesWriter> _writers = [];

    private SqliteSeriesStore(Database database, bool readOnly)
    {
        _database = database;
        _readOnly = readOnly;
        _applied = database.Prepare("SELECT through FROM applied WHERE partition = ?1");
        _addBlock = database.Prepare("INSERT INTO blocks VALUES (?1, ?2, ?3, ?4, ?5)");
        _putApplied = database.Prepare("INSERT INTO applied VALUES (?1, ?2) ON CONFLICT DO UPDATE SET through = excluded.through");
        _putSpan = database.Prepare(
            """
            INSERT INTO spans VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET first_bucket = excluded.first_bucket, last_bucket = excluded.last_bucket
            """);
        _patients = PrepareNumbers("patients");
        _series = PrepareNumbers("series");
    }

    /// <summary>Makes a store.</summary>
    /// <param name="path">A file that is not there yet.</param>
    /// <exception cref="StoreException">There is a store already, or the file cannot be written.</exception>
    public static SqliteSeriesStore Create(string path) => Own(Kind.Create(path), readOnly: false);

    /// <summary>Opens a store, for reading beside its writer or as its one writer.</summary>
    /// <exception cref="StoreException">It is not a store of this version of the program, or it is damaged.</exception>
    public static SqliteSeriesStore Open(string path, bool readOnly = false) => Own(Kind.Open(path, readOnly), readOnly);

    /// <inheritdoc/>
    public long AppliedOffset(int partition)
    {
        lock (_turn)
        {
            try
            {
                return _applied.Bind(1, partition).Step() ? _applied.Long(0) : 0;
            }
            finally
            {
                _applied.Reset();
            }
        }
    }

    /// <inheritdoc/>
    public void Write(int partition, long throughOffset, SeriesBatch batch)
    {
        if (_readOnly)
            throw new InvalidOperationException("This store is open for reading only.");
        var writer = WriterOf(partition);
        if (throughOffset <= writer.Applied) return;
        Number(writer, batch);
        writer.Sorter.Sort(batch, CollectionsMarshal.AsSpan(writer.Series));
        lock (_turn)
        {
            writer.Changed.Clear();
            _database.BeginWrite();
            try
            {
                _addBlock.Bind(1, partition).Bind(3, throughOffset);
                foreach (var row in writer.Sorter.Rows)
                {
                    var patient = writer.Patients[row.Patient];
                    _addBlock.Bind(2, row.Bucket).Bind(4, patient).Bind(5, writer.Sorter.Bytes(row)).Run();
                    writer.Widen(patient, row.Bucket);
                }

                foreach (var (patient, span) in writer.Changed)
                    _putSpan.Bind(1, partition).Bind(2, patient).Bind(3, span.First).Bind(4, span.Last).Run();
                _putApplied.Bind(1, partition).Bind(2, throughOffset).Run();
                _database.Commit();
                writer.Committed(throughOffset);
            }
            catch
            {
                _database.RollBack();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<(string Series, SeriesPoint Point)> Read(
        string patient, string? series = null, long from = long.MinValue, long until = long.MaxValue)
    {
        using var reader = new SeriesReader(_database.Path);
        foreach (var point in reader.Read(patient, series, from, until))
            yield return point;
    }

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    /// <summary>Runs a statement on the writer's connection; tests fill the file up with it.</summary>
    internal void Execute(string sql) => _database.Execute(sql);

    private static SqliteSeriesStore Own(Database database, bool readOnly)
    {
        try
        {
            return new SqliteSeriesStore(database, readOnly);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private SeriesWriter WriterOf(int partition)
    {
        lock (_turn)
        {
            if (_writers.TryGetValue(partition, out var writer)) return writer;
            writer = new SeriesWriter { Spans = [], Applied = AppliedOffset(partition) };
            var spans = _database.Prepare("SELECT patient, first_bucket, last_bucket FROM spans WHERE partition = ?1").Bind(1, partition);
            while (spans.Step())
                writer.Spans.Add(spans.Long(0), (spans.Long(1), spans.Long(2)));
            spans.Reset();
            _writers.Add(partition, writer);
            return writer;
        }
    }

    // Gives numbers to patients and series that are new in a batch, in a transaction of its own: numbers without points do no harm,
    // and those remembered here are then in the file whatever becomes of the points.
    private void Number(SeriesWriter writer, SeriesBatch batch)
    {
        writer.Use(batch);
        if (writer.Patients.Count == batch.Patients.Count && writer.Series.Count == batch.Names.Count) return;
        lock (_turn)
        {
            var patients = new List<long>();
            var series = new List<long>();
            _database.InTransaction(() =>
            {
                Number(_patients, batch.Patients, writer.Patients.Count, patients);
                Number(_series, batch.Names, writer.Series.Count, series);
            });
            writer.Patients.AddRange(patients);
            writer.Series.AddRange(series.Select(s => (uint)s));
        }
    }

    private static void Number((Statement Add, Statement Find) table, List<string> names, int known, List<long> numbers)
    {
        for (var i = known; i < names.Count; i++)
        {
            table.Add.Bind(1, names[i]).Run();
            table.Find.Bind(1, names[i]).Step();
            numbers.Add(table.Find.Long(0));
            table.Find.Reset();
        }
    }

    private (Statement Add, Statement Find) PrepareNumbers(string table) => (
        _database.Prepare($"INSERT INTO {table} (name) VALUES (?1) ON CONFLICT DO NOTHING"),
        _database.Prepare($"SELECT number FROM {table} WHERE name = ?1"));
}
