// What is not fit to be judged is refused, with the patient and hour it is about.
using MedAI.Streaming.Evaluation.Metrics;
using MedAI.Streaming.Evaluation.Report;
using Xunit;
using static Acceptance.Tests.Metrics.Judging;

namespace Acceptance.Tests.Metrics;

public sealed class EvaluationInputTests
{
    [Fact]
    public void Judge_ModelWithoutAScore_NamesPatientAndHour()
    {
        var cohort = LabelledCohort.Of([Stay("anna", 1, "000"), Stay("bert", 7, "0 1")]);

        var refused = Assert.Throws<ArgumentException>(() => Judge(cohort, Risk(0.1, 0.1, 0.1, 0.1, double.NaN)));

        Assert.Equal("model 1.0.0 has no score for patient bert at hour 9.", refused.Message);
    }

    [Theory]
    [InlineData(double.PositiveInfinity, "an infinite score for patient p0 at hour 2")]
    [InlineData(1.5, "a probability outside 0 to 1 for patient p0 at hour 2")]
    [InlineData(-0.1, "a probability outside 0 to 1 for patient p0 at hour 2")]
    public void Judge_ScoreThatCannotBe_IsRefused(double score, string reason) =>
        Assert.Contains(
            reason,
            Assert.Throws<ArgumentException>(() => Judge(Patients("01"), Risk(0.5, score))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Judge_AlarmScoreThatIsMissing_NamesPatientAndHour() => Assert.Equal(
        "model 1.0.0 has no alarm score for patient p0 at hour 2.",
        Assert.Throws<ArgumentException>(() => Judge(Patients("01"), Risk(0.1, 0.2) with { AlarmScores = [0.1, double.NaN] })).Message);

    [Fact]
    public void Judge_ClinicalScoreThatIsMissing_CountsAsZero()
    {
        var missing = News2(double.NaN, 3, double.NaN, 5);

        Assert.Equal(Judge(Patients("0101"), News2(0, 3, 0, 5)).Auroc, Judge(Patients("0101"), missing).Auroc);
    }

    [Fact]
    public void Judge_NotOneScoreForEachHour_IsRefused() =>
        Assert.Contains(
            "3 scores for 2 scored hours",
            Assert.Throws<ArgumentException>(() => Judge(Patients("01"), Risk(0, 1, 1))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Report_OneModelOfSeveralWithoutAScore_IsRefusedByItsOwnMessage()
    {
        var news2 = News2(0, 1);

        var refused = Assert.Throws<ArgumentException>(() =>
            EvaluationReport.Of("csv", Patients("01"), news2, [news2, Risk(0.1, double.NaN) with { Name = "holes" }]));

        Assert.StartsWith("holes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cohort_StaysThatCannotBe_AreRefused()
    {
        static string Refused(params LabelledStay[] stays) => Assert.Throws<ArgumentException>(() => LabelledCohort.Of(stays)).Message;

        Assert.StartsWith("There is no patient", Refused(), StringComparison.Ordinal);
        Assert.StartsWith("Patient a comes twice", Refused(Stay("a", 1, "0"), Stay("a", 1, "0")), StringComparison.Ordinal);
        Assert.StartsWith("Patient a: no scored hour", Refused(Stay("a", 1, "")), StringComparison.Ordinal);
        Assert.StartsWith("Patient a: hour 3 follows hour 3", Refused(new LabelledStay("a", [3, 3], [false, false])), StringComparison.Ordinal);
        Assert.StartsWith("Patient a: not one label", Refused(new LabelledStay("a", [3, 4], [false])), StringComparison.Ordinal);
    }

    [Fact]
    public void Model_InputsInAnotherWord_AreRefused() =>
        Assert.Contains(
            "vitals, all or time, not 'labs'",
            Assert.Throws<ArgumentException>(() => Risk(1) with { Inputs = "labs" }).Message,
            StringComparison.Ordinal);
}
