// Turns one partition's points, in the order in which they came, into blocks: one per patient and bucket.
using System.Runtime.InteropServices;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>One block: the caller's number of the patient, the bucket, and where its bytes are.</summary>
internal readonly record struct BlockRow(int Patient, long Bucket, int Start, int Length);

/// <summary>Sorts and encodes; owned by one partition, its memory is used again.</summary>
internal sealed class PointSorter
{
    private readonly List<BlockRow> _rows = [];
    private byte[] _bytes = new byte[64 << 10];

    // Chains the points of each patient: the first by patient, then the next by point; -1 ends.
    private int[] _first = [];
    private int[] _next = [];
    private readonly List<int> _patients = [];

    private long[] _times = new long[256];
    private int[] _order = new int[256];

    /// <summary>The blocks, ordered by bucket and patient as they will lie in the file.</summary>
    public ReadOnlySpan<BlockRow> Rows => CollectionsMarshal.AsSpan(_rows);

    /// <summary>The bytes of a block.</summary>
    public ReadOnlySpan<byte> Bytes(BlockRow row) => _bytes.AsSpan(row.Start, row.Length);

    /// <summary>Makes the blocks of a batch.</summary>
    /// <param name="batch">The points.</param>
    /// <param name="series">The store's numbers of the batch's series.</param>
    public void Sort(SeriesBatch batch, ReadOnlySpan<uint> series)
    {
        var points = CollectionsMarshal.AsSpan(batch.Points);
        Chain(points, batch.Patients.Count);
        _rows.Clear();
        var room = (long)points.Length * PointBlock.LongestPoint;
        if (_bytes.Length < room) _bytes = new byte[Math.Max(room, _bytes.Length * 2L)];
        var at = 0;
        foreach (var patient in _patients)
        {
            var count = Gather(points, patient);
            at = Encode(points, series, patient, count, at);
        }

        var rows = Rows;
        for (var i = 1; i < rows.Length; i++)
        {
            if (rows[i].Bucket >= rows[i - 1].Bucket) continue;
            _rows.Sort(static (a, b) => a.Bucket != b.Bucket ? a.Bucket.CompareTo(b.Bucket) : a.Patient.CompareTo(b.Patient));
            break;
        }
    }

    private void Chain(ReadOnlySpan<SeriesPoint> points, int patients)
    {
        if (_first.Length < patients)
            _first = new int[Math.Max(patients, _first.Length * 2)];
        if (_next.Length < points.Length) _next = new int[Math.Max(points.Length, _next.Length * 2)];
        _first.AsSpan(0, patients).Fill(-1);
        _patients.Clear();

        // From the last point to the first, so that each chain runs forward.
        for (var i = points.Length - 1; i >= 0; i--)
        {
            ref var first = ref _first[points[i].Patient];
            if (first < 0) _patients.Add(points[i].Patient);
            _next[i] = first;
            first = i;
        }

        _patients.Sort();
    }

    // Lays a patient's points out by time; they mostly came that way.
    private int Gather(ReadOnlySpan<SeriesPoint> points, int patient)
    {
        var count = 0;
        var sorted = true;
        for (var i = _first[patient]; i >= 0; i = _next[i])
        {
            if (count == _order.Length)
            {
                Array.Resize(ref _order, count * 2);
                Array.Resize(ref _times, count * 2);
            }

            _order[count] = i;
            _times[count] = points[i].EventTime;
            sorted &= count == 0 || _times[count] >= _times[count - 1];
            count++;
        }

        if (!sorted) Array.Sort(_times, _order, 0, count);
        return count;
    }

    private int Encode(ReadOnlySpan<SeriesPoint> points, ReadOnlySpan<uint> series, int patient, int count, int at)
    {
        for (var i = 0; i < count;)
        {
            var bucket = PointBlock.BucketOf(_times[i]);
            var start = at;
            var begin = bucket * PointBlock.BucketMs;
            var time = begin;
            for (; i < count && _times[i] - begin < PointBlock.BucketMs; i++)
            {
                ref readonly var point = ref points[_order[i]];
                at += PointBlock.Write(_bytes.AsSpan(at), (uint)(point.EventTime - time), series[point.Series], point.Value, point.Flags);
                time = point.EventTime;
            }

            _rows.Add(new BlockRow(patient, bucket, start, at - start));
        }

        return at;
    }
}
