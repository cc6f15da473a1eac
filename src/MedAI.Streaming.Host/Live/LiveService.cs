// The long-running service: gateway, flows, clock and web, started and stopped in order; a test can hold one in its hand.
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Control;
using MedAI.Streaming.Host.Web.Frames;
using MedAI.Streaming.Host.Web.Health;
using MedAI.Streaming.Host.Web.Inference;
using MedAI.Streaming.Host.Web.Keys;
using MedAI.Streaming.Host.Web.Metrics;
using MedAI.Streaming.Host.Web.Patients;
using MedAI.Streaming.Host.Web.Reading;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Live;

/// <summary>
/// A live service. In: web, then gateway, then log. On: the partitions this process owns, each with a flow and a clock. It ends when it is
/// asked to (what waits for other servers is delivered before), or when something failed that waiting does not mend; either way in this order:
/// no new requests, what was accepted is durable, flows checkpoint, stores close.
/// </summary>
internal sealed class LiveService : IAsyncDisposable
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(250);
    private readonly LiveStores _stores;
    private readonly ServedLaw _law;
    private readonly HostLog _log;
    private readonly FlowSupervisor? _supervisor;
    private readonly PartitionClock? _clock;
    private readonly ModelWatch? _models;
    private readonly LogGateway _gateway;
    private readonly PatientDirectory _directory;
    private readonly AlertSignal _signal = new();
    private readonly ReadOut _readOut;
    private readonly InferenceSessions _inference;
    private readonly WebService _web;
    private readonly TimeProvider _time;

    /// <summary>Puts the service together; it owns the stores and the law from now on.</summary>
    /// <param name="stores">Log and stores.</param>
    /// <param name="role">Whether it takes frames and control, or only decides.</param>
    /// <param name="law">The law.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="surroundings">Clock.</param>
    /// <param name="log">Notes for the person who runs it.</param>
    public LiveService(LiveStores stores, Role role, ServedLaw law, HostSettings settings, Surroundings surroundings, HostLog log)
    {
        _stores = stores;
        _law = law;
        _log = log;
        _time = surroundings.Time;
        var appender = new LogAppender(stores.Log);
        var arrival = new ArrivalClock(surroundings.Time, appender.NewestArrival);
        _directory = new PatientDirectory(stores.Directory);
        var picture = new WardPicture(_signal);
        if (stores.Flows is { } flows)
        {
            var options = new FlowOptions
            {
                BatchRecords = settings.Batch,
                CheckpointInterval = TimeSpan.FromSeconds(settings.CheckpointSeconds),
                RetryStores = true,
            };
            _supervisor = new FlowSupervisor(flows, law.Flow, appender, options, surroundings.Time, picture);
            _models = new ModelWatch(_supervisor, law, settings, surroundings.Time, log);
            _clock = stores.WritesClocks ? new PartitionClock(_supervisor, appender, arrival, surroundings.Time) : null;
        }

        _gateway = new LogGateway(appender, settings.Gateway, arrival, () => _supervisor?.Lag ?? 0);
        var models = new LawModels(law, settings, _supervisor);
        _inference = new InferenceSessions(models, settings.Http.MaxInferenceWaiting, surroundings.Time, log);
        var inference = new InferenceEndpoints(models, _inference, settings.Http);
        _readOut = ReadOut.Start(
            new ReadingSources
            {
                History = new NamedHistory(stores.History, stores.HistoryName),
                Series = stores.Series,
                SharesSeries = stores.SharesSeries,
                Picture = picture,
                WardOf = patient => _directory.Patient(patient)?.Facts?.Ward ?? picture.WardOf(patient),
                IsWatched = IsWatched,
            },
            new ReadOutParts
            {
                Log = stores.Log,
                Flows = _supervisor,
                Partitions = stores.Group is WholeLog ? stores.Log.Partitions : null,
                Clock = _clock,
                Gateway = role == Role.Worker ? null : _gateway,
                Others = [.. stores.Health, .. _models is null ? Array.Empty<HealthPart>() : [_models.Health]],
                Numbers =
                [
                    .. stores.Metrics, inference, new DriftMetrics(models),
                    .. _supervisor is null ? Array.Empty<IMetricSource>() : [new ModelMetrics(_supervisor, law.Shelf)],
                ],
            },
            settings.Http, surroundings.Time, log);
        bool IsKnown(string patient) => picture.IsKnown(patient) || stores.History.Transitions(patient).Any();
        IEnumerable<IEndpointGroup> comingIn = role == Role.Worker
            ? []
            : [
                new FrameEndpoints(_gateway, _directory, settings.Http),
                new ControlEndpoints(new PatientControl(_gateway, _directory, law.Settings.Limits, IsKnown, surroundings.Time), _directory),
            ];
        _web = new WebService(
            settings.Http, KeyRing.Of(settings.Http, surroundings.Time, log), log, [.. comingIn, inference, .. _readOut.Groups]);
    }

    /// <summary>Where it can be reached, once it runs.</summary>
    public IReadOnlyList<Uri> Addresses => _web.Addresses;

    /// <summary>Runs until it is asked to end.</summary>
    /// <param name="started">Called once it listens.</param>
    /// <param name="stop">Asks to end.</param>
    /// <exception cref="StoreException">A store cannot be used, and waiting does not mend it.</exception>
    public async Task RunAsync(Action started, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var gateway = _gateway.RunAsync();
        var clock = _clock?.RunAsync(ending.Token) ?? Task.CompletedTask;
        var follow = _stores.FollowAsync(_supervisor, _signal.Fire, ending.Token);
        var refresh = RefreshAsync(ending.Token);
        var models = _models?.RunAsync(ending.Token) ?? Task.CompletedTask;
        var group = RunGroup(ending.Token);
        try
        {
            await _web.StartAsync(stop);
            started();
            await Task.WhenAny(
                group, _supervisor?.Failed ?? group, Failing(gateway), Failing(clock), Failing(follow), Failing(refresh), Failing(models),
                WhenAsked(ending.Token));

            // Whoever failed is started again with the same folder, the sooner the better; whoever was asked to end may not be.
            if (stop.IsCancellationRequested)
                await Task.Run(_stores.BeforeEnd, CancellationToken.None);
        }
        finally
        {
            _log.Info("stopping: no new requests; what was accepted becomes durable; flows checkpoint");
            await _web.StopAsync(CancellationToken.None);
            _gateway.Complete();
            await gateway;
            await ending.CancelAsync();

            // Nobody may still be at work on the stores when they are closed; what failed is told below.
            await Task.WhenAll(clock, group, follow, refresh, models).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await clock;
        await group;
        await follow;
        await refresh;
        await models;
        if (_supervisor?.Failed is { IsFaulted: true } failed)
        {
            await failed;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _readOut.DisposeAsync();
        _inference.Dispose();
        _supervisor?.Dispose();
        _directory.Dispose();
        _law.Dispose();
        _stores.Dispose();
    }

    // Of a patient whose partition went to another process, only an old picture is left here.
    private bool IsWatched(string patient) =>
        _supervisor is { } owner && owner.Owns(Partitioner.PartitionOf(patient, _stores.Log.Partitions));

    // What others changed in the directory; where nobody else does, it costs nothing.
    private async Task RefreshAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(RefreshInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                try
                {
                    _directory.Refresh();
                }
                catch (StoreException away) when (away.Failure == StoreFailure.Unavailable)
                {
                    _log.Debug($"the directory cannot be followed at the moment: {away.Message}");
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to.
        }
    }

    // Ends only if a task fails: one that merely ends is no reason to stop.
    private static Task Failing(Task task) => task.ContinueWith(
        static t => t.IsFaulted ? t : new TaskCompletionSource().Task, TaskScheduler.Default).Unwrap();

    private static Task WhenAsked(CancellationToken stop)
    {
        var asked = new TaskCompletionSource();
        stop.Register(asked.SetResult);
        return asked.Task;
    }

    // Membership, loading and giving up block: they have a thread of their own.
    private Task RunGroup(CancellationToken stop) => _stores.Group is { } group && _supervisor is { } owner
        ? Task.Factory.StartNew(
            () => group.Run(owner, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        : WhenAsked(stop);
}
