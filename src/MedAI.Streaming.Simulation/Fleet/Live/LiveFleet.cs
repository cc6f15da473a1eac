// A fleet of devices that send as time passes, with realistic values and the faults of real networks, all from one seed.
using System.Globalization;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Simulation;

/// <summary>
/// A fleet that is asked again and again for the frames that are due. It has no clock: the same options give the same frames in the same
/// order, however often it is asked. Values are made up to look alike real ones and prove nothing about real patients.
/// </summary>
/// <remarks>A device costs about 1 KB; a frame about 1 microsecond. Not thread-safe.</remarks>
public sealed class LiveFleet
{
    private const int BedsOfWard = 24;
    private const double ShareOfPairs = 0.2;
    private const double ShareOfWearables = 0.3;

    private readonly long _start;
    private readonly double _periodMs;
    private readonly LiveOutbox _outbox = new();

    // By phase: all devices have the same period, so their turns always come in this order.
    private readonly (long Phase, LiveDevice Device)[] _devices;
    private int _turn;
    private long _round;

    /// <summary>Prepares a fleet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public LiveFleet(LiveFleetOptions options)
    {
        options.Check();
        _start = options.Start.ToUnixTimeMilliseconds();
        _periodMs = 1000 / options.RateHz;
        var random = new SeededRandom(options.Seed).Fork("live fleet");
        var patients = new List<LivePatient>();
        var devices = new List<(long Phase, LiveDevice Device)>(options.Devices);
        while (devices.Count < options.Devices)
        {
            patients.Add(Admit(patients.Count + 1, options, devices, random));
        }

        Patients = patients;

        // OrderBy is stable: devices of one phase keep their order.
        _devices = [.. devices.OrderBy(device => device.Phase)];
    }

    /// <summary>The patients and which devices they wear.</summary>
    public IReadOnlyList<LivePatient> Patients { get; }

    /// <summary>The number of devices.</summary>
    public int Devices => _devices.Length;

    /// <summary>Adds the frames that are sent up to a time, in their order.</summary>
    /// <param name="until">The time, ms since 1970, inclusive; not before one that was asked for.</param>
    /// <param name="into">Receives the frames; one that is sent twice, twice.</param>
    public void Advance(long until, ICollection<LiveFrame> into)
    {
        while (true)
        {
            var turn = _start + (long)(_round * _periodMs) + _devices[_turn].Phase;
            if (_outbox.NextAt <= Math.Min(turn, until))
            {
                if (_outbox.TryTake(out var frame)) into.Add(frame);
            }
            else if (turn <= until)
            {
                _devices[_turn].Device.Step(turn, _start, _outbox);
                if (++_turn == _devices.Length) (_turn, _round) = (0, _round + 1);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Ends the fleet: all that is kept or on its way is sent at once, in its order.</summary>
    /// <param name="now">The time, ms since 1970.</param>
    /// <param name="into">Receives the frames.</param>
    public void Finish(long now, ICollection<LiveFrame> into)
    {
        foreach (var (_, device) in _devices)
        {
            device.Deliver(now, _outbox);
        }

        while (_outbox.TryTake(out var frame))
        {
            into.Add(frame);
        }
    }

    private LivePatient Admit(int number, LiveFleetOptions options, List<(long, LiveDevice)> devices, SeededRandom parent)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{options.Name}-{number:00000}");
        var random = parent.Fork(id);
        var body = new LiveBody(options.Start, random);
        var pair = random.Chance(ShareOfPairs) && devices.Count + 2 <= options.Devices;
        var wearable = random.Chance(ShareOfWearables);
        var names = new List<string>();
        if (pair || !wearable) Add("monitor", SourceClass.Bedside);
        if (pair || wearable) Add("wrist", SourceClass.Wearable);
        var facts = new PatientFactsElement(
            _start, id, random.Between(19, 93), random.Chance(0.5), _start - (random.Between(60L, 3 * 24 * 60) * 60_000),
            string.Create(CultureInfo.InvariantCulture, $"{options.Name}-ward-{((number - 1) / BedsOfWard) + 1}"),
            string.Create(CultureInfo.InvariantCulture, $"{((number - 1) % BedsOfWard) + 1:00}"));
        return new LivePatient(facts, names);

        void Add(string kind, SourceClass source)
        {
            var name = $"{id}-{kind}";
            var own = random.Fork(kind);

            // Devices do not tick together: each has its own place within the period.
            var phase = own.Between(0L, Math.Max(0, (long)_periodMs - 1));
            names.Add(name);
            devices.Add((phase, new LiveDevice(id, name, source, body, options, own)));
        }
    }
}
