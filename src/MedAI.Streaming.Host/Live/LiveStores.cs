// What a live service stands on: the log and the stores of one of the two ways to run, behind the ports.
using System.Globalization;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web.Health;
using MedAI.Streaming.Host.Web.Metrics;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Live;

/// <summary>What a process of a service does.</summary>
internal enum Role
{
    /// <summary>Everything.</summary>
    All,

    /// <summary>Takes frames and control over HTTP, and reads out; decides nothing.</summary>
    Gateway,

    /// <summary>Owns partitions and decides.</summary>
    Worker,
}

/// <summary>The log and the stores of a live service.</summary>
internal abstract class LiveStores : IDisposable
{
    private const string NameFact = "history";

    /// <summary>What it is, in words for a person.</summary>
    public abstract string InWords { get; }

    /// <summary>The log.</summary>
    public abstract IEventLog Log { get; }

    /// <summary>What was decided, for reading out.</summary>
    public abstract IAlertHistory History { get; }

    /// <summary>The name of the history, another one for every store that is made: places in it are told apart by it.</summary>
    public abstract string HistoryName { get; }

    /// <summary>The series, for reading out.</summary>
    public abstract ISeriesStore Series { get; }

    /// <summary>Whether <see cref="Series"/> are those of all patients, whoever watches them.</summary>
    public abstract bool SharesSeries { get; }

    /// <summary>What is known of patients and devices; whoever uses it disposes it.</summary>
    public abstract IDirectoryStore Directory { get; }

    /// <summary>What flows write to; null: this process decides nothing (a gateway).</summary>
    public abstract FlowStores? Flows { get; }

    /// <summary>Which partitions this process owns; null: this process decides nothing.</summary>
    public abstract IPartitionGroup? Group { get; }

    /// <summary>Whether the owner of a partition appends clock records; not where arrival times are those of a recording.</summary>
    public virtual bool WritesClocks => true;

    /// <summary>Parts of its own whose health tells whether the service does its work.</summary>
    public virtual IReadOnlyList<HealthPart> Health => [];

    /// <summary>Numbers of its own.</summary>
    public virtual IReadOnlyList<IMetricSource> Metrics => [];

    /// <summary>Follows what other processes do, until it is stopped.</summary>
    /// <param name="owner">Told of records that came in; null: this process decides nothing.</param>
    /// <param name="decided">Called when there may be something new in <see cref="History"/> that this process did not decide.</param>
    /// <param name="stop">Asks to end.</param>
    public virtual Task FollowAsync(FlowSupervisor? owner, Action decided, CancellationToken stop) => Task.CompletedTask;

    /// <summary>Told that the service will end, while everything still works: what waits to go elsewhere goes, for 20 s at most.</summary>
    public virtual void BeforeEnd()
    {
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The name of a store's history. It is made with the store, of the time then, and stays.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    protected static string NameOf(EdgeStore store, TimeProvider time)
    {
        if (store.GetFact(NameFact) is { } name)
            return name;

        name = time.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);
        store.SetFact(NameFact, name);
        return name;
    }
}

/// <summary>The edge: one folder, one process.</summary>
internal sealed class EdgeLiveStores : LiveStores
{
    private const string InputFact = "input";
    private const string Live = "live";
    private readonly EdgeStore _store;
    private readonly LiveSeries _series;

    private EdgeLiveStores(EdgeStore store, LiveSeries series, TimeProvider time)
    {
        _store = store;
        _series = series;
        HistoryName = NameOf(store, time);
        Directory = SqliteDirectoryStore.Open(Path.Combine(store.Directory, SqliteDirectoryStore.FileName));
        Flows = new FlowStores(store.Log, store.State, series.Store);
        Group = new WholeLog(store.Log.Partitions);
    }

    /// <inheritdoc/>
    public override string InWords => $"store {_store.Directory}, {_store.Log.Partitions} partitions{_series.InWords}";

    /// <inheritdoc/>
    public override IEventLog Log => _store.Log;

    /// <inheritdoc/>
    public override IAlertHistory History => _store.History;

    /// <inheritdoc/>
    public override string HistoryName { get; }

    /// <inheritdoc/>
    public override ISeriesStore Series => _series.Store;

    /// <inheritdoc/>
    public override bool SharesSeries => _series.IsShared;

    /// <inheritdoc/>
    public override IDirectoryStore Directory { get; }

    /// <inheritdoc/>
    public override FlowStores Flows { get; }

    /// <inheritdoc/>
    public override IPartitionGroup Group { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<HealthPart> Health => _series.Health;

    /// <inheritdoc/>
    public override IReadOnlyList<IMetricSource> Metrics => _series.Metrics;

    /// <summary>Opens the store of a folder, or makes it.</summary>
    /// <exception cref="StoreException">It cannot be used, or holds a recording.</exception>
    public static EdgeLiveStores Open(string directory, HostSettings settings, TimeProvider time, HostLog log)
    {
        var store = EdgeStore.Exists(directory)
            ? EdgeStore.Open(directory, readOnly: false)
            : EdgeStore.Create(directory, settings.Partitions);
        try
        {
            var input = store.GetFact(InputFact);
            if (input is null)
            {
                store.SetFact(InputFact, Live);
            }
            else if (input != Live)
            {
                throw new StoreException(
                    StoreFailure.Mismatch,
                    $"{directory} holds a recording ({input}), whose time is not now. Choose another store for live data: "
                    + "--store, or directories.store.");
            }

            return new EdgeLiveStores(store, LiveSeries.Open(settings, store.Series, directory, writes: true, time, log), time);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void BeforeEnd() => _series.DeliverWaiting();

    /// <inheritdoc/>
    public override void Dispose()
    {
        _series.Dispose();
        _store.Dispose();
    }
}
