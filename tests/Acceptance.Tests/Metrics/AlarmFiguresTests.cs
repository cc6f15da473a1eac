// Alarms, hits, leads and thresholds, each on a case small enough to do by hand.
using MedAI.Streaming.Evaluation.Metrics;
using Xunit;
using static Acceptance.Tests.Metrics.Judging;

namespace Acceptance.Tests.Metrics;

public sealed class AlarmFiguresTests
{
    [Theory]
    // A digit is a score at an hour from 1, a space an hour without a row; the threshold is 5.
    [InlineData("0000", 0)]
    [InlineData("5", 1)]
    [InlineData("5555555555555", 1)]
    [InlineData("0505", 1)]
    [InlineData("0500005", 1)]
    [InlineData("05000005", 2)]
    // A crossing inside the lock-out is lost, not postponed: the score stays up and never alarms again.
    [InlineData("0500055555", 1)]
    // The lock-out counts hours, not rows; the hour before is the row before.
    [InlineData("50     5", 2)]
    [InlineData("5     5", 1)]
    [InlineData("44", 0)]
    [InlineData("45", 1)]
    public void Alarms_OfOneStay_FollowTheRule(string scores, int expected)
    {
        var (hours, values) = Parse(scores);
        var cohort = LabelledCohort.Of([new LabelledStay("p", [.. hours], [.. hours.Select(_ => false)])]);

        var burden = Judge(cohort, Points(5, values)).Alarms.Frozen!;

        Assert.Equal(expected * 24.0 / hours.Length, burden.AlarmsPerPatientDay.Value!.Value, 12);
        Assert.Equal(burden.AlarmsPerPatientDay.Value, burden.FalseAlarmsPerPatientDay.Value);
        Assert.Null(burden.Nne.Value);
    }

    // Alarms are the alarm score's, at its own threshold, matched on its own candidates; everything over hours is the risk's.
    [Fact]
    public void Judge_ModelWithAlarmScore_TakesAlarmsFromItAndHoursFromTheRisk()
    {
        var cohort = Patients("00000000", "00000011");
        double[] risks = [0.1, 0.2, 0.3, 0.1, 0.2, 0.1, 0.1, 0.2, 0.3, 0.3, 0.4, 0.4, 0.5, 0.6, 0.7, 0.8];
        double[] alarms = [0.1, 0.1, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.6, 0.1, 0.1, 0.1, 0.1];
        double[] news2 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0];
        var risk = Risk(risks) with { Frozen = new FrozenThresholds(0.6, 0.5) };

        var plain = Judge(cohort, risk, news2);
        var alarming = Judge(cohort, risk with { AlarmScores = [.. alarms] }, news2);

        Assert.Equal(plain.Auroc, alarming.Auroc);
        Assert.Equal(plain.Utility, alarming.Utility);
        Assert.Equal(plain.Ece, alarming.Ece);
        Assert.Equal((3.0, 0.5), (alarming.Alarms.Frozen!.AlarmsPerPatientDay.Value, 1 / alarming.Alarms.Frozen.Nne.Value));
        Assert.Equal(1.5, plain.Alarms.Frozen!.AlarmsPerPatientDay.Value);
        Assert.Equal(0.6, alarming.Alarms.AtNews2Ge7!.Threshold);
        Assert.Equal(0.8, plain.Alarms.AtNews2Ge7!.Threshold);
        Assert.Contains(alarming.Notes, note => note.Contains("alarm score", StringComparison.Ordinal));
        Assert.DoesNotContain(plain.Notes, note => note.Contains("alarm score", StringComparison.Ordinal));
        Assert.Equal(["Beforehand.", .. plain.Notes], Judge(cohort, risk with { Notes = ["Beforehand."] }, news2).Notes);
    }

    [Theory]
    [InlineData("0000", 0)]
    [InlineData("5", 1)]
    // Still up when the lock-out ends: again at hours 7 and 13.
    [InlineData("5555555555555", 3)]
    [InlineData("555555", 1)]
    [InlineData("0500005", 1)]
    [InlineData("05000005", 2)]
    // A crossing inside the lock-out is heard at its end, if the score is up then.
    [InlineData("0500055555", 2)]
    [InlineData("0500055000", 1)]
    // Hours count, not rows: without a row at hour 7 the alarm comes with the next one.
    [InlineData("5     5", 2)]
    [InlineData("55555  555", 2)]
    public void Alarms_OfOneStayRearmed_SoundAgainWhileTheScoreIsUp(string scores, int expected)
    {
        var (hours, values) = Parse(scores);
        var cohort = LabelledCohort.Of([new LabelledStay("p", [.. hours], [.. hours.Select(_ => false)])]);

        var burden = Judge(cohort, Points(5, values)).Rearmed.Frozen!;

        Assert.Equal(expected * 24.0 / hours.Length, burden.AlarmsPerPatientDay.Value!.Value, 12);
    }

    [Theory]
    // The first label is at hour 20, so onset is at 26: hits lie at 14 to 26.
    [InlineData(13, null)]
    [InlineData(14, 12.0)]
    [InlineData(20, 6.0)]
    [InlineData(26, 0.0)]
    [InlineData(27, null)]
    public void Hit_OneAlarm_CountsFromTwelveHoursBeforeOnset(int alarmAt, double? lead)
    {
        var scores = new double[30];
        scores[alarmAt - 1] = 1;

        var burden = Judge(Patients(new string('0', 19) + new string('1', 11)), Points(1, scores)).Alarms.Frozen!;

        Assert.Equal(lead, burden.LeadMedian.Value);
        Assert.Equal(lead is null ? 0 : 1, burden.Sensitivity.Value);
        Assert.Equal(lead is null ? null : 1, burden.Nne.Value);
    }

    [Fact]
    public void Burden_ThreePatients_IsCountedByHand()
    {
        // Onset of a and b is at 26. a alarms at 2 (false), 14 and 20 (hits, lead 12); b at 25 (lead 1); c, who is well, at 1.
        var septic = new string('0', 19) + new string('1', 11);
        var scores = new double[72];
        foreach (var row in (int[])[1, 13, 19, 30 + 24, 60]) scores[row] = 1;

        var burden = Judge(Patients(septic, septic, new string('0', 12)), Points(1, scores)).Alarms.Frozen!;

        Assert.Equal(1, burden.Sensitivity.Value);
        Assert.Equal(5 / 3.0, burden.AlarmsPerPatientDay.Value!.Value, 12);
        Assert.Equal(2 / 3.0, burden.FalseAlarmsPerPatientDay.Value!.Value, 12);
        Assert.Equal(5 / 3.0, burden.Nne.Value!.Value, 12);
        Assert.Equal(6.5, burden.LeadMedian.Value);
        Assert.Equal([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], burden.LeadHistogram);
    }

    [Fact]
    public void Matched_NotSteady_IsTheHighestThresholdThatFindsEnough()
    {
        // NEWS2 >= 5 finds both. The model finds the second from 0.8 on and the first at 0.6 only: at 0.4 its one alarm is too early.
        string[] labels = [new string('0', 19) + "1", new string('0', 19) + "1"];
        var news2 = new double[40];
        news2[15] = news2[35] = 5;
        var scores = new double[40];
        Array.Fill(scores, 0.4, 0, 20);
        scores[15] = 0.6;
        scores[35] = 0.8;

        var figures = Judge(Patients(labels), Risk(scores), news2);

        Assert.Equal(0.6, figures.Alarms.AtNews2Ge5!.Threshold);
        Assert.Equal(1, figures.Alarms.AtNews2Ge5.Sensitivity.Value);
        // NEWS2 >= 7 finds nobody, which the highest candidate of all does as well.
        Assert.Equal(0.8, figures.Alarms.AtNews2Ge7!.Threshold);
    }

    [Fact]
    public void Matched_NoThresholdReachesIt_IsNullAndSaidSo()
    {
        var news2 = new double[20];
        news2[15] = 7;

        // A steady score alarms once, at hour 1, which is too early.
        var figures = Judge(Patients(new string('0', 19) + "1"), Risk([.. Enumerable.Repeat(0.5, 20)]), news2);

        Assert.Null(figures.Alarms.AtNews2Ge7);
        Assert.Contains(figures.Notes, note => note.Contains("as NEWS2 >= 7 does", StringComparison.Ordinal));
        Assert.Equal(0, figures.Alarms.MostSensitive!.Sensitivity.Value);
        // Re-armed it alarms at 1, 7, 13 and 19, the latter two in time.
        Assert.Equal((0.5, 1.0), (figures.Rearmed.AtNews2Ge7!.Threshold, figures.Rearmed.AtNews2Ge7.Sensitivity.Value));
        Assert.DoesNotContain(figures.Notes, note => note.Contains("re-armed", StringComparison.Ordinal));
    }

    [Fact]
    public void Matched_Rearmed_GoesByWhatNews2FindsRearmed()
    {
        // NEWS2 is up from hour 1 on: by crossings it finds nobody in time, re-armed it does.
        string labels = new string('0', 19) + "1";
        var scores = new double[20];
        scores[4] = 0.9;
        scores[16] = 0.3;

        var figures = Judge(Patients(labels), Risk(scores), [.. Enumerable.Repeat(7.0, 20)]);

        Assert.Equal(0.9, figures.Alarms.AtNews2Ge7!.Threshold);
        Assert.Equal(0.3, figures.Rearmed.AtNews2Ge7!.Threshold);
    }

    [Fact]
    public void MostSensitive_SeveralThresholdsFindAsMany_IsTheHighest()
    {
        // At 0.8 the second is found, at 0.6 both; at 0.4 the first one's alarm is too early.
        var scores = new double[40];
        Array.Fill(scores, 0.4, 0, 20);
        scores[15] = 0.6;
        scores[35] = 0.8;

        var most = Judge(Patients(new string('0', 19) + "1", new string('0', 19) + "1"), Risk(scores)).Alarms.MostSensitive!;

        Assert.Equal((0.6, 1.0), (most.Threshold, most.Sensitivity.Value));
    }

    [Theory]
    // What "%.3g" gives, also where .NET's own formatting would not: exact ties go to even digits.
    [InlineData(0.3125, 0.312)]
    [InlineData(0.09375, 0.0938)]
    [InlineData(0.03125, 0.0312)]
    [InlineData(0.21875, 0.219)]
    [InlineData(0.0125, 0.0125)]
    [InlineData(0.99951171875, 1.0)]
    [InlineData(0.99949999, 0.999)]
    [InlineData(0.012350000001, 0.0124)]
    [InlineData(1234.5, 1230.0)]
    [InlineData(1225.0, 1220.0)]
    [InlineData(7.0, 7.0)]
    [InlineData(1.2345e-30, 1.23e-30)]
    [InlineData(-0.3125, -0.312)]
    [InlineData(-4.567, -4.57)]
    public void Candidates_OneScore_IsRoundedToThreeDigits(double score, double candidate)
    {
        // One patient whose last hour alone carries the score; the others lie far below and are candidates of their own.
        var scores = new double[20];
        Array.Fill(scores, -1e6);
        scores[19] = score;

        Assert.Equal(candidate, Judge(Patients(new string('0', 19) + "1"), Points(0, scores)).Alarms.AtNews2Ge5!.Threshold);
    }

    [Fact]
    public void Candidates_RoundedAboveTheirScore_AreNotReachedByIt()
    {
        // 0.6567 becomes 0.657, which the score itself does not reach; the next candidate below finds the patient.
        var news2 = new double[20];
        news2[18] = 5;
        var scores = new double[20];
        scores[17] = 0.2;
        scores[18] = 0.6567;

        Assert.Equal(0.2, Judge(Patients(new string('0', 19) + "1"), Risk(scores), news2).Alarms.AtNews2Ge5!.Threshold);
    }

    private static (int[] Hours, double[] Scores) Parse(string text)
    {
        var hours = Enumerable.Range(1, text.Length).Where(h => text[h - 1] != ' ').ToArray();
        return (hours, [.. hours.Select(h => (double)(text[h - 1] - '0'))]);
    }
}
