// Runs one flow per partition side by side, starts a flow anew when its model died, and says when all have caught up.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline;

/// <summary>
/// Owns the flows of a process. A store that cannot be written ends the run with its <see cref="StoreException"/>: nothing is
/// lost, because nothing is settled that is not durable, and the next run goes on from there. A model that does not answer is
/// taken out of service by a control record in the log, and the flow goes on without it from its last checkpoint.
/// </summary>
public sealed class FlowSupervisor : IDisposable
{
    private const string ProfileFact = "profile";
    private readonly FlowStores _stores;
    private readonly FlowLaw _law;
    private readonly LogAppender _appender;
    private readonly FlowRunner[] _runners;
    private readonly string _profile;

    /// <summary>Flows for all partitions of the log. <see cref="Load"/> comes next.</summary>
    public FlowSupervisor(
        FlowStores stores, FlowLaw law, LogAppender appender, FlowOptions options, TimeProvider time, ILiveFeed? feed = null)
    {
        _stores = stores;
        _law = law;
        _appender = appender;
        _profile = law.Scorer?.Model.Profile ?? "no model";
        var before = stores.State.GetFact(ProfileFact);
        var other = before is not null && before != _profile;
        if (before is null)
        {
            stores.State.SetFact(ProfileFact, _profile);
        }

        _runners = [.. Enumerable.Range(0, stores.Log.Partitions)
            .Select(p => new FlowRunner(p, stores, law, options, time, feed, other))];
        appender.Appended = Appended;
    }

    /// <summary>Records that are in the log and not yet applied.</summary>
    public long Lag => _runners.Sum(r => _stores.Log.NextOffset(r.Partition) - r.NextOffset);

    /// <summary>Loads the checkpoints of all partitions.</summary>
    /// <exception cref="StoreException">A checkpoint cannot be loaded.</exception>
    public void Load()
    {
        foreach (var runner in _runners)
        {
            runner.Load();
            if (_law.Scorer is not null && runner.ModelIsSilent)
            {
                _appender.AppendModelAvailability(runner.Partition, available: true, "started with a model that answers");
            }
        }
    }

    /// <summary>There will be no more records than there are now: flows end when they have applied them.</summary>
    public void Complete()
    {
        foreach (var runner in _runners)
        {
            runner.Complete();
        }
    }

    /// <summary>Runs until the log is complete and applied, or until it is stopped; either way everything is checkpointed.</summary>
    /// <exception cref="StoreException">A store cannot be written.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var flows = _runners.Select(runner => Task.Factory.StartNew(
            () => Run(runner, failed), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        await Task.WhenAll(flows).ConfigureAwait(false);

        // Only now is everything that was decided under another profile behind a checkpoint.
        _stores.State.SetFact(ProfileFact, _profile);
    }

    /// <summary>What became of everything, over all runs of the store. Not while flows run.</summary>
    public FlowTotals Totals()
    {
        var totals = new FlowTotals();
        foreach (var runner in _runners)
        {
            runner.AddTo(totals);
        }

        return totals;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _appender.Appended = null;
        foreach (var runner in _runners)
        {
            runner.Dispose();
        }
    }

    private void Appended()
    {
        foreach (var runner in _runners)
        {
            runner.Wake();
        }
    }

    private void Run(FlowRunner runner, CancellationTokenSource failed)
    {
        try
        {
            while (true)
            {
                try
                {
                    runner.Run(failed.Token);
                    return;
                }
                catch (ModelFailedException dead)
                {
                    _law.Scorer!.TakeOutOfService();
                    _appender.AppendModelAvailability(runner.Partition, available: false, dead.Message);
                    runner.GiveUpModel();
                }
            }
        }
        catch
        {
            // The others stop at their next batch, so that the failure is seen now and not at the end of the log.
            failed.Cancel();
            throw;
        }
    }
}
