// The loop around one flow: reads the log, lets the flow decide, makes the decisions durable, checkpoints.
using MedAI.Streaming.Domain.Stream;
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
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(1);
    private readonly LogBatch _batch = new();
    private readonly ManualResetEventSlim _wake = new(false);
    private readonly FlowSeries _series = new(partition, stores.Series, options, time);
    private readonly HashSet<long> _givenUp = [];
    private PartitionFlow _flow = new(partition, law, feed, stores.Log.Partitions);
    private long _committedAt = time.GetTimestamp();
    private long _checkpointedAt = time.GetTimestamp();
    private int _group;
    private volatile bool _complete;
    private volatile bool _disowned;
    private volatile string? _trouble;
    private volatile ModelTrouble? _modelTrouble;
    private long _checkpointed;
    private long _checkpointBytes;
    private volatile FlowTotals? _seen;
    private long _countedAt = time.GetTimestamp();

    /// <summary>The partition.</summary>
    public int Partition => partition;

    /// <summary>Under another execution profile, or before its model failed, the flow decided what the store keeps.</summary>
    public bool DecidedElsewise { get; set; }

    /// <summary>There are points that no store has, and checkpoints wait for them.</summary>
    public bool WaitsForSeries => _series.HoldsCheckpoints;

    /// <summary>Points that were dropped are made again from the last checkpoint, with the next step.</summary>
    public bool RemakesSeries => _series.MustRemake;

    /// <summary>Another process owns the partition: nothing more is written.</summary>
    public bool Disowned => _disowned;

    /// <summary>Why it cannot go on at the moment; null: it goes on.</summary>
    public string? Trouble => _trouble;

    /// <summary>It waits for a store: <see cref="Trouble"/> says so until things go well again.</summary>
    public void WaitsFor(StoreException failure) => _trouble = failure.Message;

    /// <summary>Why series cannot be written at the moment, without which it goes on; null: they can.</summary>
    public string? SeriesTrouble => _series.Trouble;

    /// <summary>Points that did not fit into memory while they could not be written, since it was made.</summary>
    public long PointsDropped => _series.Dropped;

    /// <summary>What became of everything, as of a while ago; any thread may look.</summary>
    public FlowTotals? Seen => _seen;

    /// <summary>Patients that were checkpointed, each as often as it was, and the bytes of their state; since it was made.</summary>
    public (long Patients, long Bytes) Checkpointed => (Volatile.Read(ref _checkpointed), Volatile.Read(ref _checkpointBytes));

    /// <summary>The offset of the next record to apply.</summary>
    public long NextOffset => Volatile.Read(ref _nextOffset);

    private long _nextOffset;

    /// <summary>Records in the log that are not yet applied, by what is known without asking a broker; null: nothing is known.</summary>
    public long? KnownLag => stores.Log.KnownEnd(partition) is { } end ? Math.Max(0, end - NextOffset) : null;

    /// <summary>There may be more records.</summary>
    public void Wake() => _wake.Set();

    /// <summary>There will be no more records than there are now.</summary>
    public void Complete()
    {
        _complete = true;
        _wake.Set();
    }

    /// <summary>Loads the last checkpoint; a model that was given up stays so.</summary>
    public void Load()
    {
        var flow = new PartitionFlow(partition, law, feed, stores.Log.Partitions) { GivenUp = _givenUp };
        var offset = stores.State.Load(partition, flow.Load);
        flow.StartAt(offset);
        _series.Begin(flow);
        _flow = flow;
        Tell();
    }

    private void Tell()
    {
        Volatile.Write(ref _nextOffset, _flow.NextOffset);
        if (_flow.Elections.Count != _elections.Length)
        {
            Volatile.Write(ref _elections, [.. _flow.Elections.Select(elected => elected.Election)]);
        }
    }

    /// <summary>What the log elected, oldest first, as far as it was applied. Any thread may look.</summary>
    public IReadOnlyList<ModelElection> Elections => Volatile.Read(ref _elections);

    /// <summary>The last of them; null: nothing.</summary>
    public ModelElection? Elected => Elections is [.., var last] ? last : null;

    private ModelElection[] _elections = [];

    /// <summary>Whether control records say that the partition's model does not answer, and not because of what it did in this run.</summary>
    public bool ModelIsSilent => _flow.ModelIsSilent;

    /// <summary>
    /// Before this offset the log may elect a model, or say that it answers, what the flow does not know yet; null: nobody asked. For whoever
    /// is called by <see cref="BeforeStep"/>.
    /// </summary>
    public long? KnownFrom { get; set; }

    /// <summary>Why the log is not told which model is to decide, or that it answers; null: there is nothing in the way. Any thread may look.</summary>
    public ModelTrouble? ModelTrouble
    {
        get => _modelTrouble;
        set => _modelTrouble = value;
    }

    /// <summary>The election that was appended last, and how many the flow knew then.</summary>
    public (ModelElection? Election, int Known) Told { get; set; }

    /// <summary>Called by the flow before each step.</summary>
    public Action<FlowRunner>? BeforeStep { get; init; }

    /// <summary>
    /// Loads the last checkpoint and goes on without the model. What was decided with it since then stands, and is not decided again.
    /// </summary>
    public void GiveUpModel()
    {
        DecidedElsewise = true;
        Load();
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
        var loaded = true;
        while (true)
        {
            try
            {
                if (!loaded)
                {
                    // What could not be settled is decided again from the last checkpoint.
                    Load();
                    loaded = true;
                }

                RunOnce(stop);
                return;
            }
            catch (StoreException failure) when (MayRetry(failure, stop))
            {
                loaded = false;
                // A failure after things went well again begins with a short pause.
                pause = _trouble is null ? FirstPause : pause * 2 > options.LongestPause ? options.LongestPause : pause * 2;
                WaitsFor(failure);
                stop.WaitHandle.WaitOne(pause);
            }
        }
    }

    /// <summary>Whether it is worth while to try again: damage and other settings do not go away by waiting.</summary>
    public bool MayRetry(StoreException failure, CancellationToken stop) =>
        options.RetryStores && failure.Failure is not (StoreFailure.Corrupt or StoreFailure.Mismatch or StoreFailure.InUse)
        && !stop.IsCancellationRequested;

    private void RunOnce(CancellationToken stop)
    {
        do
        {
            Apply(stop);
            if (!_disowned)
            {
                CheckpointAll();
            }
        }
        while (RemakesSeries && !_disowned && !stop.IsCancellationRequested);
    }

    private void Apply(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !_disowned)
        {
            _wake.Reset();
            var complete = _complete;
            BeforeStep?.Invoke(this);
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
    }

    /// <summary>Applies one batch, if there is one, and does what has become due.</summary>
    /// <returns>False when there was nothing to apply, and nothing is to be applied again.</returns>
    public bool Step()
    {
        if (RemakesSeries)
        {
            Load();
        }

        var any = stores.Log.Read(partition, _flow.NextOffset, options.BatchRecords, _batch);
        if (any)
        {
            _flow.Process(_batch);
            Tell();
        }

        if (!any || time.GetElapsedTime(_committedAt) >= options.CommitDelay)
        {
            Commit();
        }

        // Decisions come first: a series that cannot be written must not keep them back.
        _series.Store(_flow, options.SeriesPoints);
        CheckpointIfDue();
        if (time.GetElapsedTime(_countedAt) >= CountInterval)
        {
            Count();
        }

        return any || RemakesSeries;
    }

    /// <summary>Checkpoints everything, unless <see cref="WaitsForSeries"/> says otherwise.</summary>
    public void CheckpointAll()
    {
        // Series get a last chance, however short ago the last one was.
        _series.Store(_flow, 0, evenIfTried: true);
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
        _series.Store(_flow, 0);
        if (!WaitsForSeries)
        {
            _flow.Checkpoint(group, groups);
            Commit();
        }
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
