// The loop around one flow: reads the log, lets the flow decide, makes the decisions durable, checkpoints.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline;

/// <summary>
/// Runs one partition. Order of effects: decisions are durable before anybody is told; series before the checkpoint that covers
/// them (for as long as <see cref="FlowOptions.SeriesPatience"/>); the offset last, in the transaction of the state.
/// </summary>
internal sealed class FlowRunner(
    int partition, FlowStores stores, FlowLaw law, FlowOptions options, TimeProvider time, ILiveFeed? feed)
    : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private const int MostPointsKept = 10;
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(1);
    private readonly LogBatch _batch = new();
    private readonly ManualResetEventSlim _wake = new(false);
    private PartitionFlow _flow = new(partition, law, feed, stores.Log.Partitions);
    private long _committedAt = time.GetTimestamp();
    private long _checkpointedAt = time.GetTimestamp();
    private int _group;
    private volatile bool _complete;
    private volatile bool _disowned;
    private volatile string? _trouble;
    private volatile string? _seriesTrouble;
    private long _seriesTriedAt;
    private long _seriesFailedAt;
    private long _pointsDropped;
    private long _checkpointed;
    private long _checkpointBytes;
    private volatile FlowTotals? _seen;
    private long _countedAt = time.GetTimestamp();

    /// <summary>The partition.</summary>
    public int Partition => partition;

    /// <summary>Under another execution profile, or before its model failed, the flow decided what the store keeps.</summary>
    public bool DecidedElsewise { get; set; }

    /// <summary>Points are kept that no store has, and checkpoints wait for them.</summary>
    public bool WaitsForSeries => _seriesTrouble is not null && time.GetElapsedTime(_seriesFailedAt) < options.SeriesPatience;

    /// <summary>Another process owns the partition: nothing more is written.</summary>
    public bool Disowned => _disowned;

    /// <summary>Why it cannot go on at the moment, or what it goes on without; null: all is well.</summary>
    public string? Trouble => _trouble ?? _seriesTrouble;

    /// <summary>What became of everything, as of a while ago; any thread may look.</summary>
    public FlowTotals? Seen => _seen;

    /// <summary>Patients that were checkpointed, each as often as it was, and the bytes of their state; since it was made.</summary>
    public (long Patients, long Bytes) Checkpointed => (Volatile.Read(ref _checkpointed), Volatile.Read(ref _checkpointBytes));

    /// <summary>The offset of the next record to apply.</summary>
    public long NextOffset => Volatile.Read(ref _nextOffset);

    private long _nextOffset;

    /// <summary>There may be more records.</summary>
    public void Wake() => _wake.Set();

    /// <summary>There will be no more records than there are now.</summary>
    public void Complete()
    {
        _complete = true;
        _wake.Set();
    }

    /// <summary>Loads the last checkpoint.</summary>
    public void Load()
    {
        _flow = new PartitionFlow(partition, law, feed, stores.Log.Partitions);
        var offset = stores.State.Load(partition, _flow.Load);
        _flow.StartAt(offset);
        _flow.SeriesAppliedOffset = stores.Series.AppliedOffset(partition);
        Volatile.Write(ref _nextOffset, offset);
    }

    /// <summary>Whether control records say that the partition's model does not answer.</summary>
    public bool ModelIsSilent => _flow.ModelIsSilent;

    /// <summary>
    /// Loads the last checkpoint and goes on without the model. What was decided with it since then stands, and is not decided again.
    /// </summary>
    public void GiveUpModel()
    {
        DecidedElsewise = true;
        Load();
        _flow.ModelGivenUp = true;
    }

    /// <summary>Stops without writing anything more.</summary>
    public void Disown()
    {
        _disowned = true;
        _wake.Set();
    }

    /// <summary>
    /// Runs until the log is complete and applied, or until it is stopped; either way everything is checkpointed, unless
    /// <see cref="WaitsForSeries"/> says otherwise.
    /// </summary>
    public void Run(CancellationToken stop)
    {
        using var registration = stop.Register(_wake.Set);
        var pause = FirstPause;
        var givenUp = false;
        var loaded = true;
        while (true)
        {
            try
            {
                if (!loaded)
                {
                    // What could not be settled is decided again from the last checkpoint.
                    Load();
                    _flow.ModelGivenUp = givenUp;
                    loaded = true;
                }

                RunOnce(stop);
                return;
            }
            catch (StoreException failure) when (MayRetry(failure, stop))
            {
                givenUp = loaded ? _flow.ModelGivenUp : givenUp;
                loaded = false;
                // A failure after things went well again begins with a short pause.
                pause = _trouble is null ? FirstPause : pause * 2 > options.LongestPause ? options.LongestPause : pause * 2;
                _trouble = failure.Message;
                stop.WaitHandle.WaitOne(pause);
            }
        }
    }

    // Damage and other settings do not go away by waiting.
    private bool MayRetry(StoreException failure, CancellationToken stop) =>
        options.RetryStores && failure.Failure is not (StoreFailure.Corrupt or StoreFailure.Mismatch or StoreFailure.InUse)
        && !stop.IsCancellationRequested;

    private void RunOnce(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !_disowned)
        {
            _wake.Reset();
            var complete = _complete;
            if (Step())
            {
                continue;
            }

            _trouble = null;
            if (complete)
            {
                break;
            }

            _wake.Wait(options.CheckpointInterval / options.CheckpointGroups, CancellationToken.None);
        }

        if (!_disowned)
        {
            CheckpointAll();
        }
    }

    /// <summary>Applies one batch, if there is one, and does what has become due.</summary>
    /// <returns>False when there was nothing to apply.</returns>
    public bool Step()
    {
        var any = stores.Log.Read(partition, _flow.NextOffset, options.BatchRecords, _batch);
        if (any)
        {
            _flow.Process(_batch);
            Volatile.Write(ref _nextOffset, _flow.NextOffset);
        }

        if (!any || time.GetElapsedTime(_committedAt) >= options.CommitDelay)
        {
            Commit();
        }

        // Decisions come first: a series that cannot be written must not keep them back.
        StoreSeries(options.SeriesPoints);
        CheckpointIfDue();
        if (time.GetElapsedTime(_countedAt) >= CountInterval)
        {
            Count();
        }

        return any;
    }

    /// <summary>Checkpoints everything.</summary>
    public void CheckpointAll()
    {
        // Series get a last chance, however short ago the last one was.
        StoreSeries(0, evenIfTried: true);
        Checkpoint(0, 1);
    }

    /// <summary>Adds this flow's counters to a report. Not while it runs.</summary>
    public void AddTo(FlowTotals totals) => _flow.AddTo(totals);

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();

    private void Count()
    {
        var seen = new FlowTotals();
        _flow.AddTo(seen);
        _seen = seen;
        _countedAt = time.GetTimestamp();
    }

    private void CheckpointIfDue()
    {
        if (time.GetElapsedTime(_checkpointedAt) >= options.CheckpointInterval / options.CheckpointGroups)
        {
            Checkpoint(_group, options.CheckpointGroups);
            _group = (_group + 1) % options.CheckpointGroups;
        }
    }

    private void Checkpoint(int group, int groups)
    {
        _checkpointedAt = time.GetTimestamp();
        Commit();
        StoreSeries(0);
        if (!WaitsForSeries)
        {
            _flow.Checkpoint(group, groups);
            Commit();
        }
    }

    private void StoreSeries(int atLeast, bool evenIfTried = false)
    {
        var series = _flow.Series;
        var due = series.Points.Count >= Math.Max(atLeast, 1)
            || (atLeast == 0 && (series.Transitions.Count > 0 || _flow.SeriesAppliedOffset < _flow.NextOffset));
        if (!due || (_seriesTrouble is not null && !evenIfTried && time.GetElapsedTime(_seriesTriedAt) < options.SeriesPause))
        {
            return;
        }

        try
        {
            stores.Series.Write(partition, _flow.NextOffset, series);
            series.Points.Clear();
            series.Transitions.Clear();
            _flow.SeriesAppliedOffset = Math.Max(_flow.SeriesAppliedOffset, _flow.NextOffset);
            _seriesTrouble = null;
        }
        catch (StoreException failure) when (options.RetryStores && failure.Failure != StoreFailure.Corrupt)
        {
            GoOnWithoutSeries(failure);
        }
    }

    // Alarms do not wait for series: points are kept for a later try as long as there is room, and what is dropped is counted.
    private void GoOnWithoutSeries(StoreException failure)
    {
        _seriesTriedAt = time.GetTimestamp();
        _seriesFailedAt = _seriesTrouble is null ? _seriesTriedAt : _seriesFailedAt;
        if (_flow.Series.Points.Count > MostPointsKept * options.SeriesPoints)
        {
            _pointsDropped += _flow.Series.Points.Count;
            _flow.Series.Points.Clear();
            _flow.Series.Transitions.Clear();
        }

        var dropped = _pointsDropped == 0 ? "" : $" {_pointsDropped} points were dropped so far.";
        _seriesTrouble = $"Series cannot be written; alarms go on without them.{dropped} {failure.Message}";
    }

    private void Commit()
    {
        _committedAt = time.GetTimestamp();
        var commit = _flow.Commit;
        if (commit.IsEmpty)
        {
            return;
        }

        stores.State.Commit(commit);
        _trouble = null;
        _checkpointed += commit.Patients.Count;
        foreach (var (_, blob) in commit.Patients)
        {
            _checkpointBytes += blob.Length;
        }

        if (commit.Conflicts.Count > 0 && !DecidedElsewise)
        {
            var first = commit.Conflicts[0];
            throw new InvalidOperationException(
                $"transition {first.Id} was decided differently before: the same log gave two results. The store keeps the first; "
                + $"please report this with the store. Now: {first}");
        }

        foreach (var transition in commit.Transitions)
        {
            feed?.Transition(transition);
            if (!commit.Conflicts.Exists(kept => kept.Id == transition.Id))
            {
                _flow.Series.Transitions.Add(transition);
            }
        }

        commit.Clear();
    }
}
