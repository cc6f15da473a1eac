// A discharge ends everything; facts or a device bring the patient back, as one of whom only the person is known.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Controls;

public sealed class DischargeTests
{
    private const string High = "limit.heart_rate.high";

    [Fact]
    public void Discharge_WhateverIsLive_EndsAll()
    {
        var story = new WardLog().Frames("p", "a", 0, 130, VitalSign.HeartRate, 160).Frames("p", "b", 0, 60, VitalSign.SpO2, 80)
            .Frames("p", "b", 60, 70, VitalSign.SpO2, 97).Discharge("p", 130).Clock(3600).Run();

        var live = new HashSet<string>();
        foreach (var line in story.All().Select(t => t.Split(' ')))
        {
            _ = line[1] == "Opened" ? live.Add(line[0]) : line[1] == "Resolved" && live.Remove(line[0]);
        }

        Assert.Empty(live);
        Assert.Contains($"{High} Resolved Discharged", story.All());
        Assert.Contains("limit.spo2.low Resolved Discharged", story.All());
        Assert.Contains("score.news2 Resolved Discharged", story.All());
    }

    [Fact]
    public void Discharge_DataAfterIt_IsRefusedAndDataBeforeItIsStored()
    {
        var story = new WardLog().Frames("p", "d", 0, 10, VitalSign.HeartRate, 80).Discharge("p", 20)
            .Frames("p", "d", 20, 25, VitalSign.HeartRate, 200).Frame("p", "d", 15, VitalSign.HeartRate, 200, arrives: 30)
            .Frame("p", "new", 16, VitalSign.HeartRate, 200, arrives: 31).Frame("p", "new", 31, VitalSign.HeartRate, 200).Clock(600).Run();

        Assert.Equal((10, 2, 6), (story.Result.Totals.Accepted, story.Result.Totals.Late, story.Rejected(RejectReason.PatientDischarged)));
        Assert.Equal(6, story.Result.DeadLetters.Count);
        Assert.Empty(story.All());
    }

    [Fact]
    public void Discharge_RecordedLate_HoldsFromItsTimeOn()
    {
        var story = new WardLog().Frames("p", "d", 0, 60, VitalSign.HeartRate, 80).Discharge("p", 30, arrives: 60)
            .Frame("p", "d", 29, VitalSign.HeartRate, 80, arrives: 61).Frame("p", "d", 30, VitalSign.HeartRate, 80, arrives: 61).Run();

        Assert.Equal((1, 1), (story.Result.Totals.Late, story.Rejected(RejectReason.PatientDischarged)));
    }

    [Fact]
    public void Readmission_ByFacts_LetsDevicesBeHeardAgain()
    {
        var story = new WardLog().Frames("p", "d", 0, 30, VitalSign.HeartRate, 80).Discharge("p", 30)
            .Add(new PatientFactsElement(WardLog.At(600), "p", 50)).Frames("p", "d", 590, 630, VitalSign.HeartRate, 160).Run();

        Assert.Equal(["Opened High AboveLimit"], story.Of(High));
        Assert.Equal(10, story.Rejected(RejectReason.PatientDischarged));
        Assert.Empty(story.Of("technical.gap.bedside"));
    }

    [Fact]
    public void Readmission_ByFactsWithAnAdmission_HoldsFromTheAdmissionOn()
    {
        var story = new WardLog().Frames("p", "d", 0, 30, VitalSign.HeartRate, 80).Discharge("p", 30)
            .Add(new PatientFactsElement(WardLog.At(600), "p", 50, AdmissionTime: WardLog.At(590)))
            .Frames("p", "d", 580, 630, VitalSign.HeartRate, 80).Run();

        // Up to the record nobody knows of the admission.
        Assert.Equal(20, story.Rejected(RejectReason.PatientDischarged));
        Assert.Equal(60, story.Result.Totals.Accepted);
    }

    [Fact]
    public void Readmission_ByADevice_HoldsForThatDeviceAndAssociationsBeforeAreOver()
    {
        var log = new WardLog().Wear("p", "a", 0).Wear("p", "b", 0).Frames("p", "a", 0, 30, VitalSign.HeartRate, 80)
            .Frames("p", "b", 0, 30, VitalSign.SpO2, 97).Discharge("p", 30).Wear("p", "a", 60);

        var story = log.Frames("p", "a", 60, 90, VitalSign.HeartRate, 160).Frames("p", "b", 60, 90, VitalSign.SpO2, 70).Run();
        Assert.Equal(["Opened High AboveLimit"], story.Of(High));
        Assert.Empty(story.Of("limit.spo2.low"));
        Assert.Equal(30, story.Rejected(RejectReason.DeviceNotWorn));
    }

    [Fact]
    public void Discharge_OfAStayThatIsOver_ChangesNothing()
    {
        var story = new WardLog().Frames("p", "d", 0, 30, VitalSign.HeartRate, 80).Discharge("p", 30)
            .Add(new PatientFactsElement(WardLog.At(60), "p", 50)).Frames("p", "d", 60, 90, VitalSign.HeartRate, 160)
            .Discharge("p", 30, arrives: 90).Frames("p", "d", 90, 95, VitalSign.HeartRate, 160).Run();

        Assert.Equal(["Opened High AboveLimit"], story.Of(High));
        Assert.Equal(0, story.Rejected(RejectReason.PatientDischarged));
    }

    [Fact]
    public void Readmission_AfterLimitsOfTheStayBefore_IsUnderTheSitesLimits()
    {
        var story = new WardLog().Limits("p", 0, new PatientLimit(High, true, [new(200, AlertPriority.High)]))
            .Frames("p", "d", 0, 30, VitalSign.HeartRate, 160).Discharge("p", 30).Add(new PatientFactsElement(WardLog.At(60), "p", 50))
            .Frames("p", "d", 60, 90, VitalSign.HeartRate, 160).Run();

        Assert.Equal(["Opened High AboveLimit"], story.Of(High));
        Assert.Equal(WardLog.At(70), story.Episode(High).Opened);
    }

    [Fact]
    public void Readmission_AfterAnOrderOfScale2_IsOnScale1()
    {
        // 91 % gives no points on scale 2, and three on scale 1.
        var story = new WardLog().Add(new PatientFactsElement(WardLog.At(0), "p", 50, SpO2Scale2OrderedBy: "a doctor"))
            .Frames("p", "d", 0, 61, VitalSign.SpO2, 91).Discharge("p", 70).Wear("p", "d", 120)
            .Frames("p", "d", 120, 181, VitalSign.SpO2, 91).Run();

        var scores = story.Series("score.news2");
        Assert.Contains("60 0 Partial", scores);
        Assert.Contains("180 3 Partial", scores);
    }

    [Fact]
    public void Totals_OverTwoStays_CountTheHoursOfBoth()
    {
        var story = new WardLog().Frames("p", "d", 0, 37, VitalSign.HeartRate, 80).Discharge("p", 40)
            .Add(new PatientFactsElement(WardLog.At(3600), "p", 50)).Frames("p", "d", 3600, 3673, VitalSign.HeartRate, 80).Run();

        Assert.Equal((36 + 72) / 3600.0, story.Result.Totals.EventHours, 9);
    }
}
