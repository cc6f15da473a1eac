// The series server of a simulated fleet, in which a point has a key of its own, and the spill on each worker's disk.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.TestKit.Worlds.Fleet;

/// <summary>The key of a point: writing it again replaces it.</summary>
/// <param name="Patient">Patient id.</param>
/// <param name="Series">Name of the series.</param>
/// <param name="Device">Device id; empty: none.</param>
/// <param name="EventTime">Event time, ms since 1970.</param>
public readonly record struct SeriesKey(string Patient, string Series, string Device, long EventTime);

/// <summary>What a point says.</summary>
/// <param name="Value">Its value.</param>
/// <param name="Flags">What is special about it.</param>
public readonly record struct SeriesValue(double Value, PointFlags Flags);

/// <summary>The server.</summary>
internal sealed class SimulatedSeries
{
    /// <summary>Whether nobody can reach it at the moment.</summary>
    public bool Away { get; set; }

    /// <summary>What it holds.</summary>
    public Dictionary<SeriesKey, SeriesValue> Points { get; } = [];

    /// <summary>Puts points in.</summary>
    public void Put(IEnumerable<KeyValuePair<SeriesKey, SeriesValue>> points)
    {
        foreach (var (key, value) in points)
            Points[key] = value;
    }

    /// <summary>The points of a batch with their keys.</summary>
    public static KeyValuePair<SeriesKey, SeriesValue>[] PointsOf(SeriesBatch batch) =>
        [.. batch.Points.Select(p => new KeyValuePair<SeriesKey, SeriesValue>(
            new(batch.Patients[p.Patient], batch.Names[p.Series], "", p.EventTime), new(p.Value, p.Flags)))];
}

/// <summary>What a worker's disk holds for the server: it outlives the process.</summary>
internal sealed class SeriesSpill
{
    /// <summary>Points that the server may not have yet, oldest first.</summary>
    public Queue<KeyValuePair<SeriesKey, SeriesValue>[]> Waiting { get; } = [];
}

/// <summary>The series store of one worker's process.</summary>
/// <param name="server">The server.</param>
/// <param name="spill">What the worker's disk holds.</param>
/// <param name="faults">What goes wrong for this worker.</param>
internal sealed class SeriesView(SimulatedSeries server, SeriesSpill spill, Faults faults) : ISeriesStore
{
    private readonly Dictionary<int, long> _applied = [];

    /// <inheritdoc/>
    public long AppliedOffset(int partition) => _applied.GetValueOrDefault(partition);

    /// <inheritdoc/>
    public void Write(int partition, long throughOffset, SeriesBatch batch)
    {
        var points = SimulatedSeries.PointsOf(batch);
        faults.Reach();
        if (points.Length > 0)
        {
            spill.Waiting.Enqueue(points);
            if (spill.Waiting.Count == 1) Drain();
        }

        _applied[partition] = Math.Max(AppliedOffset(partition), throughOffset);
        faults.Reach();
    }

    /// <summary>Gives the server what waits, until it does not answer.</summary>
    public void Drain()
    {
        while (spill.Waiting.TryPeek(out var points))
        {
            try
            {
                faults.Do(() => server.Put(points));
            }
            catch (StoreException)
            {
                // It waits for the next time.
                return;
            }

            spill.Waiting.Dequeue();
        }
    }

    /// <inheritdoc/>
    public IEnumerable<(string Series, SeriesPoint Point)> Read(
        string patient, string? series = null, long from = long.MinValue, long until = long.MaxValue) => [];

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
