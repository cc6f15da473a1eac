// One run of a stream through an edge store: opens store and law, feeds and flows side by side, and ends both in order.
using System.Globalization;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Composition;

/// <summary>What a run is about.</summary>
/// <param name="Directory">The store's folder.</param>
/// <param name="Input">What is fed, in words that are equal for equal input.</param>
/// <param name="Partitions">Partitions of a new store; of one that is resumed, null or its own number.</param>
/// <param name="Resume">Whether a store that is there is gone on with; else it is refused.</param>
internal sealed record EdgeRunPlan(string Directory, string Input, int? Partitions, bool Resume);

/// <summary>How a run ended.</summary>
/// <param name="Finished">Whether all of the input was fed; false: it was interrupted.</param>
/// <param name="Seconds">Wall time of the whole run, earlier parts included.</param>
internal sealed record EdgeRunOutcome(bool Finished, double Seconds);

/// <summary>A run. Not used twice.</summary>
internal sealed class EdgeRun : IDisposable
{
    private const string LawFact = "law";
    private const string InputFact = "input";
    private const string SecondsFact = "seconds";
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);

    private readonly EdgeStore _store;
    private readonly TimeProvider _time;
    private readonly LogAppender _appender;
    private readonly FlowSupervisor _supervisor;
    private readonly double _secondsBefore;

    private EdgeRun(EdgeStore store, ServedLaw law, HostSettings settings, TimeProvider time, ILiveFeed? feed)
    {
        _store = store;
        _time = time;
        _appender = new LogAppender(store.Log);
        var options = new FlowOptions
        {
            BatchRecords = settings.Batch,
            CheckpointInterval = TimeSpan.FromSeconds(settings.CheckpointSeconds),
        };
        _supervisor = new FlowSupervisor(
            new FlowStores(store.Log, store.State, store.Series), law.Flow, _appender, options, time, feed);
        Law = law;
        _secondsBefore = double.Parse(store.GetFact(SecondsFact) ?? "0", CultureInfo.InvariantCulture);
    }

    /// <summary>The law of the run.</summary>
    public ServedLaw Law { get; }

    /// <summary>What was decided.</summary>
    public IAlertHistory History => _store.History;

    /// <summary>Elements of the input that are in the log.</summary>
    public long Fed => _appender.InputPosition;

    /// <summary>Records that are in the log and not yet applied.</summary>
    public long Lag => _supervisor.Lag;

    /// <summary>Records in the log.</summary>
    public long Logged => Enumerable.Range(0, _store.Log.Partitions).Sum(_store.Log.NextOffset);

    /// <summary>Makes or opens the store, and checks that it was made under this law of this input.</summary>
    /// <exception cref="StoreException">The store cannot be used, or not with this law, input or number of
    /// partitions.</exception>
    public static EdgeRun Open(EdgeRunPlan plan, HostSettings settings, ServedLaw law, TimeProvider time, ILiveFeed? feed)
    {
        var exists = EdgeStore.Exists(plan.Directory);
        if (exists && !plan.Resume)
        {
            throw new StoreException(
                StoreFailure.Mismatch,
                $"{plan.Directory} holds a store already. Go on with it by --resume, or choose another --out.");
        }

        var store = exists
            ? EdgeStore.Open(plan.Directory, readOnly: false)
            : EdgeStore.Create(plan.Directory, plan.Partitions ?? settings.Partitions);
        try
        {
            CheckPartitions(store, plan);
            Agree(store, LawFact, law.Hash, "another law", "the configuration and model it was made with");
            Agree(store, InputFact, plan.Input, "other input", "the same format, file, --patients, --from and --until");
            return new EdgeRun(store, law, settings, time, feed);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Feeds the elements and applies them; returns when all is applied and checkpointed.</summary>
    /// <param name="elements">In arrival order, always the same from the start.</param>
    /// <param name="speed">Seconds of arrival time per second; 0: as fast as it goes.</param>
    /// <param name="interrupted">Ends feeding; what is in the log is still applied and checkpointed.</param>
    /// <exception cref="StoreException">A store cannot be written: what was settled before is kept, and a resumed run goes on
    /// there.</exception>
    public async Task<EdgeRunOutcome> RunAsync(IEnumerable<LogElement> elements, double speed, CancellationToken interrupted)
    {
        var began = _time.GetTimestamp();
        double Seconds() => _secondsBefore + _time.GetElapsedTime(began).TotalSeconds;
        using var stopFeeding = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        var finished = false;
        IEnumerable<LogElement> Watched()
        {
            foreach (var element in elements)
            {
                yield return element;
            }

            finished = true;
        }

        _supervisor.Take([.. Enumerable.Range(0, _store.Log.Partitions)]);
        var flows = WatchFlowsAsync(stopFeeding);
        await using (_time.CreateTimer(_ => SaveSeconds(Seconds()), null, Heartbeat, Heartbeat))
        {
            try
            {
                var feeder = new LogFeeder(_appender, _time, Law.Settings);
                await Task.Run(() => feeder.FeedAsync(Watched(), speed, stopFeeding.Token), CancellationToken.None);
                _supervisor.Complete();
                await flows;
            }
            catch
            {
                // What the flows have is checkpointed as far as it can be; the first failure is what the caller needs to see.
                await _supervisor.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }

            await _supervisor.StopAsync();
        }

        SaveSeconds(Seconds());
        return new EdgeRunOutcome(finished && !interrupted.IsCancellationRequested, Seconds());
    }

    /// <summary>What became of everything, over all runs of the store. Not while it runs.</summary>
    public FlowTotals Totals() => _supervisor.Totals();

    /// <inheritdoc/>
    public void Dispose()
    {
        _supervisor.Dispose();
        _store.Dispose();
    }

    // A flow that cannot go on must end the feeding too, or the log would grow without anybody watching.
    private async Task WatchFlowsAsync(CancellationTokenSource stopFeeding)
    {
        try
        {
            await _supervisor.WhenEndedAsync();
        }
        catch
        {
            await stopFeeding.CancelAsync();
            throw;
        }
    }

    private void SaveSeconds(double seconds) =>
        _store.SetFact(SecondsFact, seconds.ToString("0.###", CultureInfo.InvariantCulture));

    private static void CheckPartitions(EdgeStore store, EdgeRunPlan plan)
    {
        if (plan.Partitions is { } asked && asked != store.Log.Partitions)
        {
            throw new StoreException(
                StoreFailure.Mismatch,
                $"{plan.Directory} has {store.Log.Partitions} partitions, which is fixed: "
                + "leave --partitions out, or choose another --out.");
        }
    }

    private static void Agree(EdgeStore store, string fact, string value, string other, string use)
    {
        var before = store.GetFact(fact);
        if (before is null)
        {
            store.SetFact(fact, value);
        }
        else if (before != value)
        {
            throw new StoreException(
                StoreFailure.Mismatch,
                $"{store.Directory} was made with {other} ({before}; now {value}). Go on with {use}, or choose another --out.");
        }
    }
}
