// One device of a fleet: which vital signs it sends, how often, and the frames it makes.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Simulation;

/// <summary>A device of one patient in a fleet; it makes its frames in order, numbered from 1.</summary>
internal sealed class FleetDevice
{
    private static readonly VitalSign[] Bedside =
    [
        VitalSign.HeartRate, VitalSign.PulseRate, VitalSign.SpO2, VitalSign.RespiratoryRate, VitalSign.SystolicPressure,
        VitalSign.DiastolicPressure, VitalSign.MeanPressure, VitalSign.ArterialSystolicPressure,
        VitalSign.ArterialDiastolicPressure, VitalSign.ArterialMeanPressure, VitalSign.EndTidalCarbonDioxide,
        VitalSign.PerfusionIndex,
    ];

    private static readonly VitalSign[] Wearable =
        [VitalSign.HeartRate, VitalSign.SpO2, VitalSign.RespiratoryRate, VitalSign.Temperature];

    private static readonly VitalSign[] Charted =
    [
        VitalSign.Temperature, VitalSign.Consciousness, VitalSign.OxygenFlow, VitalSign.InspiredOxygen,
        VitalSign.GlasgowComaScale, VitalSign.Glucose, VitalSign.SystolicPressure, VitalSign.RespiratoryRate,
    ];

    private static readonly SourceClass[] Continuous = [SourceClass.Bedside, SourceClass.Bedside, SourceClass.Wearable];
    private static readonly SourceClass[] AllClasses = [SourceClass.Bedside, SourceClass.Wearable, SourceClass.Charted];

    private readonly string _name;
    private readonly SourceClass _source;
    private readonly FleetSignal[] _signals;
    private readonly SeededRandom _random;

    private FleetDevice(string name, SourceClass source, FleetSignal[] signals, SeededRandom random)
    {
        _name = name;
        _source = source;
        _signals = signals;
        _random = random;
    }

    /// <summary>The devices of one patient, at least one, each with at least one vital sign.</summary>
    public static List<FleetDevice> Deal(SeededRandom random, FleetOptions options)
    {
        var devices = new List<FleetDevice>();
        var taken = new HashSet<VitalSign>();
        for (var i = random.Between(1, options.MaxDevices); i > 0; i--)
        {
            // The first device is continuous: a patient with charted values alone would stretch a small world over weeks.
            var source = random.Pick(options.Charted && devices.Count > 0 ? AllClasses : Continuous);
            var vitals = Offered(source).Where(v => !options.OneSourcePerVital || !taken.Contains(v)).ToList();
            if (vitals.Count == 0) continue;
            random.Shuffle(vitals);
            vitals.RemoveRange(0, vitals.Count - random.Between(1, Math.Min(vitals.Count, 6)));
            taken.UnionWith(vitals);
            var name = FormattableString.Invariant($"{Word(source)}-{devices.Count + 1}");
            var own = random.Fork($"{name}/{random.NextUInt64()}");
            devices.Add(new FleetDevice(name, source, [.. vitals.Select(v => new FleetSignal(v, own))], own));
        }

        return devices;
    }

    /// <summary>How many frames of a share this device takes at most; a charted source speaks seldom.</summary>
    public int Most(int share) => _source == SourceClass.Charted ? Math.Min(share, 24) : share;

    /// <summary>Adds this many frames; the first lies within half a minute of <paramref name="start"/>.</summary>
    public void AddFrames(List<LogElement> elements, string patient, long start, int frames)
    {
        var eventTime = start + _random.Between(0L, 30_000L);
        // A charted value comes minutes late, but by the same delay each time, so that a faultless source stays in order.
        var delay = _source == SourceClass.Charted ? _random.Between(60_000L, 45 * 60_000L) : 400;
        var step = Step();
        for (var sequence = 1; sequence <= frames; sequence++)
        {
            // The spread stays below the shortest step, so that a faultless device never overtakes itself.
            var arrival = eventTime + delay - _random.Between(0L, 380L);
            elements.Add(new FrameElement(
                arrival, patient, _name, _source, 1, (ulong)sequence, eventTime, FleetSignal.Read(_signals, _random)));
            eventTime += NextGap(step);
        }
    }

    private static VitalSign[] Offered(SourceClass source) => source switch
    {
        SourceClass.Bedside => Bedside,
        SourceClass.Wearable => Wearable,
        _ => Charted,
    };

    private static string Word(SourceClass source) => source switch
    {
        SourceClass.Bedside => "monitor",
        SourceClass.Wearable => "wrist",
        _ => "chart",
    };

    private long Step() => _source switch
    {
        SourceClass.Bedside => _random.Pick([500L, 1_000L, 1_000L, 2_000L, 5_000L]),
        SourceClass.Wearable => _random.Pick([2_000L, 5_000L, 10_000L]),
        _ => _random.Pick([10 * 60_000L, 30 * 60_000L, 3_600_000L]),
    };

    private long NextGap(long step)
    {
        if (_source == SourceClass.Charted) return step + _random.Between(0L, step);
        // Well below and well above the 15 minutes after which contact with a wearable counts as lost.
        if (_random.Chance(0.02)) return _random.Between(3 * 60_000L, 10 * 60_000L);
        if (_random.Chance(0.01)) return _random.Between(25 * 60_000L, 4 * 3_600_000L);
        return _random.Chance(0.05) ? _random.Between(step, 14_000L) : step;
    }
}
