// One worker of a simulated fleet: its stores, its flows, its membership, and what it does when a store fails or a partition goes.
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.TestKit.Worlds.Fleet;

/// <summary>
/// A process, stepped. The stores and the loop around a flow are the program's own; what the program does in threads (take, give up,
/// lose, try again) is done here in the same order, one thing at a time.
/// </summary>
internal sealed class FleetWorker
{
    private const int PausePolls = 5;
    private readonly FleetGroup _group;
    private readonly FleetProcess _process;
    private readonly FlowLaw _law;
    private readonly FlowOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<string> _see;
    private readonly LogAppender _appender;

    // What the owner works on; false: its last checkpoint has to be loaded before it goes on.
    private readonly SortedDictionary<int, (FlowRunner Runner, bool Loaded)> _flows = [];

    // What is this worker's and not worked on yet, with the polls to wait before the next try.
    private readonly SortedDictionary<int, int> _waiting = [];

    /// <summary>A process that has just started.</summary>
    public FleetWorker(FleetGroup group, FleetProcess process, FlowLaw law, FlowOptions options, TimeProvider time, Action<string> see)
    {
        (_group, _process, _law, _options, _time, _see) = (group, process, law, options, time, see);
        _appender = new LogAppender(process.Stores.Log);
        group.Join(process.Name);
    }

    /// <summary>The partitions that are worked on.</summary>
    public IReadOnlyCollection<int> Partitions => _flows.Keys;

    /// <summary>Hears from its group what it is to give up, and what is its own now.</summary>
    /// <param name="hearsOfLosses">Whether it hears that others own what it works on, as it should.</param>
    public void Poll(bool hearsOfLosses = true)
    {
        if (!hearsOfLosses && _flows.Count > 0) return;
        if (!_group.Has(_process.Name))
        {
            Lose([.. _flows.Keys]);
            _waiting.Clear();
            _group.Join(_process.Name);
            return;
        }

        Lose([.. _flows.Keys.Except(_group.OwnedBy(_process.Name))]);
        foreach (var p in _group.RevokedFrom(_process.Name).ToList())
        {
            GiveUp(p);
            _waiting.Remove(p);
            _group.Release(_process.Name, p);
        }

        foreach (var p in _waiting.Keys.Except(_group.OwnedBy(_process.Name)).ToList())
            _waiting.Remove(p);
        foreach (var p in _group.OwnedBy(_process.Name).ToList())
        {
            if (_flows.ContainsKey(p)) continue;
            var polls = _waiting.GetValueOrDefault(p);
            _waiting[p] = polls - 1;
            if (polls <= 0) Take(p);
        }
    }

    /// <summary>One step of the flow of a partition.</summary>
    /// <returns>Whether there was anything to apply.</returns>
    public bool Step(int partition)
    {
        try
        {
            var runner = Loaded(partition);
            if (runner.RemakesSeries) _see("series made again");
            return runner.Step();
        }
        catch (StoreException e) when (e.Failure == StoreFailure.Unavailable)
        {
            _see("back to the checkpoint");

            // What could not be settled is decided again from the last checkpoint.
            if (_flows.TryGetValue(partition, out var flow)) _flows[partition] = (flow.Runner, false);
            return true;
        }
        catch (OwnershipLostException)
        {
            _see("fenced");

            // Whoever took it has the id; if it is this worker's all the same, it is taken back later.
            Lose([partition]);
            _waiting[partition] = PausePolls;
            return true;
        }
    }

    /// <summary>Appends a clock record to what is worked on.</summary>
    public void AppendClocks(long now)
    {
        try
        {
            _appender.AppendClocks(Partitions, now);
        }
        catch (StoreException)
        {
            // The next one says as much.
        }
    }

    /// <summary>Ends in order: everything is given up, and the group hears of it.</summary>
    public void Leave()
    {
        foreach (var p in _flows.Keys.ToList())
            GiveUp(p);
        _group.Remove(_process.Name);
    }

    /// <inheritdoc/>
    public override string ToString() => $"works on [{string.Join(" ", _flows.Keys)}], waits for [{string.Join(" ", _waiting.Keys)}]";

    private FlowRunner Loaded(int partition)
    {
        var (runner, loaded) = _flows[partition];
        if (!loaded)
        {
            runner.Load();
            _flows[partition] = (runner, true);
        }

        return runner;
    }

    private void Take(int partition)
    {
        var runner = new FlowRunner(partition, _process.Stores, _law, _options, _time, null);
        try
        {
            runner.Load();
            foreach (var (fact, value) in new[] { ("law", _law.Hash), ("profile", _law.Scorer?.Model.Profile ?? "no model") })
            {
                var before = _process.Stores.State.GetFact(partition, fact);
                if (before is null) _process.Stores.State.SetFact(partition, fact, value);
                else if (before != value) throw new InvalidOperationException($"{fact} of partition {partition} is {before}, not {value}");
            }
        }
        catch (Exception e) when (e is StoreException { Failure: StoreFailure.Unavailable } or OwnershipLostException)
        {
            runner.Dispose();
            _waiting[partition] = PausePolls;
            return;
        }

        _flows[partition] = (runner, true);
        _waiting.Remove(partition);
        _see("taken");
    }

    private void GiveUp(int partition)
    {
        if (!_flows.ContainsKey(partition)) return;
        _see("given up");
        try
        {
            Loaded(partition).CheckpointAll();
            _process.Stores.State.SetFact(partition, "profile", _law.Scorer?.Model.Profile ?? "no model");
        }
        catch (Exception e) when (e is StoreException { Failure: StoreFailure.Unavailable } or OwnershipLostException)
        {
            _see("given up without a checkpoint");
        }

        End(partition);
    }

    private void Lose(IReadOnlyList<int> partitions)
    {
        foreach (var p in partitions)
        {
            _see("lost");
            _flows[p].Runner.Disown();
            End(p);
        }
    }

    private void End(int partition)
    {
        _flows[partition].Runner.Dispose();
        _flows.Remove(partition);
    }
}

/// <summary>What a process of the fleet is made of.</summary>
/// <param name="Name">Its name in the group.</param>
/// <param name="Stores">Its stores.</param>
/// <param name="Series">Its series store, which drains what its disk holds.</param>
internal sealed record FleetProcess(string Name, FlowStores Stores, SeriesView Series);
