// Ways in which an alarm could hide: each is a small log run through the whole flow, and each must be heard.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Safety;

public sealed class HiddenAlarmTests
{
    private const long Start = 1_772_431_200_000;
    private const long Second = 1000;
    private const long Minute = 60 * Second;
    private readonly Dictionary<string, ulong> _sequences = [];

    [Fact]
    public void Limits_MonitorReplacedAfterOneCuffReading_HearTheNewMonitor()
    {
        List<LogElement> log = [Frame("a", SourceClass.Bedside, 0, (VitalSign.SystolicPressure, 120))];
        for (var m = 1; m <= 30; m++)
        {
            log.Add(Frame("b", SourceClass.Bedside, m * Minute, (VitalSign.SystolicPressure, 60)));
        }

        Assert.Contains(Lines(log), l => l.Contains("limit.systolic_pressure.low") && l.Contains("Opened\tHigh"));
    }

    [Fact]
    public void Limits_BedsideSignalInvalid_HearTheWearable()
    {
        List<LogElement> log = [];
        for (var s = 0; s < 300; s++)
        {
            log.Add(FrameOf("monitor", SourceClass.Bedside, s * Second, new RecordedReading(VitalSign.SpO2, 97, Validity: Validity.Invalid)));
            if (s % 10 == 0)
            {
                log.Add(Frame("wrist", SourceClass.Wearable, s * Second, (VitalSign.SpO2, 70)));
            }
        }

        Assert.Contains(Lines(log), l => l.Contains("limit.spo2.low") && l.Contains("Opened\tHigh"));
    }

    [Fact]
    public void Contact_SecondMonitorLost_IsAnnouncedAnew()
    {
        List<LogElement> log = [];
        for (var s = 0; s < 300; s++)
        {
            if (s < 60)
            {
                log.Add(Frame("a", SourceClass.Bedside, s * Second, (VitalSign.HeartRate, 80)));
            }

            log.Add(Frame("b", SourceClass.Bedside, s * Second, (VitalSign.SpO2, 97)));
        }

        log.Add(new ClockElement(Start + (10 * Minute)));

        var contact = Lines(log).Where(l => l.Contains("technical.contact.bedside")).ToArray();
        Assert.Equal(2, contact.Length);
        Assert.Contains("Recurred", contact[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Contact_ClockFiftySecondsSlow_IsNotLost()
    {
        List<LogElement> log = [];
        for (var s = 0; s < 120; s++)
        {
            var frame = Frame("monitor", SourceClass.Bedside, s * Second, (VitalSign.HeartRate, 80));
            log.Add(frame with { EventTime = frame.EventTime - (50 * Second) });
        }

        Assert.DoesNotContain(Lines(log), l => l.Contains("technical.contact"));
    }

    [Fact]
    public void Limits_OneWildSequenceNumber_AreNotDeafAfterIt()
    {
        List<LogElement> log = [];
        for (var s = 0; s < 120; s++)
        {
            var frame = Frame("monitor", SourceClass.Bedside, s * Second, (VitalSign.HeartRate, s < 60 ? 80 : 20));
            log.Add(s == 30 ? frame with { Sequence = 1UL << 40 } : frame);
        }

        var lines = Lines(log);
        Assert.Contains(lines, l => l.Contains("limit.heart_rate.low") && l.Contains("Opened"));
        Assert.Contains(lines, l => l.Contains("technical.gap.bedside"));
    }

    [Fact]
    public void Contact_SilenceRightAfterABreach_IsAsUrgentAsTheBreach()
    {
        List<LogElement> log = [];
        for (var s = 0; s < 60; s++)
        {
            log.Add(Frame("monitor", SourceClass.Bedside, s * Second, (VitalSign.HeartRate, s < 52 ? 80 : 0)));
        }

        log.Add(new ClockElement(Start + (5 * Minute)));

        Assert.Contains(Lines(log), l => l.Contains("technical.contact.bedside") && l.Contains("Opened\tHigh"));
    }

    [Fact]
    public void Limits_AcknowledgedThenInDoubtThenBack_AreHeardAgain()
    {
        List<LogElement> log = [];
        for (var s = 0; s < 30; s++)
        {
            log.Add(Frame("monitor", SourceClass.Bedside, s * Second, (VitalSign.HeartRate, 140)));
        }

        log.Add(new AcknowledgementElement(Start + (31 * Second), "p", "limit.heart_rate.high", "a nurse"));
        log.Add(Frame("monitor", SourceClass.Bedside, 6 * 60 * Minute, (VitalSign.HeartRate, 140)));

        var result = Run(log);
        Assert.Contains(result.Lines, l => l.Contains("limit.heart_rate.high") && l.Contains("Recurred"));
        Assert.Equal(2, result.Pages.Count(p => p.Contains("limit.heart_rate.high")));
    }

    [Fact]
    public void Pages_ValueChartedAYearLate_IsRecordedAndPagesNobody()
    {
        var frame = Frame("chart", SourceClass.Charted, 0, (VitalSign.HeartRate, 170));
        List<LogElement> log = [frame with { ArrivalTime = Start + (365L * 24 * 60 * Minute) }];
        log.Add(new ClockElement(log[0].ArrivalTime + (10 * Minute)));

        var result = Run(log);
        Assert.Contains(result.Lines, l => l.Contains("limit.heart_rate.high") && l.Contains("Opened"));
        Assert.DoesNotContain(result.Pages, p => p.Contains("limit.heart_rate.high"));
    }

    [Theory]
    [InlineData(long.MaxValue, 40.0)]
    [InlineData(long.MinValue + 1, 40.0)]
    [InlineData(Start, -1.0)]
    [InlineData(Start, double.NaN)]
    public void Facts_ThatCannotBe_AreRefusedAndStopNothing(long admission, double age)
    {
        List<LogElement> log =
        [
            new PatientFactsElement(Start, "p", age, AdmissionTime: admission),
            Frame("monitor", SourceClass.Bedside, 0, (VitalSign.HeartRate, 80)),
        ];

        var result = Run(log);
        Assert.Equal((1, 1), (result.Totals.Accepted, result.Totals.Rejected));
        Assert.Single(result.DeadLetters);
    }

    private static WorldResult Run(List<LogElement> log) => SeededWorld.Run(log, new WorldOptions());

    private static IReadOnlyList<string> Lines(List<LogElement> log) => Run(log).Lines;

    private FrameElement Frame(string device, SourceClass source, long at, params (VitalSign Vital, double Value)[] values) =>
        FrameOf(device, source, at, [.. values.Select(v => new RecordedReading(v.Vital, v.Value))]);

    private FrameElement FrameOf(string device, SourceClass source, long at, params RecordedReading[] readings)
    {
        _sequences[device] = _sequences.GetValueOrDefault(device) + 1;
        return new FrameElement(Start + at, "p", device, source, 1, _sequences[device], Start + at, readings);
    }
}
