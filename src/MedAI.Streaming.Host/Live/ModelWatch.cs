// Follows the registry while the service runs: a model that is promoted is loaded, checked and then elected.
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web.Health;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Live;

/// <summary>
/// Looks at the registry every two seconds. The old model decides until the new one is loaded and has passed its checks; one that does not
/// pass is refused, with a reason that health shows for as long as the registry wishes for it.
/// </summary>
internal sealed class ModelWatch(FlowSupervisor flows, ServedLaw law, HostSettings settings, TimeProvider time, HostLog log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private volatile string? _refusal;

    // The change of the registry that was done last; the start did what was there then.
    private ModelEvent? _done;

    /// <summary>The health of what is wished; a model that was refused does not make the service unready: the old one decides.</summary>
    public HealthPart Health => new(
        "models", () => _refusal is { } reason ? new("A promoted model was refused; the one before it goes on.", reason, Hinders: false) : null);

    /// <summary>Follows until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (law.Flow.Scorer is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                Look();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to.
        }
    }

    private void Look()
    {
        try
        {
            var served = ServedModel.Of(settings);
            if (served.Promoted is { } change && change != _done)
            {
                Elect(served, change);
                _done = change;
            }

            _refusal = null;
        }
        catch (ModelLoadException failure)
        {
            if (_refusal != failure.Message)
            {
                log.Warning($"a promoted model was refused, and the one before it goes on: {failure.Message}");
            }

            _refusal = failure.Message;
        }
        catch (StoreException failure)
        {
            // What is not elected yet is elected with the next look.
            log.Debug($"a model cannot be elected at the moment: {failure.Message}");
        }
    }

    private void Elect(ServedModel served, ModelEvent change)
    {
        // What is on the shelf stays; a file that was changed under it must not pass for what was promoted.
        served.Check(ModelFolder.ReadCard(served.Folder));
        var model = Checked(law.Fitting(law.Shelf.Take(served.Folder)));
        flows.Elect(law.Election(model, $"{change.Action} by {change.By} at {change.At:yyyy-MM-ddTHH:mm:ssZ}, was {change.Was}"));
        log.Info($"{served.Id} decides from now on: {change.Action} by {change.By}, was {change.Was}");
    }

    private static LoadedModel Checked(LoadedModel model) => model.Scorer switch
    {
        { Model.MayPage: false } => throw new ModelLoadException($"{model.Id} may only run in shadow: its bits depend on the batch here."),
        { InService: false } => throw new ModelLoadException($"{model.Id} failed while this process ran; start the service anew to try it again."),
        _ => model,
    };
}
