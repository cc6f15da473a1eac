// Who wore the device: what is taken off is over, what comes late is stored, and the next patient starts clean.
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Controls;

public sealed class AssociationTests
{
    private const string High = "limit.heart_rate.high";

    [Fact]
    public void End_OfADeviceWithAnOpenLimit_EndsItsEpisode()
    {
        var story = new WardLog().Frames("p", "d", 0, 30, VitalSign.HeartRate, 160).TakeOff("p", "d", 30).Clock(60).Run();

        Assert.Equal(["Opened High AboveLimit", "Resolved High DeviceRemoved"], story.Of(High));
    }

    [Fact]
    public void End_OfALatchedLimit_LeavesNothingToBeAcknowledged()
    {
        var story = new WardLog().Frames("p", "d", 0, 30, VitalSign.SpO2, 80).Frames("p", "d", 30, 60, VitalSign.SpO2, 97)
            .TakeOff("p", "d", 60).Clock(90).Run();

        Assert.Equal(
            ["Opened High BelowLimit", "Latched High BackInsideLimit", "Resolved High DeviceRemoved"], story.Of("limit.spo2.low"));
    }

    [Fact]
    public void End_OfABadSignal_EndsItsAlert()
    {
        var log = new WardLog();
        for (var s = 0; s < 30; s++)
        {
            log.Add(new FrameElement(
                WardLog.At(s), "p", "d", SourceClass.Bedside, 1, (ulong)s + 1, WardLog.At(s),
                [new(VitalSign.HeartRate, 0, Validity: Validity.Invalid)]));
        }

        Assert.Equal(
            ["Opened Low SignalBad", "Resolved Low DeviceRemoved"],
            log.TakeOff("p", "d", 30).Clock(60).Run().Of("technical.signal.heart_rate"));
    }

    [Fact]
    public void End_OfOneOfTwoDevices_LeavesWhatTheOtherMeasures()
    {
        var story = new WardLog().Frames("p", "a", 0, 90, VitalSign.HeartRate, 160).Frames("p", "b", 0, 30, VitalSign.RespiratoryRate, 45)
            .TakeOff("p", "b", 30).Run();

        Assert.Equal(["Opened High AboveLimit"], story.Of(High));
        Assert.Equal(["Opened High AboveLimit", "Resolved High DeviceRemoved"], story.Of("limit.respiratory_rate.high"));
    }

    [Fact]
    public void End_OfTheLastDevice_EndsScoresToo()
    {
        var story = new WardLog().Frames("p", "d", 0, 130, VitalSign.RespiratoryRate, 45).TakeOff("p", "d", 130).Clock(600).Run();

        Assert.Equal("Resolved Low DeviceRemoved", story.Of("score.news2")[^1]);
        Assert.Equal(Opened(story), Resolved(story));
    }

    [Fact]
    public void End_OfOneOfTwoDevices_LetsScoresMissItsValuesAtTheNextTick()
    {
        var story = new WardLog().Frames("p", "a", 1, 299, VitalSign.HeartRate, 125).Frames("p", "b", 1, 130, VitalSign.RespiratoryRate, 23)
            .TakeOff("p", "b", 130).Run();

        Assert.Equal(
            ["60 4 Partial", "120 4 Partial", "180 2 Partial", "240 2 Partial", "300 2 Partial"], story.Series("score.news2"));
        Assert.Empty(story.Of("technical.stale_inputs"));
    }

    [Fact]
    public void End_OfAStaleInputUnderAnOpenScore_SaysThatTheDeviceWasTakenAway()
    {
        var log = new WardLog().Frames("p", "a", 0, 900, VitalSign.HeartRate, 70).Frames("p", "b", 0, 90, VitalSign.RespiratoryRate, 40);

        var story = log.TakeOff("p", "b", 600).Run();

        Assert.Equal(["Opened Low InputsStale", "Resolved Low DeviceRemoved"], story.Of("technical.stale_inputs"));
    }

    [Fact]
    public void End_ThenSilence_IsNotALostContact()
    {
        var story = new WardLog().Frames("p", "d", 0, 30, VitalSign.HeartRate, 80).TakeOff("p", "d", 30).Clock(3600).Run();

        Assert.Empty(story.All());
    }

    [Theory]
    [InlineData(false, "Resolved Medium DeviceRemoved")]
    [InlineData(true, "Recurred Medium ContactLost")]
    public void End_OfALostDevice_EndsItsAlertUnlessAnotherIsLost(bool other, string last)
    {
        var log = new WardLog().Frames("p", "a", 0, 30, VitalSign.HeartRate, 80).Frames("p", "c", 0, 900, VitalSign.RespiratoryRate, 16);
        if (other)
        {
            log.Frames("p", "b", 0, 40, VitalSign.SpO2, 97);
        }

        Assert.Equal(last, log.TakeOff("p", "a", 200).Run().Of("technical.contact.bedside")[^1]);
    }

    [Fact]
    public void End_OfTheLastDeviceOfAClass_EndsItsGapAlert()
    {
        var log = new WardLog().Frames("p", "chart", 0, 1, VitalSign.Temperature, 37, SourceClass.Charted)
            .Frames("p", "a", 0, 20, VitalSign.HeartRate, 80).Pass("a", 5).Frames("p", "a", 20, 40, VitalSign.HeartRate, 80);

        Assert.Equal(
            ["Opened Low SequenceGap", "Resolved Low DeviceRemoved"], log.TakeOff("p", "a", 40).Run().Of("technical.gap.bedside"));
    }

    [Fact]
    public void End_DataOfTheTimeBeforeThatComesLate_IsStoredAndNeverJudged()
    {
        var log = new WardLog().Frames("p", "d", 0, 10, VitalSign.HeartRate, 80).TakeOff("p", "d", 40);
        for (var s = 10; s < 40; s++)
        {
            log.Frame("p", "d", s, VitalSign.HeartRate, 200, arrives: 60);
        }

        var story = log.Clock(3600).Run();
        Assert.Empty(story.All());
        Assert.Equal((40, 10, 30), (story.Result.Totals.In, story.Result.Totals.Accepted, story.Result.Totals.Late));
        Assert.Equal(40, story.Series("heart_rate").Length);
        Assert.Equal("39 200 Late", story.Series("heart_rate")[^1]);
    }

    [Fact]
    public void End_LateDataSentTwice_IsStoredOnce()
    {
        var story = new WardLog().Frames("p", "d", 0, 10, VitalSign.HeartRate, 80).TakeOff("p", "d", 40)
            .Frame("p", "d", 10, VitalSign.HeartRate, 90, arrives: 60).Frame("p", "d", 10, VitalSign.HeartRate, 90, arrives: 61, sequence: 11)
            .Frame("p", "d", 5, VitalSign.HeartRate, 80, arrives: 62, sequence: 6).Run();

        Assert.Equal((1, 2), (story.Result.Totals.Late, story.Result.Totals.Duplicate));
        Assert.Equal(11, story.Series("heart_rate").Length);
    }

    [Fact]
    public void End_DataOfTheTimeAfter_IsRefusedAndKept()
    {
        var story = new WardLog().Frames("p", "d", 0, 10, VitalSign.HeartRate, 80).TakeOff("p", "d", 10)
            .Frames("p", "d", 10, 15, VitalSign.HeartRate, 200).Run();

        Assert.Equal(5, story.Rejected(RejectReason.DeviceNotWorn));
        Assert.Equal(5, story.Result.DeadLetters.Count);
        Assert.Contains("p device_not_worn 1 d/1/11 at 2026", story.Result.DeadLetters[0], StringComparison.Ordinal);
        Assert.Empty(story.All());
    }

    [Fact]
    public void End_RecordedAheadOfTime_HoldsFromTheRecordOn()
    {
        var story = new WardLog().Frames("p", "d", 0, 10, VitalSign.HeartRate, 80).TakeOff("p", "d", 600, arrives: 10)
            .Frames("p", "d", 10, 15, VitalSign.HeartRate, 200).Run();

        Assert.Equal(5, story.Rejected(RejectReason.DeviceNotWorn));
    }

    [Fact]
    public void End_FramesHeldAtAGap_AreStoredAndNeverJudged()
    {
        var story = new WardLog().Frames("p", "d", 0, 60, VitalSign.HeartRate, 80).Pass("d", 1)
            .Frames("p", "d", 61, 63, VitalSign.HeartRate, 250).TakeOff("p", "d", 62).Clock(600).Run();

        Assert.Empty(story.All());
        Assert.Equal(62, story.Series("heart_rate").Length);
        Assert.Equal(62, story.Result.Totals.Accepted);
    }

    [Fact]
    public void Start_OnOnePatientAfterTheOtherAndBack_RaisesNoGapAndIsJudged()
    {
        var log = new WardLog().Wear("a", "d", 0).Frames("a", "d", 0, 60, VitalSign.HeartRate, 80);
        log.TakeOff("a", "d", 60).Wear("b", "d", 60).Frames("b", "d", 60, 120, VitalSign.HeartRate, 160);
        log.TakeOff("b", "d", 120, from: 60).Wear("a", "d", 120).Frames("a", "d", 120, 180, VitalSign.HeartRate, 160);

        var story = log.Run();
        Assert.Equal(["Opened High AboveLimit"], story.Of(High, "a"));
        Assert.Equal(["Opened High AboveLimit", "Resolved High DeviceRemoved"], story.Of(High, "b"));
        Assert.DoesNotContain(story.Result.Lines, l => l.Contains("technical."));
        Assert.Equal(180, story.Result.Totals.Accepted);
    }

    [Fact]
    public void Start_NumberedFromOneAgain_IsHeard()
    {
        var log = new WardLog().Wear("p", "d", 0).Frames("p", "d", 0, 60, VitalSign.HeartRate, 80).TakeOff("p", "d", 60).Wear("p", "d", 120);
        for (var s = 0; s < 30; s++)
        {
            log.Frame("p", "d", 120 + s, VitalSign.HeartRate, 160, sequence: (ulong)s + 1);
        }

        var story = log.Run();
        Assert.Equal(["Opened High AboveLimit"], story.Of(High));
        Assert.Equal((90, 0), (story.Result.Totals.Accepted, story.Result.Totals.Duplicate));
    }

    [Fact]
    public void Start_DataFromBefore_IsRefusedOrOfTheTimeBefore()
    {
        var story = new WardLog().Wear("p", "d", 0).Frames("p", "d", 0, 10, VitalSign.HeartRate, 80).TakeOff("p", "d", 20)
            .Wear("p", "d", 40).Frames("p", "d", 40, 50, VitalSign.HeartRate, 80)
            .Frame("p", "d", 15, VitalSign.HeartRate, 200, arrives: 50).Frame("p", "d", 30, VitalSign.HeartRate, 200, arrives: 50).Run();

        Assert.Equal((20, 1, 1), (story.Result.Totals.Accepted, story.Result.Totals.Late, story.Rejected(RejectReason.DeviceNotWorn)));
        Assert.Equal("15 200 Late", story.Series("heart_rate")[10]);
    }

    [Fact]
    public void Start_WhileTheDeviceIsInUse_EndsNothing()
    {
        var story = new WardLog().Frames("p", "d", 0, 30, VitalSign.HeartRate, 160).Wear("p", "d", 30)
            .Frames("p", "d", 30, 60, VitalSign.HeartRate, 160).Run();

        Assert.Equal(["Opened High AboveLimit"], story.Of(High));
        Assert.DoesNotContain(story.Result.Lines, l => l.Contains("technical."));
    }

    [Fact]
    public void Records_ThatComeTwice_ChangeNothing()
    {
        var log = new WardLog().Wear("p", "d", 0).Wear("p", "d", 0, arrives: 5).Frames("p", "d", 0, 60, VitalSign.HeartRate, 80);
        log.TakeOff("p", "d", 60).TakeOff("p", "d", 60, arrives: 61);
        log.Wear("p", "d", 90).TakeOff("p", "d", 60, arrives: 91).Wear("p", "d", 90, arrives: 92);
        log.Frames("p", "d", 93, 130, VitalSign.HeartRate, 160);

        Assert.Equal(["Opened High AboveLimit"], log.Run().Of(High));
    }

    [Fact]
    public void Devices_MoreThanAPatientMayHave_TakeThePlaceOfThoseTakenAway()
    {
        var log = new WardLog();
        for (var d = 0; d < PatientState.MaxDevices; d++)
        {
            log.Frame("p", $"d{d}", d, VitalSign.HeartRate, 80);
        }

        var story = log.Frame("p", "one-too-many", 20, VitalSign.HeartRate, 80).TakeOff("p", "d3", 30)
            .Frames("p", "new", 30, 90, VitalSign.RespiratoryRate, 45).Frame("p", "one-more", 91, VitalSign.HeartRate, 80).Run();
        Assert.Equal(2, story.Rejected(RejectReason.Malformed));
        Assert.Contains(story.Result.DeadLetters, d => d.Contains("the patient has 16 devices already"));
        Assert.Equal(["Opened High AboveLimit"], story.Of("limit.respiratory_rate.high"));
    }

    [Fact]
    public void Device_SaidToBeOfAnotherClass_IsRefused()
    {
        var story = new WardLog().Frames("p", "d", 0, 5, VitalSign.HeartRate, 80)
            .Frame("p", "d", 5, VitalSign.HeartRate, 80, SourceClass.Wearable).Run();

        Assert.Contains("d/1/6 at", Assert.Single(story.Result.DeadLetters), StringComparison.Ordinal);
        Assert.Equal((5, 1), (story.Result.Totals.Accepted, story.Rejected(RejectReason.Malformed)));
    }

    private static IEnumerable<string> Opened(Story story) =>
        story.All().Where(t => t.Contains(" Opened ")).Select(t => t.Split(' ')[0]).Distinct().Order();

    private static IEnumerable<string> Resolved(Story story) =>
        story.All().Where(t => t.Contains(" Resolved DeviceRemoved")).Select(t => t.Split(' ')[0]).Distinct().Order();
}
