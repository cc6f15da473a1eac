// The series server of a simulated fleet, in which a point has a key of its own, and the spill on each worker's disk.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.TestKit.Worlds.Fleet;

/// <summary>The key of a point: writing it again replaces it.</summary>
/// <param name="Patient">Patient id.</param>
/// <param name="Series">Name of the series.</param>
/// <param name="Device">Device id; empty: none.</param>
/// <param name="EventTime">Event time, ms since 1970.</param>
/// <param name="Apart">Tells points of one device and event time apart.</param>
public readonly record struct SeriesKey(string Patient, string Series, string Device, long EventTime, int Apart);

/// <summary>What a point says.</summary>
/// <param name="Value">Its value.</param>
/// <param name="Flags">What is special about it.</param>
public readonly record struct SeriesValue(double Value, PointFlags Flags);

/// <summary>The key of a transition in the series store.</summary>
/// <param name="Id">Its id.</param>
/// <param name="EventTime">Its event time, ms since 1970: the time of its point.</param>
public readonly record struct MarkKey(string Id, long EventTime);

/// <summary>What one write carries.</summary>
/// <param name="Points">Points with their keys.</param>
/// <param name="Marks">Transitions with their keys.</param>
internal sealed record SeriesWrite(
    IReadOnlyList<KeyValuePair<SeriesKey, SeriesValue>> Points, IReadOnlyList<KeyValuePair<MarkKey, TransitionRecord>> Marks)
{
    /// <summary>What a batch holds.</summary>
    public static SeriesWrite Of(SeriesBatch batch) => new(
        [.. batch.Points.Select(p => new KeyValuePair<SeriesKey, SeriesValue>(
            new(batch.Patients[p.Patient], batch.Names[p.Series], p.Device < 0 ? "" : batch.Devices[p.Device], p.EventTime, p.Apart),
            new(p.Value, p.Flags)))],
        [.. batch.Transitions.Select(t => new KeyValuePair<MarkKey, TransitionRecord>(new(t.Id, t.EventTime), t))]);
}

/// <summary>The server.</summary>
internal sealed class SimulatedSeries
{
    /// <summary>Whether nobody can reach it at the moment.</summary>
    public bool Away { get; set; }

    /// <summary>The points that it holds.</summary>
    public Dictionary<SeriesKey, SeriesValue> Points { get; } = [];

    /// <summary>The transitions that it holds.</summary>
    public Dictionary<MarkKey, TransitionRecord> Marks { get; } = [];

    /// <summary>Takes a write.</summary>
    public void Put(SeriesWrite write)
    {
        foreach (var (key, value) in write.Points)
            Points[key] = value;
        foreach (var (key, transition) in write.Marks)
            Marks[key] = transition;
    }
}

/// <summary>What a worker's disk holds for the server: it outlives the process.</summary>
internal sealed class SeriesSpill
{
    /// <summary>Writes that the server may not have yet, oldest first.</summary>
    public Queue<SeriesWrite> Waiting { get; } = [];
}

/// <summary>The series store of one worker's process.</summary>
/// <param name="server">The server.</param>
/// <param name="spill">What the worker's disk holds.</param>
/// <param name="network">What goes wrong between this worker and the server.</param>
/// <param name="disk">What goes wrong with its disk.</param>
internal sealed class SeriesView(SimulatedSeries server, SeriesSpill spill, Faults network, Faults disk) : ISeriesStore
{
    private readonly Dictionary<int, long> _applied = [];

    /// <inheritdoc/>
    public long AppliedOffset(int partition) => _applied.GetValueOrDefault(partition);

    /// <inheritdoc/>
    public void Write(int partition, long throughOffset, SeriesBatch batch)
    {
        var write = SeriesWrite.Of(batch);
        network.Reach();
        if (write.Points.Count + write.Marks.Count > 0)
        {
            if (disk.Refuses()) throw Faults.Unavailable("the spill cannot be written");
            spill.Waiting.Enqueue(write);
            if (spill.Waiting.Count == 1) Drain();
        }

        _applied[partition] = Math.Max(AppliedOffset(partition), throughOffset);
        network.Reach();
    }

    /// <summary>Gives the server what waits, until it does not answer.</summary>
    public void Drain()
    {
        while (spill.Waiting.TryPeek(out var write))
        {
            try
            {
                network.Do(() => server.Put(write));
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
