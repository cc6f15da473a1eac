// Reads one patient's series out of the blocks, in a snapshot of its own.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>One read; the snapshot ends when it is disposed.</summary>
internal sealed class SeriesReader : IDisposable
{
    private readonly Database _database;
    private readonly Statement _next;
    private readonly List<(uint Series, SeriesPoint Point)> _points = [];
    private readonly Dictionary<uint, string> _names = [];

    /// <summary>A reader of a file.</summary>
    public SeriesReader(string path)
    {
        _database = Database.Open(path, OpenMode.ReadOnly);
        _database.Execute("BEGIN");
        _next = _database.Prepare(
            """
            SELECT bucket, through, patient, points FROM blocks
            WHERE partition = ?1 AND (bucket, through, patient) >= (?2, ?3, ?4) ORDER BY bucket, through, patient LIMIT 1
            """);
    }

    /// <summary>The points in [from, until) by time, then series.</summary>
    public IEnumerable<(string Series, SeriesPoint Point)> Read(string patient, string? series, long from, long until)
    {
        if (from >= until) yield break;
        var cursors = CursorsOf(patient, PointBlock.BucketOf(from), PointBlock.BucketOf(until - 1));
        var rows = _database.Prepare("SELECT number, name FROM series");
        while (rows.Step())
            _names.Add((uint)rows.Long(0), rows.Text(1));
        rows.Reset();

        while (cursors.Count > 0)
        {
            var bucket = cursors.Min(c => c.Bucket);
            _points.Clear();
            foreach (var cursor in cursors)
                ReadBucket(cursor, bucket, from, until);
            cursors.RemoveAll(c => c.AtEnd);
            _points.Sort(ByTimeAndName);
            foreach (var (number, point) in _points)
            {
                var name = _names[number];
                if (series is null || name == series)
                    yield return (name, point);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    // A patient lives in one partition; the file does not rely on it.
    private List<Cursor> CursorsOf(string patient, long firstBucket, long lastBucket)
    {
        var spans = _database.Prepare(
            """
            SELECT number, partition, first_bucket, last_bucket FROM patients JOIN spans ON patient = number WHERE name = ?1
            """).Bind(1, patient);
        var cursors = new List<Cursor>();
        while (spans.Step())
        {
            var cursor = new Cursor(spans.Long(0), spans.Int(1), Math.Max(firstBucket, spans.Long(2)), Math.Min(lastBucket, spans.Long(3)));
            if (!cursor.AtEnd) cursors.Add(cursor);
        }

        spans.Reset();
        return cursors;
    }

    // Goes from write to write: each seek either finds the patient's block of a write, or says where the next one may be.
    private void ReadBucket(Cursor cursor, long bucket, long from, long until)
    {
        _next.Bind(1, cursor.Partition).Bind(4, cursor.Patient);
        while (!cursor.AtEnd && cursor.Bucket == bucket)
        {
            if (!_next.Bind(2, cursor.Bucket).Bind(3, cursor.Through).Step())
            {
                cursor.End();
                break;
            }

            var (foundBucket, through, patient) = (_next.Long(0), _next.Long(1), _next.Long(2));
            if (foundBucket != bucket)
            {
                cursor.GoTo(foundBucket);
            }
            else
            {
                if (patient == cursor.Patient) Decode(_next.Bytes(3), bucket, from, until);
                cursor.Through = patient < cursor.Patient ? through : through + 1;
            }

            _next.Reset();
        }

        _next.Reset();
    }

    private void Decode(ReadOnlySpan<byte> block, long bucket, long from, long until)
    {
        try
        {
            PointBlock.Read(block, bucket, from, until, _points);
        }
        catch (InvalidDataException e)
        {
            throw SqliteFailure.Corrupt(_database.Path, $"A block of points cannot be read: {e.Message}", e);
        }
    }

    private int ByTimeAndName((uint Series, SeriesPoint Point) a, (uint Series, SeriesPoint Point) b) =>
        a.Point.EventTime != b.Point.EventTime ? a.Point.EventTime.CompareTo(b.Point.EventTime)
        : a.Series == b.Series ? 0 : string.CompareOrdinal(_names[a.Series], _names[b.Series]);

    /// <summary>Where a read stands in one partition.</summary>
    private sealed class Cursor(long patient, int partition, long bucket, long lastBucket)
    {
        public long Patient { get; } = patient;

        public int Partition { get; } = partition;

        public long Bucket { get; private set; } = bucket;

        /// <summary>The next write that may hold a block.</summary>
        public long Through { get; set; } = long.MinValue;

        public bool AtEnd => Bucket > lastBucket;

        public void GoTo(long bucket)
        {
            Bucket = bucket;
            Through = long.MinValue;
        }

        public void End() => Bucket = long.MaxValue;
    }
}
