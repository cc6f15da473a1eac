// Follows the registry while the service runs: a model that is promoted is loaded, checked and then elected.
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web.Health;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Live;

/// <summary>
/// Looks at the registry every two seconds. The old model decides until the new one is loaded and has passed its checks; one that does not
/// pass is refused, with a reason that health shows for as long as the registry wishes for it. Each look tries anew.
/// </summary>
internal sealed class ModelWatch(FlowSupervisor flows, ServedLaw law, HostSettings settings, TimeProvider time, HostLog log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private volatile string? _refusal;

    // The change of the registry that was done last.
    private ModelEvent? _done = law.Done;

    /// <summary>The health of what is wished and of what decides; neither makes the service unready: limits and clinical scores go on.</summary>
    public HealthPart Health => new("models", Trouble);

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
        catch (Exception failure) when (failure is ModelLoadException or StoreException)
        {
            if (_refusal != failure.Message)
            {
                log.Warning($"a promoted model was refused, and the one before it goes on: {failure.Message}");
            }

            _refusal = failure.Message;
        }
    }

    private HealthTrouble? Trouble()
    {
        if (_refusal is { } reason)
        {
            return new("A promoted model was refused; the one before it goes on.", reason, Hinders: false);
        }

        if (flows.ModelTroubles is [var (_, trouble), ..])
        {
            return new("The log could not be told which model is to decide; what it says so far goes on.", trouble, Hinders: false);
        }

        return law.Settings.Model is { Enabled: true } && flows.Elected.FirstOrDefault(one => one.Elected is { Pages: false }).Elected is { } silent
            ? new(
                "The model alerts nobody.",
                $"{silent.Model} may only run in shadow here, because its bits depend on the batch; promote one that passes 'medai models verify'.", Hinders: false)
            : LeftOut();
    }

    private HealthTrouble? LeftOut() => law.LeftOut is [] ? null : new(
        $"These shadows are not scored, because they cannot be used; the program's log says why: {string.Join(", ", law.LeftOut.Select(one => one.Id))}.",
        string.Join("; ", law.LeftOut.Select(one => one.Problem)), Hinders: false);

    private void Elect(ServedModel served, ModelEvent change)
    {
        var model = ServedLaw.ThatMayDecide(law.Fitting(served.Load(law.Shelf)));
        flows.Elect(law.Election(model, $"{change.Action} by {change.By} at {change.At:yyyy-MM-ddTHH:mm:ssZ}, was {change.Was}"));
        log.Info($"{served.Id} is to decide from now on: {change.Action} by {change.By}, was {change.Was}");
    }
}
