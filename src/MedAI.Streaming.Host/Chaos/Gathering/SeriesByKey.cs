// A series store in memory that keeps one value for each key, as a store does in which writing again changes nothing.
using MedAI.Streaming.Host.Chaos.Checking;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Chaos.Gathering;

/// <summary>Points by key: of two points under one key, the one that was written last. One partition's points come in the log's order.</summary>
internal sealed class SeriesByKey : ISeriesStore
{
    // Guards both tables: partitions write side by side.
    private readonly Lock _lock = new();
    private readonly Dictionary<PointKey, PointValue> _points = [];
    private readonly Dictionary<PointKey, PointValue> _values = [];
    private readonly Dictionary<int, long> _applied = [];

    /// <summary>The points as a time series server holds them, which takes numbers only. Not while they are written.</summary>
    public IReadOnlyDictionary<PointKey, PointValue> Points => _points;

    /// <summary>The points as a store holds them that keeps all (<see cref="KeyByValue"/>). Not while they are written.</summary>
    public IReadOnlyDictionary<PointKey, PointValue> Values => _values;

    /// <summary>
    /// The key of a point in a store that tells no devices apart and keeps all points: what it says is part of the key, so that what is
    /// compared is which points there are.
    /// </summary>
    public static PointKey KeyByValue(string patient, string series, in SeriesPoint point) =>
        new(patient, series, FormattableString.Invariant($"{point.Value:R} {point.Flags}"), point.EventTime);

    /// <inheritdoc/>
    public long AppliedOffset(int partition)
    {
        lock (_lock) return _applied.GetValueOrDefault(partition);
    }

    /// <inheritdoc/>
    public void Write(int partition, long throughOffset, SeriesBatch batch)
    {
        lock (_lock)
        {
            foreach (var point in batch.Points)
            {
                var (patient, series) = (batch.Patients[point.Patient], batch.Names[point.Series]);
                var device = point.Device < 0 ? "" : batch.Devices[point.Device];
                var value = new PointValue(point.Value, point.Flags);
                if (double.IsFinite(point.Value))
                    _points[new(patient, series, device, point.EventTime, point.Apart)] = value;
                _values[KeyByValue(patient, series, in point)] = value;
            }

            _applied[partition] = Math.Max(throughOffset, _applied.GetValueOrDefault(partition));
        }
    }

    /// <inheritdoc/>
    /// <remarks>Nobody reads it as people do: <see cref="Points"/> is for the checker.</remarks>
    public IEnumerable<(string Series, SeriesPoint Point)> Read(
        string patient, string? series = null, long from = long.MinValue, long until = long.MaxValue) => [];

    /// <inheritdoc/>
    public void Dispose()
    {
        // It holds memory only.
    }
}
