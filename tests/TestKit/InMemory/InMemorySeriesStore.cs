// The series store without a disk: what a completed Write leaves behind is what a crash leaves behind.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.TestKit.InMemory;

/// <summary>A series store in memory, with hooks at which a simulation lets it fail.</summary>
public sealed class InMemorySeriesStore : ISeriesStore
{
    // Guards everything below: partitions write side by side, and people read meanwhile.
    private readonly Lock _lock = new();
    private readonly Dictionary<int, long> _applied;
    private readonly Dictionary<string, List<(string Series, SeriesPoint Point)>> _points;

    /// <summary>An empty store.</summary>
    public InMemorySeriesStore()
    {
        _applied = [];
        _points = [];
    }

    private InMemorySeriesStore(InMemorySeriesStore other)
    {
        _applied = new(other._applied);
        _points = other._points.ToDictionary(p => p.Key, p => p.Value.ToList());
    }

    /// <summary>Called before a write takes effect; what it throws, the flow sees, and nothing was written.</summary>
    public Action? BeforeWrite { get; set; }

    /// <summary>Called after a write took effect; throwing here is a crash before the flow learnt of it.</summary>
    public Action? AfterWrite { get; set; }

    /// <inheritdoc/>
    public long AppliedOffset(int partition)
    {
        lock (_lock) return _applied.GetValueOrDefault(partition);
    }

    /// <inheritdoc/>
    public void Write(int partition, long throughOffset, SeriesBatch batch)
    {
        BeforeWrite?.Invoke();
        lock (_lock)
        {
            if (throughOffset <= _applied.GetValueOrDefault(partition)) return;
            foreach (var point in batch.Points)
            {
                var patient = batch.Patients[point.Patient];
                if (!_points.TryGetValue(patient, out var points))
                    _points.Add(patient, points = []);
                points.Add((batch.Names[point.Series], point));
            }

            _applied[partition] = throughOffset;
        }

        AfterWrite?.Invoke();
    }

    /// <inheritdoc/>
    public IEnumerable<(string Series, SeriesPoint Point)> Read(
        string patient, string? series = null, long from = long.MinValue, long until = long.MaxValue)
    {
        lock (_lock)
        {
            if (!_points.TryGetValue(patient, out var points)) return [];
            // The writer's numbers mean nothing to a reader.
            return
            [
                .. points
                    .Where(p => p.Point.EventTime >= from && p.Point.EventTime < until && (series is null || p.Series == series))
                    .OrderBy(p => p.Point.EventTime)
                    .ThenBy(p => p.Series, StringComparer.Ordinal)
                    .Select(p => (p.Series, p.Point with { Patient = 0, Series = 0, Device = -1 })),
            ];
        }
    }

    /// <summary>What a process that starts after a crash at this moment would find. Later calls on either do not touch the other.</summary>
    public InMemorySeriesStore Clone()
    {
        lock (_lock) return new InMemorySeriesStore(this);
    }

    /// <summary>Keeps everything: a disposed store can be cloned, which stands for opening it again.</summary>
    public void Dispose()
    {
    }
}
