// A whole fleet in one thread under one seed: gateway, topics, workers, group, series server, and everything that goes wrong among them.
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.Worlds.Fleet.Planted;

namespace MedAI.Streaming.TestKit.Worlds.Fleet;

/// <summary>
/// Runs fleets. Flows, their loop, checkpoints and fences are the program's own code; broker, group and series server are simulated, and
/// threads are replaced by dice. A process that stands still in the middle of an effect does so on the stack, while the world goes on.
/// </summary>
public sealed class FleetWorld
{
    private const int MostTurns = 20_000;
    private const int DeepestHang = 2;
    private readonly FleetRun _run;
    private readonly SeededRandom _random;
    private readonly FaultBudget _budget;
    private readonly TestClock _clock = new();
    private readonly KafkaOptions _options = new() { BootstrapServers = "simulated" };
    private readonly SimulatedBroker _broker = new();
    private readonly SimulatedLog _log;
    private readonly SimulatedSeries _series = new();
    private readonly FleetGroup _group;
    private readonly FleetGateway _gateway;
    private readonly FlowLaw _law;
    private readonly PlantedBug? _bug;
    private readonly List<Place> _places = [];
    private readonly long _end;
    private readonly int _pace;
    private int _turns;
    private int _depth;

    private FleetWorld(IReadOnlyList<LogElement> elements, FleetRun run, FlowLaw law, PlantedBug? bug)
    {
        (_run, _law, _bug) = (run, law, bug);
        _random = new SeededRandom(run.Seed);
        _pace = _random.Pick([1000, 10_000, 30_000]);
        _budget = new FaultBudget(_random, run.Rates);
        _log = new SimulatedLog(run.Partitions, _random) { Now = elements[0].ArrivalTime };
        _group = new FleetGroup(run.Partitions);
        IEventLog door = new LogView(_log, _broker, new Faults(_budget, () => _broker.Away, null));
        _gateway = new FleetGateway(elements, bug?.AroundSending(door) ?? door, _random, bug is null ? null : bug.SentAgain);
        bug?.Begin(_broker);
        _end = elements[^1].ArrivalTime + LogFeeder.LastClockMs(TestLaw.Settings);
    }

    // Where a worker runs: its disk stays when its process dies.
    private sealed class Place(int number)
    {
        public int Number { get; } = number;

        public SeriesSpill Disk { get; } = new();

        public bool DiskIsFull { get; set; }

        public int Starts { get; set; }

        public string Name { get; set; } = "";

        // The process; null: none runs.
        public FleetWorker? Worker { get; set; }

        public FleetProcess? Process { get; set; }

        // In the middle of something: whoever turns it must not turn it again.
        public bool Busy { get; set; }

        public bool Killed { get; set; }
    }

    /// <summary>Runs elements, in arrival order, to the end.</summary>
    /// <param name="elements">At least one.</param>
    /// <param name="run">How.</param>
    /// <param name="law">The law; null: the tests' own.</param>
    /// <param name="bug">A bug on purpose; null: none.</param>
    public static FleetResult Run(IReadOnlyList<LogElement> elements, FleetRun run, FlowLaw? law = null, PlantedBug? bug = null) =>
        new FleetWorld(elements, run, law ?? TestLaw.Create(), bug).Run();

    private FleetResult Run()
    {
        for (var i = 0; i < _run.Workers; i++)
            _places.Add(new Place(i));
        while (!_gateway.IsDone || _random.Chance(0.97))
            Turn();
        _budget.Over = true;
        ComeToRest();
        _log.Now = Math.Max(_log.Now, _end);
        foreach (var place in _places)
            place.Worker!.AppendClocks(_log.Now);
        ComeToRest();
        foreach (var place in _places)
        {
            place.Worker!.Leave();
            place.Process!.Series.Drain();
        }

        return Result();
    }

    // One thing happens somewhere.
    private void Turn()
    {
        if (++_turns > MostTurns) throw new InvalidOperationException($"the fleet of seed {_run.Seed} does not come to rest");
        _clock.Pass(TimeSpan.FromMilliseconds(_random.Between(0, _pace)));
        if (!_gateway.IsDone && _random.Chance(0.25)) _gateway.Send();
        else if (_random.Chance(0.1)) ChangeTheWorld();
        else TurnWorker(_random.Pick(_places));
    }

    private void TurnWorker(Place place)
    {
        if (place.Busy) return;
        place.Busy = true;
        try
        {
            if (place.Worker is null) Start(place);
            else if (_random.Chance(0.25)) place.Worker.Poll(_bug?.HearsOfLosses ?? true);
            else if (_random.Chance(0.15)) place.Worker.AppendClocks(_log.Now = _random.Between(_log.Now, Math.Max(_log.Now, _gateway.NextArrival)));
            else if (_random.Chance(0.1)) place.Process!.Series.Drain();
            else if (place.Worker.Partitions.Count > 0) place.Worker.Step(_random.Pick([.. place.Worker.Partitions]));
        }
        catch (ProcessDied)
        {
            Die(place);
        }
        finally
        {
            place.Busy = false;
        }
    }

    private void Start(Place place)
    {
        place.Killed = false;
        place.Starts++;
        place.Name = _run.StaticMembers ? $"w{place.Number}" : $"w{place.Number}.{place.Starts}";
        var faults = new Faults(_budget, () => _broker.Away, () => Hang(place));
        var disk = _bug?.DiskOf(place.Disk) ?? place.Disk;
        var series = new SeriesView(
            _series, disk, new Faults(_budget, () => _series.Away, () => Hang(place)), new Faults(_budget, () => place.DiskIsFull, null));
        ICheckpointBroker broker = new BrokerView(_broker, _log, faults, _options);
        IEventLog log = new LogView(_log, _broker, faults);
        var where = new BugPlace(place.Name, place.Starts, _log, _series, _options);
        IStateStore state = new KafkaStateStore(_options, _bug?.Around(broker, where) ?? broker);
        place.Process = new FleetProcess(
            place.Name,
            new FlowStores(_bug?.AroundReading(log, where) ?? log, _bug?.Around(state, where) ?? state, _bug?.Around(series, where) ?? series),
            series);
        var options = new FlowOptions
        {
            BatchRecords = _run.Batch,
            CheckpointGroups = 3,
            SeriesPoints = _run.SeriesPoints,
            RetryStores = true,
            SeriesPatience = TimeSpan.FromDays(1),
        };
        place.Worker = new FleetWorker(_group, place.Process, _law, options, _clock, _budget.See);
    }

    // The process is gone; the group notices when it has not heard of it for a while.
    private static void Die(Place place)
    {
        place.Worker = null;
        place.Process = null;
    }

    // A process stands still in the middle of something. Whether it was killed meanwhile.
    private bool Hang(Place place)
    {
        if (_depth >= DeepestHang) return false;
        _depth++;
        for (var turns = _random.Between(1, 60); turns > 0; turns--)
        {
            if (_random.Chance(0.05)) _group.Remove(place.Name);
            Turn();
        }

        _depth--;
        return place.Killed;
    }

    private void ChangeTheWorld()
    {
        if (_budget.Strikes(_budget.Rates.Outage, "broker away")) _broker.Away = true;
        else if (_random.Chance(0.3)) _broker.Away = false;
        if (_budget.Strikes(_budget.Rates.Outage, "series away")) _series.Away = true;
        else if (_random.Chance(0.2)) _series.Away = false;
        if (_budget.Rates.FullDisk > 0) FillDisk(_random.Pick(_places));
        if (_random.Chance(0.5)) _broker.Land(arrives: _random.Chance(0.8));
        if (_random.Chance(0.1)) _broker.Compact(new(_options.State, _random.Between(0, _run.Partitions - 1)), _random.Between(1, 10));
        _bug?.Age(_broker, _options, _random.Between(0, _run.Partitions - 1));
        var place = _random.Pick(_places);
        if (place.Worker is null && _random.Chance(0.3)) _group.Remove(place.Name);
        if (_budget.Strikes(_budget.Rates.Change, "change")) Change(place);
    }

    private void FillDisk(Place place)
    {
        if (_budget.Strikes(_budget.Rates.FullDisk, "disk full")) place.DiskIsFull = true;
        else if (_random.Chance(0.2)) place.DiskIsFull = false;
    }

    private void Change(Place place)
    {
        switch (_random.Between(0, 3))
        {
            case 0:
                _budget.See(place.Busy ? "killed in the middle" : "killed");
                place.Killed = true;
                if (!place.Busy) Die(place);
                break;
            case 1:
                _budget.See("expelled");
                _group.Remove(place.Name);
                break;
            case 2 when !place.Busy && place.Worker is not null:
                _budget.See("left");
                Leave(place);
                break;
            default:
                if (_places.Count < _run.Workers + 2) _places.Add(new Place(_places.Count));
                break;
        }
    }

    private void Leave(Place place)
    {
        place.Busy = true;
        try
        {
            place.Worker!.Leave();
        }
        catch (ProcessDied)
        {
            // It died on its way out.
        }
        finally
        {
            place.Busy = false;
            Die(place);
        }
    }

    // Nothing goes wrong any more: everybody is there, everything arrives, and everything is applied.
    private void ComeToRest()
    {
        (_broker.Away, _series.Away) = (false, false);
        foreach (var place in _places)
            place.DiskIsFull = false;
        while (_broker.HasRecordsUnderWay)
            _broker.Land(arrives: true);
        for (var resting = false; !resting;)
        {
            if (++_turns > MostTurns)
            {
                throw new InvalidOperationException($"the fleet of seed {_run.Seed} does not come to rest. {_group} "
                    + string.Join(", ", _places.Select(p => $"{p.Name}: {p.Worker}")));
            }

            resting = true;

            // Long enough for checkpoints to become due: with one, whoever lost a partition's id without knowing hears of it.
            _clock.Pass(TimeSpan.FromMinutes(1));
            foreach (var place in _places)
            {
                if (place.Worker is null) Start(place);
                place.Worker!.Poll();
                foreach (var p in place.Worker.Partitions.ToList())
                    resting &= !place.Worker.Step(p);
            }

            _group.KeepOnly([.. _places.Select(p => p.Name)]);
            resting &= _group.IsSettled && _places.Sum(p => p.Worker!.Partitions.Count) == _run.Partitions;
        }
    }

    private FleetResult Result()
    {
        var totals = new FlowTotals();
        var alerts = new List<RawAlert>();
        var letters = new List<DeadLetter>();
        var none = new Faults(_budget, () => false, null);
        using var state = new KafkaStateStore(_options, new BrokerView(_broker, _log, none, _options));
        for (var p = 0; p < _run.Partitions; p++)
        {
            using var runner = new FlowRunner(
                p, new FlowStores(_log.Records, state, new SeriesView(_series, new(), none, none)), _law, new FlowOptions(), _clock, null);
            runner.Load();
            runner.AddTo(totals);
            alerts.AddRange(_broker.Records(new(_options.Alerts, p)).Select(r => new RawAlert(p, r.Offset, AlertReader.Transition(r.Value)!)));
            letters.AddRange(_broker.Records(new(_options.DeadLetters, p)).Select(r => AlertReader.DeadLetter(r.Value)!));
        }

        return new(
            _log.Records, _gateway.Sent, alerts, letters, _series.Points, [.. _series.Marks.Values], totals,
            [.. Enumerable.Range(0, _run.Partitions).Select(_broker.GroupOffset)], _budget.Seen);
    }
}
