// Each fault does to a world what its name says, as often as asked, and nothing else.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Simulation;
using Xunit;

namespace Acceptance.Tests.Simulation;

public sealed class FaultTests
{
    private static readonly FleetOptions Large = new() { MinFrames = 4_000, MaxFrames = 4_000 };

    private readonly FleetScenario _clean = FaultyFleet.Faultless(7, Large);

    public static TheoryData<string, Fault> All => new()
    {
        { "disorder", Fault.Disorder(1_500) },
        { "duplicate", Fault.Duplicate(0.1) },
        { "drop", Fault.Drop(0.1) },
        { "skew", Fault.Skew(0.1, 90_000) },
        { "late batches", Fault.LateBatches(1, 300_000) },
        { "corrupt", Fault.Corrupt(0.1) },
        { "restart", Fault.Restart(0.01) },
    };

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public void A_fault_is_deterministic_by_seed_keeps_arrival_order_and_leaves_its_input_alone(string name, Fault fault)
    {
        var before = Canonical.Hash(_clean.Elements);
        var once = fault.Apply(_clean.Elements, 11);

        Assert.StartsWith(name, fault.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, Canonical.Hash(_clean.Elements));
        Assert.NotEqual(before, Canonical.Hash(once));
        Assert.Equal(Canonical.Hash(once), Canonical.Hash(fault.Apply(_clean.Elements, 11)));
        Assert.Equal(once.Select(e => e.ArrivalTime).Order(), once.Select(e => e.ArrivalTime));
        Assert.Equal(Controls(_clean.Elements), Controls(once));
    }

    [Theory]
    [InlineData(1_500, 1_500, 1_500)]
    [InlineData(60_000, 1_999, 29_999)]
    public void Disorder_changes_arrivals_only_and_by_less_than_the_gap_wait(long asked, long bedsideMost, long wearableMost)
    {
        var disordered = Frames(Fault.Disorder(asked).Apply(_clean.Elements, 1));

        var delays = Delays(disordered);
        Assert.Equal(Frames(_clean.Elements).Select(Canonical.Sent).Order(), disordered.Select(Canonical.Sent).Order());
        Assert.All(delays, d => Assert.InRange(d.Delay, 0, d.Frame.Source switch
        {
            SourceClass.Bedside => bedsideMost,
            SourceClass.Wearable => wearableMost,
            _ => 0,
        }));
        var sequenced = delays.Where(d => d.Frame.Source != SourceClass.Charted).ToList();
        Assert.InRange(sequenced.Count(d => d.Delay > 0), sequenced.Count * 0.45, sequenced.Count * 0.55);
        var devices = disordered.GroupBy(f => (f.Patient, f.Device));
        Assert.Contains(devices, d => !d.Select(f => f.Sequence).SequenceEqual(d.Select(f => f.Sequence).Order()));
    }

    [Fact]
    public void Disorder_moves_no_frame_past_a_control_record_of_its_patient_or_its_devices_next_epoch()
    {
        for (ulong seed = 0; seed < 100; seed++)
        {
            var clean = FaultyFleet.Faultless(seed).With(Fault.Restart(0.1));
            var disordered = clean.With(Fault.Disorder(29_000));
            Assert.Equal(Neighbours(clean.Elements), Neighbours(disordered.Elements));
            foreach (var device in Frames(disordered.Elements).GroupBy(f => (f.Patient, f.Device)))
                Assert.Equal(device.Select(f => f.Epoch).Order(), device.Select(f => f.Epoch));
        }

        // For each control record, which frames of its patient stand before it.
        static IEnumerable<string> Neighbours(IReadOnlyList<LogElement> elements)
        {
            for (var i = 0; i < elements.Count; i++)
            {
                if (elements[i] is FrameElement) continue;
                var before = elements.Take(i).OfType<FrameElement>().Where(f => f.Patient == elements[i].Key);
                yield return elements[i] + string.Join('|', before.Select(Canonical.Sent).Order());
            }
        }
    }

    [Fact]
    public void Duplicate_adds_the_asked_share_of_equal_frames_at_most_three_seconds_later()
    {
        var doubled = Frames(Fault.Duplicate(0.1).Apply(_clean.Elements, 1));

        Assert.InRange(doubled.Count, 4_000 * 1.08, 4_000 * 1.12);
        Assert.Equal(4_000, doubled.Select(Canonical.Sent).Distinct().Count());
        Assert.All(Delays(doubled), d => Assert.InRange(d.Delay, 0, 3_000));
    }

    [Fact]
    public void Drop_loses_the_asked_share_and_leaves_the_rest_as_it_was()
    {
        var kept = Frames(Fault.Drop(0.1).Apply(_clean.Elements, 1));

        Assert.InRange(kept.Count, 4_000 * 0.88, 4_000 * 0.92);
        Assert.Subset(Frames(_clean.Elements).Select(Canonical.Line).ToHashSet(), kept.Select(Canonical.Line).ToHashSet());
    }

    [Theory]
    [InlineData(90_000)]
    [InlineData(-3_600_000)]
    public void Skew_shifts_the_event_time_of_the_asked_share_and_nothing_else(long milliseconds)
    {
        var skewed = Frames(Fault.Skew(0.1, milliseconds).Apply(_clean.Elements, 1));
        var shifts = Frames(_clean.Elements).Zip(skewed).Select(p => p.Second.EventTime - p.First.EventTime).ToList();

        Assert.All(shifts, s => Assert.True(s == 0 || s == milliseconds));
        Assert.InRange(shifts.Count(s => s != 0), 320, 480);
        Assert.Equal(Frames(_clean.Elements).Select(f => f.ArrivalTime), skewed.Select(f => f.ArrivalTime));
    }

    [Fact]
    public void LateBatches_hold_a_wearables_frames_back_and_deliver_them_together_in_order()
    {
        const long Period = 300_000;
        var late = Frames(Fault.LateBatches(1, Period).Apply(_clean.Elements, 1));

        Assert.Equal(Frames(_clean.Elements).Select(Canonical.Sent).Order(), late.Select(Canonical.Sent).Order());
        Assert.All(Delays(late), d => Assert.InRange(d.Delay, 0, d.Frame.Source == SourceClass.Wearable ? Period : 0));
        var wearables = late.Where(f => f.Source == SourceClass.Wearable).GroupBy(f => (f.Patient, f.Device)).ToList();
        Assert.NotEmpty(wearables);
        Assert.All(wearables, d => Assert.Equal(d.Select(f => f.Sequence).Order(), d.Select(f => f.Sequence)));
        Assert.All(wearables, d => Assert.Single(d.Select(f => f.ArrivalTime % Period).Distinct()));
        Assert.All(wearables, d => Assert.True(d.Select(f => f.ArrivalTime).Distinct().Count() < d.Count()));
        Assert.Equal(Canonical.Hash(_clean.Elements), Canonical.Hash(Fault.LateBatches(0, Period).Apply(_clean.Elements, 1)));
    }

    [Fact]
    public void Corrupt_spoils_the_asked_share_in_every_way_it_knows()
    {
        var spoilt = Fault.Corrupt(0.2).Apply(_clean.Elements, 1);
        var readings = Frames(spoilt).SelectMany(f => f.Readings).ToList();
        var clean = Frames(_clean.Elements).SelectMany(f => f.Readings).Count();

        int[] counts =
        [
            readings.Count(r => double.IsNaN(r.Value)),
            readings.Count(r => double.IsInfinity(r.Value)),
            readings.Count(r => r.Value is -40 or 9_999 or 1e300),
            readings.Count(r => r.Vital is null && r.Name is not null),
            readings.Count(r => r.Unit is Unit.Unknown
                || (r.Unit is Unit.LitrePerMinute && r.Vital is not VitalSign.OxygenFlow)
                || (r.Unit is Unit.Celsius && r.Vital is VitalSign.OxygenFlow)),
            Frames(spoilt).Count(f => f.Readings.Where(r => r.Vital is not null).GroupBy(r => r.Vital).Any(g => g.Count() > 1)),
            readings.Count(r => r.MarkedAsError),
            spoilt.OfType<RefusedElement>().Count(),
        ];
        Assert.All(counts, c => Assert.InRange(c, 60, 140));
        Assert.InRange(counts.Sum(), 700, 900);
        Assert.Equal(4_000, Frames(spoilt).Count);
        Assert.Equal(clean + counts[5], readings.Count);
    }

    [Fact]
    public void What_Corrupt_spoils_is_refused_for_the_reason_it_was_spoilt_for()
    {
        var spoilt = Frames(Fault.Corrupt(1).Apply(_clean.Elements, 1)).SelectMany(f => f.Readings);
        var reasons = spoilt.Where(r => r.Vital is not null).GroupBy(r => UnitConversion.ToCanonical(r.Vital!.Value, r.Unit, r.Value, out _))
            .ToDictionary(g => g.Key, g => g.ToList());

        Assert.All(reasons[RejectReason.NotANumber], r => Assert.False(double.IsFinite(r.Value)));
        Assert.All(reasons[RejectReason.None], r => Assert.NotEqual(Unit.Unknown, r.Unit));
        Assert.DoesNotContain(reasons[RejectReason.None], r => r.Value is -40 or 9_999 or 1e300);
        Assert.All(
            [RejectReason.NotANumber, RejectReason.OutOfRange, RejectReason.WrongUnit],
            reason => Assert.InRange(reasons[reason].Count, 300, 1_200));
    }

    [Fact]
    public void Restart_raises_the_epoch_and_counts_from_one_again()
    {
        var restarted = Frames(Fault.Restart(0.01).Apply(_clean.Elements, 1));
        var restarts = 0;
        foreach (var device in restarted.GroupBy(f => (f.Patient, f.Device)))
        {
            var epochs = device.GroupBy(f => f.Epoch).ToList();
            Assert.Equal(Enumerable.Range(1, epochs.Count), epochs.Select(e => (int)e.Key));
            Assert.All(epochs, e => Assert.Equal(Enumerable.Range(1, e.Count()), e.Select(f => (int)f.Sequence)));
            restarts += epochs.Count - 1;
        }

        Assert.InRange(restarts, 20, 65);
    }

    [Fact]
    public void Restart_after_duplicates_gives_both_copies_the_same_number()
    {
        var doubled = Fault.Duplicate(0.5).Apply(_clean.Elements, 1);
        var restarted = Frames(Fault.Restart(0.05).Apply(doubled, 1));

        Assert.Equal(4_000, restarted.Select(f => (f.Patient, f.Device, f.Epoch, f.Sequence)).Distinct().Count());
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void A_rate_that_is_no_probability_is_refused(double rate)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Fault.Drop(rate));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fault.Duplicate(rate));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fault.Corrupt(rate));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fault.Restart(rate));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fault.Skew(rate, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fault.LateBatches(rate, 1));
    }

    private static List<FrameElement> Frames(IReadOnlyList<LogElement> elements) => [.. elements.OfType<FrameElement>()];

    private static IEnumerable<string> Controls(IReadOnlyList<LogElement> elements) =>
        elements.Where(e => e is PatientFactsElement or AcknowledgementElement).Select(Canonical.Line);

    private List<(FrameElement Frame, long Delay)> Delays(List<FrameElement> frames)
    {
        var sent = Frames(_clean.Elements).ToDictionary(Canonical.Sent, f => f.ArrivalTime);
        return [.. frames.Select(f => (f, f.ArrivalTime - sent[Canonical.Sent(f)]))];
    }
}
