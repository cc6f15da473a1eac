// Limits of a patient's own hold for that patient, from the record on, and wrong ones never.
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Controls;

public sealed class PatientLimitsTests
{
    private const string High = "limit.heart_rate.high";
    private static readonly PatientLimit From110 = new(High, true, [new(110, AlertPriority.High)]);
    private static readonly PatientLimit From200 = new(High, true, [new(200, AlertPriority.High)]);
    private static readonly PatientLimit Off = new(High, false, []);

    [Fact]
    public void Limits_ForOnePatient_DoNotTouchAnother()
    {
        var story = new WardLog().Limits("p", 0, From110).Frames("p", "d", 0, 30, VitalSign.HeartRate, 120)
            .Frames("q", "e", 0, 30, VitalSign.HeartRate, 120).Run();

        Assert.Equal(["Opened High AboveLimit"], story.Of(High));
        Assert.Empty(story.Of(High, "q"));
    }

    [Fact]
    public void Limits_PutOutOfForce_EndTheOpenEpisode()
    {
        var story = new WardLog().Frames("p", "d", 0, 30, VitalSign.HeartRate, 160).Limits("p", 30, Off)
            .Frames("p", "d", 30, 60, VitalSign.HeartRate, 160).Run();

        Assert.Equal(["Opened High AboveLimit", "Resolved High LimitsChanged"], story.Of(High));
    }

    [Fact]
    public void Limits_ReplacedByNone_AreTheSitesAgain()
    {
        var story = new WardLog().Limits("p", 0, Off).Frames("p", "d", 0, 30, VitalSign.HeartRate, 160).Limits("p", 30)
            .Frames("p", "d", 30, 60, VitalSign.HeartRate, 160).Run();

        Assert.Equal(["Opened High AboveLimit"], story.Of(High));
        Assert.Equal(WardLog.At(40), story.Episode(High).Opened);
    }

    [Fact]
    public void Limits_RaisedUnderAnOpenEpisode_LetTheNextReadingDecide()
    {
        var story = new WardLog().Frames("p", "d", 0, 30, VitalSign.HeartRate, 160).Limits("p", 30, From200)
            .Frames("p", "d", 31, 60, VitalSign.HeartRate, 160).Run();

        Assert.Equal(["Opened High AboveLimit", "Resolved High BackInsideLimit"], story.Of(High));
    }

    [Fact]
    public void Limits_OfAnotherRule_LeaveADelayUnderWay()
    {
        var log = new WardLog().Frames("p", "d", 0, 8, VitalSign.HeartRate, 160)
            .Limits("p", 8, new PatientLimit("limit.spo2.low", true, [new(88, AlertPriority.High)]));

        Assert.Equal(WardLog.At(10), log.Frames("p", "d", 8, 30, VitalSign.HeartRate, 160).Run().Episode(High).Opened);
    }

    [Fact]
    public void Limits_OfTheSameRule_StartItsDelayAnew()
    {
        var log = new WardLog().Frames("p", "d", 0, 8, VitalSign.HeartRate, 160).Limits("p", 8, From110);

        Assert.Equal(WardLog.At(18), log.Frames("p", "d", 8, 30, VitalSign.HeartRate, 160).Run().Episode(High).Opened);
    }

    [Fact]
    public void Limits_WithTheirOwnDelay_AlarmByIt()
    {
        var log = new WardLog().Limits("p", 0, From110 with { DelaySeconds = 0 });

        Assert.Equal(WardLog.At(5), log.Frames("p", "d", 5, 30, VitalSign.HeartRate, 120).Run().Episode(High).Opened);
    }

    [Fact]
    public void Limits_LoweredBelowTheLastValueThenSilence_AreAsUrgentAsTheBreach()
    {
        var story = new WardLog().Frames("p", "d", 0, 30, VitalSign.HeartRate, 120).Limits("p", 30, From110).Clock(300).Run();

        Assert.Equal(["Opened High ContactLost"], story.Of("technical.contact.bedside"));
    }

    [Fact]
    public void Limits_ThatMayNotHold_AreRefusedInWordsAndChangeNothing()
    {
        var story = new WardLog().Limits("p", 0, From110)
            .Limits("p", 1, new PatientLimit(High, true, [new(120, AlertPriority.High), new(140, AlertPriority.Low)]))
            .Frames("p", "d", 2, 30, VitalSign.HeartRate, 120).Run();

        Assert.Equal(
            $"p malformed 1 limits[0]: '{High}' level 2 must be more extreme and more urgent than the level before it",
            Assert.Single(story.Result.DeadLetters));
        Assert.Equal(["Opened High AboveLimit"], story.Of(High));
    }

    [Fact]
    public void Ward_ThatPutsARuleOutOfForce_EndsItsOpenEpisode()
    {
        var story = new WardLog().Frames("p", "d", 0, 30, VitalSign.HeartRate, 160)
            .Add(new PatientFactsElement(WardLog.At(30), "p", 50, Ward: "icu")).Frames("p", "d", 30, 60, VitalSign.HeartRate, 160).Run();

        Assert.Equal(["Opened High AboveLimit", "Resolved High LimitsChanged"], story.Of(High));
    }

    [Fact]
    public void Ward_UnderLimitsOfTheirOwn_DoesNotChangeThem()
    {
        var story = new WardLog().Limits("p", 0, From110).Frames("p", "d", 0, 30, VitalSign.HeartRate, 120)
            .Add(new PatientFactsElement(WardLog.At(30), "p", 50, Ward: "icu")).Frames("p", "d", 30, 60, VitalSign.HeartRate, 120).Run();

        Assert.Equal(["Opened High AboveLimit"], story.Of(High));
    }

    [Fact]
    public void Acknowledgement_OfAnEpisodeThatEscalatedSince_DoesNotSilenceIt()
    {
        // 140 opens at medium priority with ordinal 0; 160 escalates.
        var log = new WardLog().Frames("p", "d", 0, 30, VitalSign.HeartRate, 140).Frames("p", "d", 30, 60, VitalSign.HeartRate, 160);
        var (opened, _) = log.Run().Episode(High);

        string[] Acknowledged(long? seen, int? ordinal) => log.Add(new AcknowledgementElement(
            WardLog.At(60), "p", High, "a nurse", seen, ordinal)).Run().Of(High);

        Assert.Equal(["Opened Medium AboveLimit", "Escalated High AboveLimit"], Acknowledged(opened, 0));
        Assert.Equal(["Opened Medium AboveLimit", "Escalated High AboveLimit"], Acknowledged(opened - 1, 1));
        Assert.Equal("Acknowledged High ByPerson", Acknowledged(opened, 1)[^1]);
    }

    [Fact]
    public void Settings_OfThePatient_GoBehindThePatientsRecords()
    {
        var settings = new MonitorSettings
        {
            PatientLimits = new Dictionary<string, IReadOnlyList<LimitRule>>
            {
                ["p"] = [.. DefaultRules.Limits.Where(l => l.Id == High).Select(l => l with { Enabled = false })],
            },
        };
        var log = new WardLog().Frames("p", "d", 0, 30, VitalSign.HeartRate, 160).Limits("p", 30, From110)
            .Frames("p", "d", 30, 60, VitalSign.HeartRate, 160);

        var story = log.Run(TestLaw.Create(settings));
        Assert.Equal(["Opened High AboveLimit"], story.Of(High));
        Assert.Equal(WardLog.At(40), story.Episode(High).Opened);
    }
}
