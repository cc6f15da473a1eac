// A live fleet is reproducible from its seed, sends what devices send, and has exactly the faults that it tells.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Simulation;
using Xunit;

namespace Acceptance.Tests.Simulation;

public sealed class LiveFleetTests
{
    private const int Seconds = 120;
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);
    private static readonly long StartMs = Start.ToUnixTimeMilliseconds();

    [Theory]
    [InlineData(1)]
    [InlineData(0.3)]
    [InlineData(7)]
    public void Advance_InOtherSteps_GivesTheSameFrames(double rate)
    {
        var options = new LiveFleetOptions { Start = Start, Devices = 30, RateHz = rate, Faults = LiveFaults.All, Seed = 5 };

        var atOnce = Lines(Play(options, 60_000));

        Assert.Equal(atOnce, Lines(Play(options, 100)));
        Assert.Equal(atOnce, Lines(Play(options, 1_337)));
        Assert.NotEqual(atOnce, Lines(Play(new LiveFleetOptions { Start = Start, Devices = 30, RateHz = rate, Faults = LiveFaults.All, Seed = 6 }, 100)));
    }

    [Theory]
    [InlineData(1, 120)]
    [InlineData(0.5, 60)]
    [InlineData(10, 1200)]
    public void Advance_WithoutFaults_GivesEachDevicesFramesInOrderAndOnTime(double rate, int expected)
    {
        var sent = Play(new LiveFleetOptions { Start = Start, Devices = 50, RateHz = rate }, 1_000);

        Assert.All(sent, f => Assert.Equal((LiveFault.None, 1), (f.Faults, f.Copies)));
        Assert.All(sent, f => Assert.Equal(f.Frame.EventTime, f.Frame.ArrivalTime));
        Assert.Equal(sent.Select(f => f.Frame.ArrivalTime).Order(), sent.Select(f => f.Frame.ArrivalTime));
        var devices = sent.GroupBy(f => f.Frame.Device).ToList();
        Assert.Equal(50, devices.Count);
        Assert.All(devices, d => Assert.Equal(Enumerable.Range(1, expected), d.Select(f => (int)f.Frame.Sequence)));
        Assert.All(devices, d => Assert.Single(d.Select(f => (f.Frame.Patient, f.Frame.Source, f.Frame.Epoch)).Distinct()));
    }

    [Fact]
    public void Advance_WithoutFaults_GivesReadingsThatAreTaken()
    {
        var readings = Play(new LiveFleetOptions { Start = Start, Devices = 200 }, 1_000).SelectMany(f => f.Frame.Readings).ToList();

        Assert.All(readings, r => Assert.Equal(RejectReason.None, UnitConversion.ToCanonical(r.Vital!.Value, r.Unit, r.Value, out _)));
        Assert.Equal(
            [VitalSign.HeartRate, VitalSign.PulseRate, VitalSign.SpO2, VitalSign.RespiratoryRate, VitalSign.Temperature,
             VitalSign.SystolicPressure, VitalSign.DiastolicPressure, VitalSign.MeanPressure],
            readings.Select(r => r.Vital!.Value).Distinct().Order());
        Assert.InRange(readings.Count(r => r.Validity == Validity.Questionable) / (double)readings.Count, 0.005, 0.02);
        var calm = readings.Where(r => r.Vital == VitalSign.SpO2).Select(r => r.Value).ToList();
        Assert.InRange(calm.Average(), 95, 99);
    }

    [Fact]
    public void Advance_MarkedAsDemo_MarksEveryReading() => Assert.All(
        Play(new LiveFleetOptions { Start = Start, Devices = 5, MarkAsDemo = true }, 1_000).SelectMany(f => f.Frame.Readings),
        r => Assert.Equal(Validity.Demo, r.Validity));

    [Fact]
    public void Faults_AsTold_AreAboutAsOftenAsAskedFor()
    {
        var faults = LiveFaults.All with { Late = 0.1, Skew = 0.1, Corrupt = 0.05, Gaps = 0.05, Restart = 0.002 };
        var sent = Play(new LiveFleetOptions { Start = Start, Devices = 400, Faults = faults }, 1_000);
        var frames = sent.Distinct(ReferenceEqualityComparer.Instance).Cast<LiveFrame>().ToList();
        double Share(LiveFault fault) => frames.Count(f => (f.Faults & fault) != 0) / (double)frames.Count;

        // Gaps are neither duplicated nor out of order.
        Assert.InRange(Share(LiveFault.Duplicate), 0.18, 0.2);
        Assert.InRange(Share(LiveFault.Disorder), 0.085, 0.105);
        Assert.InRange(Share(LiveFault.Late), 0.07, 0.13);
        Assert.InRange(Share(LiveFault.Skew), 0.07, 0.13);
        Assert.InRange(Share(LiveFault.Corrupt), 0.045, 0.055);
        Assert.InRange(Share(LiveFault.Gap), 0.045, 0.055);
        Assert.InRange(Share(LiveFault.Restart), 0.0012, 0.0026);
    }

    [Fact]
    public void Finish_AfterAllFaults_LeavesNoNumberThatIsNotTold()
    {
        var sent = Play(new LiveFleetOptions { Start = Start, Devices = 200, Faults = LiveFaults.All with { Late = 0.3, Restart = 0.01 }, Epoch = 7 }, 500);

        Assert.All(sent.GroupBy(f => f, ReferenceEqualityComparer.Instance), f =>
            Assert.Equal(Math.Max(1, ((LiveFrame)f.Key!).Copies), f.Count()));
        var epochs = sent.Distinct(ReferenceEqualityComparer.Instance).Cast<LiveFrame>().GroupBy(f => (f.Frame.Device, f.Frame.Epoch)).ToList();
        Assert.All(epochs, e => Assert.Equal(Enumerable.Range(1, e.Count()), e.Select(f => (int)f.Frame.Sequence).Order()));
        Assert.All(epochs, e => Assert.InRange(e.Key.Epoch, 7UL, 30UL));
        Assert.True(epochs.Count > 300, "devices restart");
        Assert.All(sent, f => Assert.Equal(f.Copies == 0, (f.Faults & LiveFault.Gap) != 0));
    }

    [Fact]
    public void HourLate_Frames_AreNumberedInTheEpochBeforeAndLeaveNoGapInThisOne()
    {
        var faults = LiveFaults.None with { HourLate = 0.2, Duplicates = 0.5 };
        var sent = Play(new LiveFleetOptions { Start = Start, Devices = 100, Faults = faults, Epoch = 7 }, 500);

        var frames = sent.Distinct(ReferenceEqualityComparer.Instance).Cast<LiveFrame>().ToList();
        var late = frames.Where(f => (f.Faults & LiveFault.HourLate) != 0).ToList();
        Assert.InRange(late.Count / (double)frames.Count, 0.19, 0.21);
        Assert.All(late, f => Assert.Equal((6UL, 3_600_000L), (f.Frame.Epoch, f.Frame.ArrivalTime - f.Frame.EventTime)));
        Assert.Contains(late, f => f.Copies == 2);
        Assert.All(frames.Except(late), f => Assert.Equal((7UL, 0L), (f.Frame.Epoch, f.Frame.ArrivalTime - f.Frame.EventTime)));
        Assert.All(
            frames.GroupBy(f => (f.Frame.Device, f.Frame.Epoch)),
            e => Assert.Equal(Enumerable.Range(1, e.Count()), e.Select(f => (int)f.Frame.Sequence)));
    }

    [Fact]
    public void Disorder_Alone_KeepsEachFrameWithinItsGapWait()
    {
        var sent = Play(new LiveFleetOptions { Start = Start, Devices = 100, Faults = LiveFaults.None with { Disorder = 0.5 } }, 500);

        Assert.All(sent, f => Assert.InRange(
            f.Frame.ArrivalTime - f.Frame.EventTime, 0, SourceSettings.Default(f.Frame.Source).GapWait - 1));
        Assert.Contains(sent, f => f.Frame.Source == SourceClass.Wearable && f.Frame.ArrivalTime - f.Frame.EventTime > 20_000);
        Assert.NotEqual(sent.OrderBy(f => f.Frame.EventTime), sent);
    }

    [Fact]
    public void Corrupt_Frames_AreCutOrHaveOneReadingThatIsRejected()
    {
        var sent = Play(new LiveFleetOptions { Start = Start, Devices = 50, Faults = LiveFaults.None with { Corrupt = 1 } }, 500);

        Assert.InRange(sent.Count(f => (f.Faults & LiveFault.Truncated) != 0) / (double)sent.Count, 0.18, 0.22);
        Assert.All(sent.Where(f => (f.Faults & LiveFault.Truncated) == 0), f => Assert.Equal(1, Rejected(f.Frame.Readings)));
        Assert.All(sent.Where(f => (f.Faults & LiveFault.Truncated) != 0), f => Assert.Equal(0, Rejected(f.Frame.Readings)));
    }

    [Fact]
    public void Faults_OfAnyKind_ChangeNothingThatWasMeasured()
    {
        var options = new LiveFleetOptions { Start = Start, Devices = 20 };
        var faultless = Play(options, 1_000).ToDictionary(f => (f.Frame.Device, f.Frame.EventTime), f => Values(f.Frame));
        var faulty = Play(
            new LiveFleetOptions { Start = Start, Devices = 20, Faults = LiveFaults.All with { Skew = 0, Corrupt = 0, Restart = 0.01 } }, 1_000);

        Assert.All(faulty, f => Assert.Equal(faultless[(f.Frame.Device, f.Frame.EventTime)], Values(f.Frame)));

        static string Values(FrameElement frame) => string.Join(' ', frame.Readings);
    }

    [Fact]
    public void Patients_WearAllDevices_AndSomeWearTwo()
    {
        var fleet = new LiveFleet(new LiveFleetOptions { Start = Start, Devices = 501, Name = "trial" });

        Assert.Equal(501, fleet.Devices);
        Assert.Equal(501, fleet.Patients.SelectMany(p => p.Devices).Distinct().Count());
        Assert.Equal("trial-00001", fleet.Patients[0].Facts.Patient);
        Assert.InRange(fleet.Patients.Count(p => p.Devices.Count == 2) / (double)fleet.Patients.Count, 0.12, 0.28);
        Assert.All(fleet.Patients, p => Assert.InRange(p.Devices.Count, 1, 2));
        Assert.All(fleet.Patients, p => Assert.InRange(p.Facts.AgeYears!.Value, 19, 93));
    }

    [Fact]
    public void Constructor_OptionsOutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LiveFleet(new LiveFleetOptions { Start = Start, Devices = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LiveFleet(new LiveFleetOptions { Start = Start, RateHz = 51 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LiveFleet(new LiveFleetOptions { Start = Start, Epoch = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LiveFleet(new LiveFleetOptions { Start = Start, Name = "" }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new LiveFleet(new LiveFleetOptions { Start = Start, Epoch = 1, Faults = LiveFaults.None with { HourLate = 0.1 } }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new LiveFleet(new LiveFleetOptions { Start = Start, Faults = LiveFaults.None with { Late = double.NaN } }));
    }

    private static List<LiveFrame> Play(LiveFleetOptions options, long step)
    {
        var fleet = new LiveFleet(options);
        var sent = new List<LiveFrame>();
        for (var now = StartMs; now < StartMs + (Seconds * 1000); now = Math.Min(now + step, StartMs + (Seconds * 1000) - 1))
        {
            fleet.Advance(now, sent);
            if (now == StartMs + (Seconds * 1000) - 1) break;
        }

        fleet.Finish(StartMs + (Seconds * 1000), sent);
        return sent;
    }

    private static int Rejected(IReadOnlyList<RecordedReading> readings) =>
        readings.Count(r => r.Vital is null || UnitConversion.ToCanonical(r.Vital.Value, r.Unit, r.Value, out _) != RejectReason.None)
        + readings.Count - readings.DistinctBy(r => (r.Vital, r.Name)).Count();

    private static List<string> Lines(IEnumerable<LiveFrame> frames) =>
        [.. frames.Select(f => $"{f.Frame with { Readings = [] }} {string.Join(' ', f.Frame.Readings)} {f.Faults} {f.Copies}")];
}
