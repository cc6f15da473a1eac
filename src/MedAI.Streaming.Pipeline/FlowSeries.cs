// A flow's way to the series store: what cannot be written is kept as long as there is room, and what was dropped is made again.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline;

/// <summary>
/// Writes a flow's series. Alarms do not wait for it: where the store fails and flows go on (<see cref="FlowOptions.RetryStores"/>), points
/// are kept for a later try. When they no longer fit into memory the oldest stay and what comes behind them is dropped, so that what is
/// written later never claims an offset of which points are missing: once the store has taken the oldest, the flow goes back to its last
/// checkpoint and makes the others again from the log, as far as no checkpoint was made meanwhile.
/// </summary>
/// <remarks>Used by the flow's thread; <see cref="Trouble"/> and <see cref="Dropped"/> by any.</remarks>
internal sealed class FlowSeries(int partition, ISeriesStore store, FlowOptions options, TimeProvider time)
{
    private const int MostBatchesKept = 10;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    // Partitions that lost the same store at the same moment do not all come back to it at the same moment.
    private readonly double _share = 1 - (0.25 * ((partition * 0.618_033_988_75) % 1));
    private volatile string? _trouble;
    private TimeSpan _pause;
    private long _triedAt;
    private long _failedAt;
    private long _dropped;

    // What stays of the batch while there is no room for more, and the offset up to which nothing of it is missing; null: all of it stays.
    private (long Through, int Points, int Transitions)? _kept;

    /// <summary>Why series cannot be written at the moment; null: they can.</summary>
    public string? Trouble => _trouble;

    /// <summary>Points that did not fit into memory, each as often as it was dropped.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>
    /// The store answers again, and points behind what it was given are missing: the flow must be loaded again before anything more is
    /// written or checkpointed.
    /// </summary>
    public bool MustRemake { get; private set; }

    /// <summary>There are points that no store has, and a checkpoint must not cover them yet.</summary>
    public bool HoldsCheckpoints => MustRemake || (_trouble is not null && time.GetElapsedTime(_failedAt) < options.SeriesPatience);

    /// <summary>Begins with a flow that was just loaded.</summary>
    public void Begin(PartitionFlow flow)
    {
        flow.SeriesAppliedOffset = store.AppliedOffset(partition);
        _kept = null;
        MustRemake = false;
    }

    /// <summary>Writes what there is, if it is enough.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="atLeast">So many points; 0: also where there are none and only the offset has moved.</param>
    /// <param name="evenIfTried">However short ago the store failed.</param>
    /// <exception cref="StoreException">It cannot be written, and this flow does not go on without.</exception>
    public void Store(PartitionFlow flow, int atLeast, bool evenIfTried = false)
    {
        if (MustRemake)
        {
            return;
        }

        var series = flow.Series;
        if (_trouble is not null)
        {
            MakeRoom(flow);
        }

        var due = series.Points.Count >= Math.Max(atLeast, 1)
            || (atLeast == 0 && (series.Transitions.Count > 0 || flow.SeriesAppliedOffset < flow.NextOffset));
        if (!due || (_trouble is not null && !evenIfTried && time.GetElapsedTime(_triedAt) < _pause * _share))
        {
            return;
        }

        try
        {
            var through = _kept?.Through ?? flow.NextOffset;
            store.Write(partition, through, series);
            series.Points.Clear();
            series.Transitions.Clear();
            flow.SeriesAppliedOffset = Math.Max(flow.SeriesAppliedOffset, through);
            MustRemake = _kept is not null;
            _trouble = null;
        }
        catch (StoreException failure) when (options.RetryStores && failure.Failure != StoreFailure.Corrupt)
        {
            GoOnWithout(failure);
        }
    }

    private void MakeRoom(PartitionFlow flow)
    {
        var (points, transitions) = (flow.Series.Points, flow.Series.Transitions);
        if (_kept is { } kept)
        {
            Volatile.Write(ref _dropped, _dropped + points.Count - kept.Points);
            points.RemoveRange(kept.Points, points.Count - kept.Points);
            transitions.RemoveRange(kept.Transitions, transitions.Count - kept.Transitions);
        }
        else if (points.Count > MostBatchesKept * options.SeriesPoints)
        {
            _kept = (flow.NextOffset, points.Count, transitions.Count);
        }
    }

    private void GoOnWithout(StoreException failure)
    {
        var again = _pause * 2 < options.SeriesPause ? _pause * 2 : options.SeriesPause;
        var first = FirstPause < options.SeriesPause ? FirstPause : options.SeriesPause;
        _triedAt = time.GetTimestamp();
        (_failedAt, _pause) = _trouble is null ? (_triedAt, first) : (_failedAt, again);
        var dropped = Dropped == 0 ? "" : $" {Dropped} points did not fit into memory so far.";
        _trouble = $"Series cannot be written; alarms go on without them.{dropped} {failure.Message}";
    }
}
