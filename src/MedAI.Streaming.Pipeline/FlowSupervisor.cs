// Runs one flow per owned partition side by side, starts a flow anew when its model died, and says how they are.
using System.Collections.Concurrent;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline;

/// <summary>How a partition's flow is.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="NextOffset">Offset of the next record to apply.</param>
/// <param name="Trouble">Why it cannot go on at the moment; null: it goes on.</param>
/// <param name="Totals">What became of everything, as of about a second ago; null: nothing was counted yet.</param>
/// <param name="Checkpointed">Patients checkpointed by this process, each as often as it was, and the bytes of their state.</param>
/// <param name="SeriesTrouble">Why its series cannot be written at the moment, without which it goes on; null: they can.</param>
/// <param name="PointsDropped">
/// Points of series that did not fit into memory while they could not be written; those that no checkpoint covers are made again.
/// </param>
public sealed record FlowStatus(
    int Partition, long NextOffset, string? Trouble, FlowTotals? Totals, (long Patients, long Bytes) Checkpointed, string? SeriesTrouble,
    long PointsDropped);

/// <summary>
/// Owns the flows of a process. What a store that cannot be written means is the caller's choice
/// (<see cref="FlowOptions.RetryStores"/>): a run ends with its <see cref="StoreException"/>, a service waits and goes on from the
/// last checkpoint; either way nothing is lost, because nothing is settled that is not durable. A model that does not answer is
/// taken out of service by a control record in the log, and the flow goes on without it from its last checkpoint.
/// </summary>
public sealed partial class FlowSupervisor : IPartitionOwner, IDisposable
{
    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(1);
    private const string LawFact = "law";
    private const string ProfileFact = "profile";
    private readonly FlowStores _stores;
    private readonly FlowLaw _law;
    private readonly LogAppender _appender;
    private readonly FlowOptions _options;
    private readonly TimeProvider _time;
    private readonly ILiveFeed? _feed;
    private readonly string _profile;

    // Changed by Take, GiveUp and Lose; read by anybody.
    private readonly ConcurrentDictionary<int, RunningFlow> _flows = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _complete;

    /// <summary>Flows for the partitions that will be taken.</summary>
    public FlowSupervisor(
        FlowStores stores, FlowLaw law, LogAppender appender, FlowOptions options, TimeProvider time, ILiveFeed? feed = null)
    {
        _stores = stores;
        _law = law;
        _wish = law.Wish;
        _appender = appender;
        _options = options;
        _time = time;
        _feed = feed;
        _profile = law.Scorer?.Model.Profile ?? "no model";
        appender.Appended = Appended;
    }

    /// <summary>The partitions that are owned now.</summary>
    public IReadOnlyCollection<int> Partitions => [.. _flows.Keys.Order()];

    /// <summary>Whether a partition is owned now.</summary>
    public bool Owns(int partition) => _flows.ContainsKey(partition);

    /// <summary>Records of owned partitions that are in the log and not yet applied.</summary>
    public long Lag => _flows.Values.Sum(f => Math.Max(0, _stores.Log.NextOffset(f.Runner.Partition) - f.Runner.NextOffset));

    /// <summary>The same by partition, as far as is known without asking a broker; null: nothing is known of it at present.</summary>
    public IReadOnlyList<(int Partition, long? Records)> KnownLags =>
        [.. _flows.Values.Select(f => f.Runner).OrderBy(r => r.Partition).Select(r => (r.Partition, r.KnownLag))];

    /// <summary>How the flows are.</summary>
    public IReadOnlyList<FlowStatus> Status =>
        [.. _flows.Values.Select(f => f.Runner).OrderBy(r => r.Partition)
            .Select(r => new FlowStatus(r.Partition, r.NextOffset, r.Trouble, r.Seen, r.Checkpointed, r.SeriesTrouble, r.PointsDropped))];

    /// <inheritdoc/>
    public void Take(IReadOnlyList<int> partitions)
    {
        foreach (var partition in partitions)
        {
            var runner = new FlowRunner(partition, _stores, _law, _options, _time, _feed) { BeforeStep = TrySettleModel };
            try
            {
                Prepare(runner);
            }
            catch
            {
                runner.Dispose();
                throw;
            }

            var stop = new CancellationTokenSource();
            if (_complete)
            {
                runner.Complete();
            }

            _flows[partition] = new RunningFlow(runner, stop, Task.Factory.StartNew(
                () => Run(runner, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }
    }

    /// <inheritdoc/>
    public void GiveUp(IReadOnlyList<int> partitions)
    {
        Stop(partitions);
        End(partitions);
    }

    /// <inheritdoc/>
    public void Lose(IReadOnlyList<int> partitions)
    {
        foreach (var partition in partitions)
        {
            if (_flows.TryGetValue(partition, out var flow))
            {
                flow.Runner.Disown();
            }
        }

        Stop(partitions);
        End(partitions);
    }

    /// <summary>There will be no more records than there are now: flows end when they have applied them.</summary>
    public void Complete()
    {
        _complete = true;
        foreach (var flow in _flows.Values)
        {
            flow.Runner.Complete();
        }
    }

    /// <summary>Never ends well: it fails with the failure of the first flow that cannot go on.</summary>
    public Task Failed => _failed.Task;

    /// <summary>
    /// Ends when a flow cannot go on, with its failure, or when all flows have ended after <see cref="Complete"/>.
    /// </summary>
    /// <exception cref="StoreException">A store cannot be written.</exception>
    public async Task WhenEndedAsync()
    {
        var all = Task.WhenAll(_flows.Values.Select(f => f.Work));
        await await Task.WhenAny(all, _failed.Task).ConfigureAwait(false);
    }

    /// <summary>Stops all flows after their present batch and checkpoints them; their counters stay to be read.</summary>
    /// <exception cref="StoreException">A flow could not be checkpointed; it goes on from its last checkpoint another time.</exception>
    public async Task StopAsync()
    {
        Stop([.. _flows.Keys]);
        foreach (var flow in _flows.Values)
        {
            await flow.Work.ConfigureAwait(false);
            Settle(flow.Runner);
        }
    }

    /// <summary>What became of everything, over all runs of the store. Not while flows run.</summary>
    public FlowTotals Totals()
    {
        var totals = new FlowTotals();
        foreach (var flow in _flows.Values)
        {
            flow.Runner.AddTo(totals);
        }

        return totals;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _appender.Appended = null;
        Stop([.. _flows.Keys]);
        foreach (var flow in _flows.Values)
        {
            flow.Work.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
            flow.Dispose();
        }
    }

    private void Prepare(FlowRunner runner)
    {
        var partition = runner.Partition;
        runner.Load();
        Agree(partition);
        var before = _stores.State.GetFact(partition, ProfileFact);
        if (before is null)
        {
            _stores.State.SetFact(partition, ProfileFact, _profile);
        }

        runner.DecidedElsewise = before is not null && before != _profile;
        TrySettleModel(runner);
    }

    // Transitions are a function of the log under one law: another one needs a state of its own.
    private void Agree(int partition)
    {
        var before = _stores.State.GetFact(partition, LawFact);
        if (before is null)
        {
            _stores.State.SetFact(partition, LawFact, _law.Hash);
        }
        else if (before != _law.Hash)
        {
            throw new StoreException(
                StoreFailure.Mismatch,
                $"partition {partition} was decided under another law ({before}; now {_law.Hash}). Go on with the configuration "
                + "it was made with, or decide the log anew into a new store.");
        }
    }

    /// <summary>Records may have come in to a partition; any thread may say so.</summary>
    public void Wake(int partition)
    {
        if (_flows.TryGetValue(partition, out var flow))
        {
            flow.Runner.Wake();
        }
    }

    private void Appended()
    {
        foreach (var flow in _flows.Values)
        {
            flow.Runner.Wake();
        }
    }

    private void Stop(IReadOnlyList<int> partitions)
    {
        foreach (var partition in partitions)
        {
            if (_flows.TryGetValue(partition, out var flow))
            {
                flow.Stop.Cancel();
            }
        }
    }

    private void End(IReadOnlyList<int> partitions)
    {
        foreach (var partition in partitions)
        {
            if (_flows.TryRemove(partition, out var flow))
            {
                try
                {
                    flow.Work.GetAwaiter().GetResult();
                    Settle(flow.Runner);
                }
                finally
                {
                    flow.Dispose();
                }
            }
        }
    }

    // Only when all is checkpointed is everything that was decided under another profile behind a checkpoint.
    private void Settle(FlowRunner runner)
    {
        if (!runner.Disowned && !runner.WaitsForSeries)
        {
            _stores.State.SetFact(runner.Partition, ProfileFact, _profile);
        }
    }

    private void Run(FlowRunner runner, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                try
                {
                    runner.Run(stop);
                    return;
                }
                catch (ModelFailedException dead)
                {
                    GiveUpModel(runner, dead, stop);
                }
            }
        }
        catch (OwnershipLostException)
        {
            // Whoever owns it now goes on from the last checkpoint; the group tells this process that it lost the partition.
            runner.Disown();
        }
        catch (StoreException) when (runner.Disowned)
        {
            // It was to write nothing more anyhow.
        }
        catch (StoreException) when (_options.RetryStores && stop.IsCancellationRequested)
        {
            // Whoever asked it to stop is told that its end could not be checkpointed; the others go on.
            throw;
        }
        catch (Exception failure)
        {
            _failed.TrySetException(failure);
            throw;
        }
    }

    private sealed record RunningFlow(FlowRunner Runner, CancellationTokenSource Stop, Task Work) : IDisposable
    {
        public void Dispose()
        {
            Runner.Dispose();
            Stop.Dispose();
        }
    }
}
