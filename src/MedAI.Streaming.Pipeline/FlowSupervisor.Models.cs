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

    /// <summary>
    /// From now on another model's alerts shall count in every partition that this process owns: a record goes to the log, and each patient
    /// changes over at the next instant behind it. Where that is so already, nothing happens.
    /// </summary>
    /// <param name="wish">The model; it is on the shelf of the law.</param>
    /// <exception cref="StoreException">The log cannot take a record, or another file of this version decided before.</exception>
    public void Elect(ModelElection wish)
    {
        _wish = wish;
        foreach (var flow in _flows.Values)
        {
            if (MustElect(flow.Runner, wish))
            {
                _appender.AppendModelElection(flow.Runner.Partition, wish);
            }
        }
    }

    private void PrepareModel(FlowRunner runner)
    {
        if (_law.Scorer is null)
        {
            return;
        }

        if (_wish is { } wish && MustElect(runner, wish))
        {
            _appender.AppendModelElection(runner.Partition, wish);
        }
        else if (runner.ModelIsSilent)
        {
            _appender.AppendModelAvailability(runner.Partition, available: true, "started with a model that answers");
        }
    }

    // A version is one file: the same name must mean the same decisions.
    private static bool MustElect(FlowRunner runner, ModelElection wish)
    {
        var elected = runner.Elected;
        if (elected?.Model == wish.Model && elected.Sha256 != wish.Sha256)
        {
            throw new StoreException(
                StoreFailure.Mismatch,
                $"partition {runner.Partition} was decided with another file of {wish.Model} ({elected.Sha256}; now {wish.Sha256}). "
                + "Give what was trained anew a version of its own, or go on with the file that was there.");
        }

        return elected is null || elected with { By = wish.By } != wish;
    }

    private void GiveUpModel(FlowRunner runner, ModelFailedException dead, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                _appender.AppendModelAvailability(runner.Partition, available: false, dead.Message);
                runner.GiveUpModel();
                return;
            }
            catch (StoreException) when (_options.RetryStores && !stop.IsCancellationRequested)
            {
                stop.WaitHandle.WaitOne(StorePause);
            }
        }
    }
}
