// Makes small random worlds for the property tests: a faultless one from a seed, or one with a random mix of faults.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Simulation;

/// <summary>
/// Worlds of a few patients and devices whose values lie near and across the alarm limits. Silences in event time are either
/// clearly short (below 15 s) or clearly long (minutes to hours), so that no outcome hangs on a rounding.
/// </summary>
public static class FaultyFleet
{
    /// <summary>The faultless world of a seed: every sequence contiguous from 1, arrivals in the order of sending.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static FleetScenario Faultless(ulong seed, FleetOptions? options = null)
    {
        options ??= new FleetOptions();
        options.Check();
        var random = new SeededRandom(seed).Fork("fleet");
        var patients = random.Between(1, options.MaxPatients);
        var frames = random.Between(options.MinFrames, options.MaxFrames);
        var elements = new List<LogElement>(frames + (4 * patients));
        for (var i = 0; i < patients; i++)
        {
            // The first patients take the remainder, so that the total is met exactly.
            var share = (frames / patients) + (i < frames % patients ? 1 : 0);
            AddPatient(elements, $"p{seed % 10_000}-{i + 1}", share, options, random.Fork($"patient {i}"));
        }

        return new FleetScenario(seed, FrameOrder.ByArrival(elements), []);
    }

    /// <summary>The faultless world of a seed under a random mix of faults, at times none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static FleetScenario Generate(ulong seed, FleetOptions? options = null)
    {
        var scenario = Faultless(seed, options);
        var random = new SeededRandom(seed).Fork("faults");
        // What a device does comes first, what the network does last, as in life.
        if (random.Chance(0.25)) scenario = scenario.With(Fault.Restart(random.Between(0.005, 0.05)));
        if (random.Chance(0.4)) scenario = scenario.With(Fault.Corrupt(random.Between(0.01, 0.2)));
        if (random.Chance(0.3)) scenario = scenario.With(Fault.Skew(random.Between(0.01, 0.1), random.Pick(SkewMs)));
        if (random.Chance(0.4)) scenario = scenario.With(Fault.LateBatches(0.7, 60_000L * random.Between(2, 15)));
        if (random.Chance(0.5)) scenario = scenario.With(Fault.Drop(random.Between(0.01, 0.2)));
        if (random.Chance(0.5)) scenario = scenario.With(Fault.Duplicate(random.Between(0.01, 0.4)));
        if (random.Chance(0.6)) scenario = scenario.With(Fault.Disorder(random.Between(200L, 29_000L)));
        return scenario;
    }

    private static readonly long[] SkewMs =
        [-366L * 86_400_000, -5 * 3_600_000, -30_000, -2_000, 30_000, 90_000, 300_000, 3 * 3_600_000];

    private static void AddPatient(
        List<LogElement> elements, string patient, int frames, FleetOptions options, SeededRandom random)
    {
        var start = options.Start.ToUnixTimeMilliseconds() + random.Between(0L, 60_000L);
        var first = elements.Count;
        var devices = FleetDevice.Deal(random, options);
        var left = frames;
        for (var i = devices.Count - 1; i >= 0; i--)
        {
            var share = i == 0 ? left : devices[i].Most(frames / devices.Count);
            devices[i].AddFrames(elements, patient, start, share);
            left -= share;
        }

        var last = first == elements.Count ? start : elements.Skip(first).Max(e => e.ArrivalTime);
        AddFacts(elements, patient, start, last, options, random);
        if (!options.Acknowledgements || options.Rules.Count == 0) return;
        for (var i = random.Between(0, 4); i > 0; i--)
        {
            var at = random.Between(start, last);
            elements.Add(new AcknowledgementElement(at, patient, random.Pick(options.Rules), random.Pick(Staff)));
        }
    }

    private static readonly string[] Staff = ["nurse-1", "nurse-2", "Dr Lind"];

    private static void AddFacts(
        List<LogElement> elements, string patient, long start, long last, FleetOptions options, SeededRandom random)
    {
        // One patient in eight stays without facts; of the others half are known from the start, half become so on the way.
        if (random.Chance(0.125)) return;
        var at = random.Chance(0.5) ? start - random.Between(0L, 60_000L) : random.Between(start, last);
        elements.Add(Facts(at, patient, random));
        if (random.Chance(0.25)) elements.Add(Facts(random.Between(at, Math.Max(at, last)), patient, random));

        PatientFactsElement Facts(long arrival, string id, SeededRandom r) => new(
            arrival, id,
            AgeYears: r.Chance(0.1) ? null : r.Chance(0.1) ? r.Between(1, 15) : r.Between(16, 95),
            Male: r.Chance(0.1) ? null : r.Chance(0.5),
            AdmissionTime: r.Chance(0.1) ? null : options.Start.ToUnixTimeMilliseconds() - r.Between(0L, 72 * 3_600_000L),
            Ward: r.Chance(0.2) ? null : r.Pick(Wards),
            Bed: $"B{r.Between(1, 40):00}",
            SpO2Scale2OrderedBy: r.Chance(0.15) ? "Dr Lind" : null,
            Pregnant: r.Chance(0.05));
    }

    private static readonly string[] Wards = ["ward-a", "icu"];
}
