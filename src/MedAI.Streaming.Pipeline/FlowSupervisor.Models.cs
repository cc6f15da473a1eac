// Which model's alerts count in the owned partitions: elections, and what becomes of a model that does not answer.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline;

/// <content>Models.</content>
public sealed partial class FlowSupervisor
{
    private volatile ModelElection? _wish;

    /// <summary>What is elected in the partitions that this process owns, each as far as its flow has come.</summary>
    public IReadOnlyList<(int Partition, ModelElection? Elected)> Elected =>
        [.. _flows.Values.Select(f => f.Runner).OrderBy(r => r.Partition).Select(r => (r.Partition, r.Elected))];

    /// <summary>Where the log could not be told which model is to decide, or that it answers, and why; the flows go on with what it says.</summary>
    public IReadOnlyList<(int Partition, string Trouble)> ModelTroubles =>
        [.. from flow in _flows.Values let trouble = flow.Runner.ModelTrouble where trouble is not null orderby flow.Runner.Partition select (flow.Runner.Partition, trouble.Reason)];

    /// <summary>
    /// From now on another model's alerts shall count in every partition that this process owns or takes: a record goes to the log, as soon as
    /// its flow knows what the log says so far, and each patient changes over at the next instant behind it. Where that is so already, nothing
    /// happens; what was wished before and is not elected yet is forgotten.
    /// </summary>
    /// <param name="wish">The model; it is on the shelf of the law.</param>
    /// <exception cref="StoreException">Another file of this version decided before.</exception>
    public void Elect(ModelElection wish)
    {
        foreach (var flow in _flows.Values)
        {
            if (AnotherFile(flow.Runner, wish) is { } refusal)
            {
                throw new StoreException(StoreFailure.Mismatch, refusal);
            }
        }

        _wish = wish;
        foreach (var flow in _flows.Values)
        {
            flow.Runner.ModelTrouble = null;
        }

        Appended();
    }

    // Called by the flow itself, so that nobody else appends elections meanwhile. A service goes on with what the log says where it cannot be
    // told otherwise, and tries again.
    private void TrySettleModel(FlowRunner runner)
    {
        if (runner.ModelTrouble is { } trouble && _time.GetElapsedTime(trouble.Since) < trouble.Pause)
        {
            return;
        }

        var wish = _wish;
        var began = _time.GetTimestamp();
        try
        {
            SettleModel(runner, wish);
        }
        catch (StoreException failure) when (_options.RetryStores)
        {
            runner.KnownFrom = null;
            TellTrouble(runner, wish, failure.Message, _time.GetElapsedTime(began));
        }
    }

    // A try may have waited for a broker, and nothing was decided meanwhile: most of the time is for that.
    private void TellTrouble(FlowRunner runner, ModelElection? wish, string reason, TimeSpan took)
    {
        var pause = took * 4 > _options.LongestPause ? took * 4 : _options.LongestPause;
        runner.ModelTrouble = ReferenceEquals(wish, _wish) ? new(reason, _time.GetTimestamp(), pause) : null;
    }

    // What was applied may be behind the log, and the rest of the log may elect, too: only behind all of it is a record known to be needed.
    private void SettleModel(FlowRunner runner, ModelElection? wish)
    {
        var mustElect = wish is not null && runner.Elected?.IsSameChoice(wish) != true;
        if (_law.Scorer is null || (!mustElect && !runner.ModelIsSilent))
        {
            (runner.KnownFrom, runner.ModelTrouble) = (null, null);
            return;
        }

        runner.KnownFrom ??= _stores.Log.NextOffset(runner.Partition);
        if (runner.NextOffset < runner.KnownFrom || runner.Disowned)
        {
            return;
        }

        var refusal = mustElect ? AnotherFile(runner, wish!) ?? NotTaken(runner, wish!) : null;
        if (refusal is not null && !_options.RetryStores)
        {
            throw new StoreException(StoreFailure.Mismatch, refusal);
        }

        runner.ModelTrouble = null;
        if (mustElect && refusal is null)
        {
            _appender.AppendModelElection(runner.Partition, wish!);
            runner.Told = (wish, runner.Elections.Count);
        }
        else if (runner.ModelIsSilent)
        {
            _appender.AppendModelAvailability(runner.Partition, available: true, "started with a model that answers");
        }

        runner.KnownFrom = null;
        if (refusal is not null)
        {
            TellTrouble(runner, wish, refusal, TimeSpan.Zero);
        }
    }

    // A version is one file: the same name must mean the same decisions.
    private static string? AnotherFile(FlowRunner runner, ModelElection wish) =>
        runner.Elections.FirstOrDefault(one => one.Model == wish.Model && one.Sha256 != wish.Sha256) is { } before
            ? $"partition {runner.Partition} was decided with another file of {wish.Model} ({before.Sha256}; now {wish.Sha256}). "
                + "Give what was trained anew a version of its own, or go on with the file that was there."
            : null;

    // Once is enough: what the flow refused it will refuse again.
    private static string? NotTaken(FlowRunner runner, ModelElection wish) =>
        ReferenceEquals(runner.Told.Election, wish) && runner.Told.Known == runner.Elections.Count
            ? $"partition {runner.Partition} did not take the election of {wish.Model} (alerts from {wish.AlertThreshold}, clear below {wish.ClearThreshold}); "
                + "its dead letters say why. Choose another model, or other thresholds."
            : null;

    private void GiveUpModel(FlowRunner runner, ModelFailedException dead, CancellationToken stop)
    {
        var told = false;
        while (true)
        {
            try
            {
                // Until all of it is checkpointed: a start after a kill finds decisions of another profile.
                _stores.State.SetFact(runner.Partition, ProfileFact, "no model that answers");
                if (!told)
                {
                    _appender.AppendModelAvailability(runner.Partition, available: false, dead.Message);
                    told = true;
                }

                runner.GiveUpModel();
                return;
            }
            catch (StoreException failure) when (runner.MayRetry(failure, stop))
            {
                runner.WaitsFor(failure);
                stop.WaitHandle.WaitOne(StorePause);
            }
        }
    }
}
