// The simulated ward is reproducible, in order, fast to make, and its frames keep the rules of the log.
using System.Diagnostics;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Simulation;
using Xunit;

namespace Acceptance.Tests.Simulation;

public sealed class SimulatedWardTests
{
    private static readonly WardOptions TwentyMinutes = new() { Duration = TimeSpan.FromMinutes(20) };

    [Fact]
    public void A_seed_always_gives_the_same_ward_and_another_seed_another()
    {
        var ward = new SimulatedWard(TwentyMinutes);
        var hash = Canonical.Hash(ward.Elements());

        Assert.Equal(hash, Canonical.Hash(ward.Elements()));
        Assert.Equal(hash, Canonical.Hash(new SimulatedWard(TwentyMinutes).Elements()));
        var other = new SimulatedWard(new WardOptions { Seed = 2, Duration = TwentyMinutes.Duration });
        Assert.NotEqual(hash, Canonical.Hash(other.Elements()));
    }

    [Fact]
    public void A_shorter_ward_is_the_beginning_of_a_longer_one()
    {
        var longer = new SimulatedWard(TwentyMinutes).Elements().Select(Canonical.Line);
        var fiveMinutes = new SimulatedWard(new WardOptions { Duration = TimeSpan.FromMinutes(5) });
        var shorter = fiveMinutes.Elements().Select(Canonical.Line).ToList();

        Assert.Equal(longer.Take(shorter.Count), shorter);
    }

    [Fact]
    public void Elements_come_in_arrival_order_within_the_duration_and_begin_with_the_facts_of_every_bed()
    {
        var ward = new SimulatedWard(TwentyMinutes);
        var elements = ward.Elements().ToList();
        var start = TwentyMinutes.Start.ToUnixTimeMilliseconds();

        Assert.Equal(elements.Select(e => e.ArrivalTime).Order(), elements.Select(e => e.ArrivalTime));
        Assert.All(elements, e => Assert.InRange(e.ArrivalTime, start, start + (20 * 60_000) - 1));
        var facts = elements.Take(24).Cast<PatientFactsElement>().ToList();
        Assert.Equal(ward.Patients.Select(p => p.Id), facts.Select(f => f.Patient));
        Assert.Equal(ward.Patients.Select(p => p.Bed), facts.Select(f => f.Bed));
        Assert.All(facts, f => Assert.InRange(f.AdmissionTime!.Value, start - (10 * 3_600_000L), start - (2 * 3_600_000L)));
        Assert.All(facts, f => Assert.InRange(f.AgeYears!.Value, 18, 110));
        Assert.Equal(6, facts.Count(f => f.Ward == "icu"));
        Assert.Equal(18, facts.Count(f => f.Ward == "ward-a"));
        Assert.Equal(3, facts.Count(f => f.SpO2Scale2OrderedBy is not null));
    }

    [Fact]
    public void Sequences_are_unique_and_ascending_and_have_gaps_only_where_a_link_was_lost()
    {
        var ward = new SimulatedWard(new WardOptions());
        var kinds = ward.Patients.ToDictionary(p => p.Id, p => p.Kind);
        foreach (var device in ward.Elements().OfType<FrameElement>().GroupBy(f => (f.Patient, f.Device, f.Epoch)))
        {
            var sequences = device.Select(f => (int)f.Sequence).ToList();
            Assert.Equal(1, sequences[0]);
            Assert.Equal(sequences.Distinct().Order(), sequences);
            if (kinds[device.Key.Patient] == WardStoryKind.LostLink && device.Key.Device == "monitor")
                Assert.True(sequences[^1] > sequences.Count);
            else
                Assert.Equal(sequences.Count, sequences[^1]);
        }
    }

    [Fact]
    public void Each_class_of_source_comes_as_late_as_it_does_in_life()
    {
        var ward = new SimulatedWard(new WardOptions());
        var troubled = ward.Patients
            .Where(p => p.Kind is WardStoryKind.WrongClock or WardStoryKind.DelayedLink).Select(p => p.Id).ToHashSet();
        var late = ward.Elements().OfType<FrameElement>().Where(f => !troubled.Contains(f.Patient))
            .ToLookup(f => f.Source, f => f.ArrivalTime - f.EventTime);

        Assert.All(late[SourceClass.Bedside], d => Assert.InRange(d, 30, 250));
        Assert.All(late[SourceClass.Wearable], d => Assert.InRange(d, 100, 11 * 60_000));
        Assert.True(late[SourceClass.Wearable].Max() > 5 * 60_000);
        Assert.All(late[SourceClass.Charted], d => Assert.InRange(d, 60_000, 65 * 60_000));
    }

    [Fact]
    public void Values_are_rounded_as_devices_round_them_and_canonical_ones_of_working_devices_are_plausible()
    {
        var ward = new SimulatedWard(new WardOptions());
        var odd = ward.Patients.Single(p => p.Kind == WardStoryKind.OddValues).Id;
        foreach (var frame in ward.Elements().OfType<FrameElement>().Where(f => f.Patient != odd))
        {
            foreach (var reading in frame.Readings)
            {
                var (low, high, step) = reading.Vital switch
                {
                    VitalSign.HeartRate or VitalSign.PulseRate => (0, 240, 1.0),
                    VitalSign.SpO2 => (40, 100, 1.0),
                    VitalSign.RespiratoryRate => (8, 45, 1.0),
                    VitalSign.Temperature => (35, 40.5, 0.1),
                    VitalSign.Consciousness => (0, 4, 1.0),
                    VitalSign.OxygenFlow => (0, 15, 0.5),
                    VitalSign.InspiredOxygen => (21, 100, 1.0),
                    _ => (25, 180, 1.0),
                };
                Assert.InRange(reading.Value, low, high);
                Assert.Equal(Math.Round(reading.Value / step), reading.Value / step, 6);
            }

            Assert.Equal(frame.Readings.Count, frame.Readings.DistinctBy(r => r.Vital).Count());
        }
    }

    [Fact]
    public void Marking_as_demo_marks_every_reading_and_changes_nothing_else()
    {
        var demo = new SimulatedWard(new WardOptions { Duration = TwentyMinutes.Duration, MarkAsDemo = true });
        var plain = new SimulatedWard(TwentyMinutes).Elements().Select(e => e is FrameElement f
            ? f with { Readings = [.. f.Readings.Select(r => r with { Validity = Validity.Demo })] }
            : e);

        Assert.Equal(Canonical.Hash(plain), Canonical.Hash(demo.Elements()));
    }

    [Fact]
    public void An_hour_of_24_beds_is_made_in_under_two_seconds()
    {
        var ward = new SimulatedWard(new WardOptions { Duration = TimeSpan.FromHours(1) });
        var count = 0;
        var best = TimeSpan.MaxValue;
        // A guard against a quadratic mistake, not a benchmark; the best of three, since other tests run beside it.
        for (var i = 0; i < 3; i++)
        {
            var watch = Stopwatch.StartNew();
            count = ward.Elements().Count();
            best = watch.Elapsed < best ? watch.Elapsed : best;
        }

        Assert.InRange(count, 70_000, 110_000);
        Assert.InRange(best, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(501, 60)]
    [InlineData(24, 0)]
    [InlineData(24, 60 * 24 * 8)]
    public void Options_out_of_range_are_refused(int beds, int minutes) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new SimulatedWard(new WardOptions { Beds = beds, Duration = TimeSpan.FromMinutes(minutes) }));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(100)]
    public void A_ward_may_have_any_number_of_beds(int beds)
    {
        var ward = new SimulatedWard(new WardOptions { Beds = beds, Duration = TimeSpan.FromMinutes(2) });

        Assert.Equal(beds, ward.Patients.Select(p => p.Bed).Distinct().Count());
        Assert.Equal(beds, ward.Elements().OfType<FrameElement>().Select(f => f.Patient).Distinct().Count());
    }
}
