// The fleet: the log and the state in Kafka, and a folder of this process's own for what it reads out.
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web.Health;
using MedAI.Streaming.Host.Web.Metrics;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Live;

/// <summary>
/// Kafka carries log, state and decisions. What was decided by all workers is followed into the store of a folder, which can be lost and is made
/// anew from the topics; series in it, where no server keeps them, are those of the
/// partitions that this process owned.
/// </summary>
internal sealed class KafkaLiveStores : LiveStores
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly string _name;
    private readonly Action<string> _report;
    private volatile string? _away;
    private readonly KafkaOptions _options;
    private readonly List<IDisposable> _opened = [];
    private readonly KafkaEventLog _log;
    private readonly KafkaAlertView _view;
    private readonly LiveSeries _series;

    private KafkaLiveStores(
        HostSettings settings, Role role, string directory, TimeProvider time, HostLog log, List<IDisposable> opened)
    {
        var options = settings.Kafka with { Report = log.Warning };
        _options = options;
        _report = options.Report!;
        _opened = opened;
        var own = Own(EdgeStore.Exists(directory)
            ? EdgeStore.Open(directory, readOnly: false)
            : EdgeStore.Create(directory, partitions: 1));
        HistoryName = NameOf(own, time);
        _log = Own(KafkaEventLog.Open(options, JsonRecords.Read));
        _view = Own(KafkaAlertView.Open(options, own.State, own.History));
        Directory = KafkaDirectoryStore.Open(options);
        _series = Own(LiveSeries.Open(settings, own.Series, directory, writes: role != Role.Gateway, time, log));
        _name = $"Kafka {options.BootstrapServers}, {options.Vitals} of {_log.Partitions} partitions{_series.InWords}, "
            + role.ToString().ToLowerInvariant();
        if (role == Role.Gateway)
            return;

        var state = Own(KafkaStateStore.Open(options));
        Flows = new FlowStores(_log, state, Own(KafkaScoresStore.Open(options, _series.Store)));
        Group = new KafkaPartitionGroup(options, _log, state, time);
    }

    /// <inheritdoc/>
    public override string InWords => _name;

    /// <inheritdoc/>
    public override IEventLog Log => _log;

    /// <inheritdoc/>
    public override IAlertHistory History => _view;

    /// <inheritdoc/>
    public override string HistoryName { get; }

    /// <inheritdoc/>
    public override ISeriesStore Series => _series.Store;

    /// <inheritdoc/>
    public override bool SharesSeries => _series.IsShared;

    /// <inheritdoc/>
    public override IDirectoryStore Directory { get; }

    /// <inheritdoc/>
    public override FlowStores? Flows { get; }

    /// <inheritdoc/>
    public override IPartitionGroup? Group { get; }

    /// <inheritdoc/>
    public override bool WritesClocks => _options.ArrivalTime == ArrivalStamp.Broker;

    /// <inheritdoc/>
    public override IReadOnlyList<HealthPart> Health =>
    [
        .. Group is KafkaPartitionGroup group
            ? new[] { new HealthPart("group", () => group.Unwatched is { } why ? new(why, group.Trouble) : null) }
            : [],
        .. _series.Health,
        new HealthPart("history", () => _away is { } why ? new("What other processes decide cannot be followed at present.", why) : null),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<IMetricSource> Metrics =>
        [.. _series.Metrics, .. Group is KafkaPartitionGroup group ? [new GroupMetrics(group)] : Array.Empty<IMetricSource>()];

    /// <summary>Opens everything.</summary>
    /// <param name="role">What this process does.</param>
    /// <param name="directory">The folder of its own.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Told what a person should know.</param>
    /// <exception cref="StoreException">No broker answers, topics are missing, or the folder cannot be used.</exception>
    public static KafkaLiveStores Open(Role role, string directory, HostSettings settings, TimeProvider time, HostLog log)
    {
        var opened = new List<IDisposable>();
        try
        {
            return new KafkaLiveStores(settings, role, directory, time, log, opened);
        }
        catch
        {
            Close(opened);
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task FollowAsync(FlowSupervisor? owner, Action decided, CancellationToken stop)
    {
        _view.Changed = decided;
        _log.Arrived = owner is null ? null : owner.Wake;
        return Task.Factory.StartNew(
            () => Follow(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    // A broker that is away comes back, and so does a disk that refuses writes; the view goes on where it stood.
    private void Follow(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _view.Follow(stop);
            }
            catch (StoreException away) when (away.Failure is not (StoreFailure.Corrupt or StoreFailure.Mismatch or StoreFailure.InUse))
            {
                _away = away.Message;
                _report(away.Message);
                stop.WaitHandle.WaitOne(Pause);
                _away = null;
            }
        }
    }

    /// <inheritdoc/>
    public override void BeforeEnd() => _series.DeliverWaiting();

    /// <inheritdoc/>
    public override void Dispose()
    {
        _log.Arrived = null;
        Close(_opened);
    }

    // What was opened last goes first.
    private static void Close(List<IDisposable> opened)
    {
        for (var i = opened.Count - 1; i >= 0; i--)
        {
            opened[i].Dispose();
        }
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _opened.Add(part);
        return part;
    }
}
