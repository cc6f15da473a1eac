// The worlds of the property tests are reproducible from their seed and keep what they promise.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Simulation;
using Xunit;

namespace Acceptance.Tests.Simulation;

public sealed class FaultyFleetTests
{
    private const int Seeds = 200;

    [Fact]
    public void A_seed_always_gives_the_same_world_and_other_seeds_give_others()
    {
        var hashes = new HashSet<string>();
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            var hash = Canonical.Hash(FaultyFleet.Generate(seed).Elements);
            Assert.Equal(hash, Canonical.Hash(FaultyFleet.Generate(seed).Elements));
            hashes.Add(hash);
        }

        Assert.Equal(Seeds, hashes.Count);
    }

    [Fact]
    public void Arrivals_never_decrease_under_any_faults()
    {
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            var arrivals = FaultyFleet.Generate(seed).Elements.Select(e => e.ArrivalTime).ToList();
            Assert.True(arrivals.SequenceEqual(arrivals.Order()), $"seed {seed}");
        }
    }

    [Fact]
    public void A_faultless_world_is_within_its_options_and_each_device_counts_from_one_without_gaps()
    {
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            var frames = FaultyFleet.Faultless(seed).Elements.OfType<FrameElement>().ToList();
            Assert.InRange(frames.Count, 20, 400);
            Assert.InRange(frames.Select(f => f.Patient).Distinct().Count(), 1, 6);
            foreach (var device in frames.GroupBy(f => (f.Patient, f.Device)))
            {
                Assert.All(device, f => Assert.Equal(1UL, f.Epoch));
                Assert.Equal(Enumerable.Range(1, device.Count()), device.Select(f => (int)f.Sequence));
                Assert.True(device.Zip(device.Skip(1)).All(p => p.First.EventTime < p.Second.EventTime), $"seed {seed}");
                Assert.All(device, f => Assert.InRange(f.ArrivalTime - f.EventTime, 0, 45 * 60_000));
            }
        }
    }

    [Fact]
    public void Silences_of_a_faultless_continuous_source_are_clearly_short_or_clearly_long()
    {
        var longOnes = 0;
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            var devices = FaultyFleet.Faultless(seed).Elements.OfType<FrameElement>()
                .Where(f => f.Source != SourceClass.Charted).GroupBy(f => (f.Patient, f.Device));
            foreach (var device in devices)
            {
                foreach (var (first, second) in device.Zip(device.Skip(1)))
                {
                    var gap = second.EventTime - first.EventTime;
                    Assert.True(gap is < 15_000 or >= 180_000, $"seed {seed}: {gap} ms");
                    if (gap >= 180_000) longOnes++;
                }
            }
        }

        Assert.True(longOnes > 0);
    }

    [Fact]
    public void Each_vital_sign_of_a_patient_comes_from_one_device_unless_asked_otherwise()
    {
        Assert.True(Enumerable.Range(0, Seeds).All(s => OneSource(FaultyFleet.Faultless((ulong)s))));
        var mixing = new FleetOptions { OneSourcePerVital = false };
        Assert.False(Enumerable.Range(0, Seeds).All(s => OneSource(FaultyFleet.Faultless((ulong)s, mixing))));

        static bool OneSource(FleetScenario scenario) => scenario.Elements.OfType<FrameElement>()
            .SelectMany(f => f.Readings.Select(r => (f.Patient, r.Vital, f.Device))).Distinct()
            .GroupBy(x => (x.Patient, x.Vital)).All(g => g.Count() == 1);
    }

    [Fact]
    public void Every_reading_of_a_faultless_world_is_usable_and_every_limit_is_crossed_in_both_directions()
    {
        var usable = new Dictionary<VitalSign, List<double>>();
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            foreach (var reading in FaultyFleet.Faultless(seed).Elements.OfType<FrameElement>().SelectMany(f => f.Readings))
            {
                var reason = UnitConversion.ToCanonical(reading.Vital!.Value, reading.Unit, reading.Value, out var value);
                Assert.True(reason == RejectReason.None, $"seed {seed}: {reading} is {reason}");
                if (!usable.TryGetValue(reading.Vital.Value, out var values)) usable[reading.Vital.Value] = values = [];
                values.Add(value);
            }
        }

        Assert.All(DefaultRules.Limits, rule => Assert.All(rule.Levels, level =>
        {
            Assert.Contains(usable[rule.Vital], v => v > level.Threshold);
            Assert.Contains(usable[rule.Vital], v => v < level.Threshold);
        }));
    }

    [Fact]
    public void The_worlds_together_hold_every_class_facts_acknowledgements_and_every_fault()
    {
        var all = Enumerable.Range(0, Seeds).Select(s => FaultyFleet.Generate((ulong)s)).ToList();
        var elements = all.SelectMany(s => s.Elements).ToList();

        Assert.Equal(3, elements.OfType<FrameElement>().Select(f => f.Source).Distinct().Count());
        Assert.Contains(elements, e => e is PatientFactsElement { SpO2Scale2OrderedBy: not null });
        Assert.Contains(elements, e => e is PatientFactsElement { Pregnant: true });
        Assert.Contains(elements, e => e is PatientFactsElement { AgeYears: < 16 });
        Assert.Contains(elements, e => e is AcknowledgementElement);
        Assert.Contains(elements, e => e is RefusedElement);
        Assert.DoesNotContain(elements, e => e is ClockElement);
        Assert.Contains(all, s => s.Faults.Count == 0);
        string[] faults = ["restart", "corrupt", "skew", "late batches", "drop", "duplicate", "disorder"];
        Assert.All(faults, f => Assert.Contains(all, s => s.Faults.Any(t => t.StartsWith(f, StringComparison.Ordinal))));
    }

    [Fact]
    public void The_description_names_the_seed_and_the_faults_on_one_line()
    {
        var scenario = FaultyFleet.Faultless(77).With(Fault.Drop(0.25)).With(Fault.Disorder(1500));

        Assert.StartsWith("seed 77: ", scenario.Describe(), StringComparison.Ordinal);
        Assert.EndsWith("faults: drop 0.25, disorder up to 1500 ms", scenario.Describe(), StringComparison.Ordinal);
        Assert.EndsWith("faults: none", FaultyFleet.Faultless(77).Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 3, 20, 400)]
    [InlineData(6, 9, 20, 400)]
    [InlineData(6, 3, 0, 400)]
    [InlineData(6, 3, 20, 19)]
    public void Options_out_of_range_are_refused(int patients, int devices, int minFrames, int maxFrames)
    {
        var options = new FleetOptions
        {
            MaxPatients = patients,
            MaxDevices = devices,
            MinFrames = minFrames,
            MaxFrames = maxFrames,
        };

        Assert.Throws<ArgumentOutOfRangeException>(() => FaultyFleet.Faultless(1, options));
    }
}
