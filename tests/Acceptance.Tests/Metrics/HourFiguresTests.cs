// Figures over hours, each on a case small enough to do by hand.
using MedAI.Streaming.Evaluation.Metrics;
using Xunit;
using static Acceptance.Tests.Metrics.Judging;

namespace Acceptance.Tests.Metrics;

public sealed class HourFiguresTests
{
    // What predicting d = -12 to 3 of one septic patient gains: 0/6 to 6/6, then 10/9 to 18/9.
    private const double BestGain = (21 / 6.0) + (126 / 9.0);

    [Theory]
    // Of four pairs of labelled and unlabelled hours: four right; three right; one right and two ties; none.
    [InlineData(new[] { 0.1, 0.2, 0.3, 0.4 }, 1.0)]
    [InlineData(new[] { 0.1, 0.3, 0.2, 0.4 }, 0.75)]
    [InlineData(new[] { 0.1, 0.3, 0.3, 0.1 }, 0.5)]
    [InlineData(new[] { 0.4, 0.3, 0.2, 0.1 }, 0.0)]
    [InlineData(new[] { 0.5, 0.5, 0.5, 0.5 }, 0.5)]
    public void Auroc_FourHours_IsTheShareOfPairsInOrder(double[] scores, double expected) =>
        Assert.Equal(expected, Judge(Patients("0011"), Risk(scores)).Auroc.Value);

    [Theory]
    // From the highest: 1/1 and 2/3 for half the recall each; both at once among all four; 1/2 and 2/4.
    [InlineData("0101", new[] { 0.1, 0.2, 0.3, 0.4 }, (1.0 / 2) + (2.0 / 3 / 2))]
    [InlineData("0011", new[] { 0.5, 0.5, 0.5, 0.5 }, 0.5)]
    [InlineData("1010", new[] { 0.1, 0.2, 0.3, 0.4 }, (1.0 / 2 / 2) + (2.0 / 4 / 2))]
    public void Auprc_FourHours_IsAveragePrecision(string labels, double[] scores, double expected) =>
        Assert.Equal(expected, Judge(Patients(labels), Risk(scores)).Auprc.Value!.Value, 15);

    [Fact]
    public void PrevalenceAndBrier_FourHours_AreMeans()
    {
        var figures = Judge(Patients("0001"), Risk(0.5, 0.0, 0.5, 0.9));

        Assert.Equal(0.25, figures.Prevalence.Value);
        Assert.Equal((0.25 + 0.25 + 0.01) / 4, figures.Brier.Value!.Value, 15);
    }

    [Fact]
    public void Ece_SeventeenHours_TakesTheFirstTwoPartsOneLonger()
    {
        // array_split gives parts of 2, 2 and thirteen of 1; risks are 0 to 0.16 in order, labelled the last two hours.
        var scores = Enumerable.Range(0, 17).Select(i => i / 100.0).ToArray();

        var figures = Judge(Patients(new string('0', 15) + "11"), Risk(scores));

        Assert.Equal(((1.05 + (14 * 0.00)) + 0.85 + 0.84) / 17, figures.Ece.Value!.Value, 12);
    }

    [Fact]
    public void Ece_AllTies_KeepsFileOrder()
    {
        // Thirty hours of one risk, two a part: the two labelled ones come last in the file and fall into one part.
        var figures = Judge(Patients(new string('0', 28) + "11"), Risk([.. Enumerable.Repeat(0.25, 30)]));

        Assert.Equal(((28 * 0.25) + (2 * 0.75)) / 30, figures.Ece.Value!.Value, 12);
    }

    [Fact]
    public void Ece_FewerHoursThanParts_IsTheMeanMiss() =>
        Assert.Equal((0.2 + 0.4) / 2, Judge(Patients("01"), Risk(0.2, 0.6)).Ece.Value!.Value, 15);

    [Fact]
    public void CalibrationSlope_TwoRisks_IsTheRatioOfLogits()
    {
        // At risk 0.2 one of ten hours is labelled, at risk 0.8 nine of ten: the fit passes through both observed shares.
        double[] scores = [.. Enumerable.Repeat(0.2, 10), .. Enumerable.Repeat(0.8, 10)];
        var cohort = Patients("0000000001", "0111111111");

        var slope = Judge(cohort, Risk(scores)).CalibrationSlope.Value!.Value;

        Assert.Equal(Math.Log(9) / Math.Log(4), slope, 9);
    }

    [Theory]
    [InlineData("000111", new[] { 0.1, 0.2, 0.3, 0.7, 0.8, 0.9 })]
    [InlineData("000111", new[] { 0.1, 0.2, 0.3, 0.3, 0.8, 0.9 })]
    [InlineData("000111", new[] { 0.9, 0.8, 0.7, 0.3, 0.2, 0.1 })]
    [InlineData("000111", new[] { 0.4, 0.4, 0.4, 0.4, 0.4, 0.4 })]
    public void CalibrationSlope_LabelsSeparatedOrOneRisk_IsNotDefinedAndSaidSo(string labels, double[] scores)
    {
        var figures = Judge(Patients(labels), Risk(scores));

        Assert.Null(figures.CalibrationSlope.Value);
        Assert.Contains(figures.Notes, note => note.Contains("no calibration slope", StringComparison.Ordinal));
    }

    [Fact]
    public void CalibrationSlope_CertainAndWrongRisks_IsFoundAllTheSame()
    {
        // Risks of 0 and 1 are clipped to logits of 16; a plain Newton step from (0, 1) leaves the numbers here.
        double[] scores = [.. Enumerable.Repeat(0.0, 60), .. Enumerable.Repeat(1.0, 40)];

        var slope = Judge(Patients(new string('0', 50) + new string('1', 10), new string('0', 30) + new string('1', 10)), Risk(scores))
            .CalibrationSlope.Value!.Value;

        // Observed logits log(10/50) and log(10/30), over twice the clipped logit.
        Assert.Equal((Math.Log(1.0 / 3) - Math.Log(1.0 / 5)) / (2 * Math.Log((1 - 1e-7) / 1e-7)), slope, 9);
    }

    [Fact]
    public void Decisions_AtTheUtilityThreshold_AreSensitivityPrecisionAndF1()
    {
        // At 3 or more: three hours predicted, two of them labelled, of four labelled ones.
        var figures = Judge(Patients("001111"), Points(3, 0, 3, 3, 4, 2, 1));

        Assert.Equal(0.5, figures.Sensitivity.Value);
        Assert.Equal(2.0 / 3, figures.Precision.Value);
        Assert.Equal(2 * 0.5 * (2.0 / 3) / (0.5 + (2.0 / 3)), figures.F1.Value!.Value, 15);
    }

    [Fact]
    public void Decisions_NothingPredicted_AreZero()
    {
        var figures = Judge(Patients("001111"), Points(9, 0, 3, 3, 4, 2, 1));

        Assert.Equal([0, 0, 0, 0], [figures.Sensitivity.Value, figures.Precision.Value, figures.F1.Value, figures.Utility.Value]);
    }

    [Theory]
    // The first label is in row 8, so onset in row 14. Up to d = -6 an hour gains (d + 12)/6, but at least -0.05; then being right
    // is worth (3 - d)/9 and being wrong costs 2(d + 6)/9, together (d + 15)/9; after d = 3 nothing.
    [InlineData(-14, -0.05)]
    [InlineData(-12, 0.0)]
    [InlineData(-9, 0.5)]
    [InlineData(-6, 1.0)]
    [InlineData(-5, 10.0 / 9)]
    [InlineData(3, 2.0)]
    [InlineData(4, 0.0)]
    public void Utility_OneHourPredicted_IsItsGainOverTheBest(int rowFromOnset, double gain)
    {
        var scores = new double[20];
        scores[14 + rowFromOnset] = 1;

        var figures = Judge(Patients(new string('0', 8) + new string('1', 12)), Points(1, scores));

        Assert.Equal(gain / BestGain, figures.Utility.Value!.Value, 12);
    }

    [Fact]
    public void Utility_StayWithGapsThatBeginsLate_CountsRows()
    {
        // The first label is in row 2 of the file, though at hour 12: the same rows without gaps are worth the same.
        var gaps = LabelledCohort.Of([Stay("late", 9, "0 01 111"), Stay("well", 1, "000")]);
        var dense = LabelledCohort.Of([Stay("late", 1, "001111"), Stay("well", 1, "000")]);
        var model = Points(1, 0, 1, 1, 0, 1, 0, 0, 1, 0);

        Assert.NotEqual(0, Judge(gaps, model).Utility.Value);
        Assert.Equal(Judge(dense, model).Utility.Value, Judge(gaps, model).Utility.Value);
    }

    [Fact]
    public void Utility_PatientWhoIsNotSeptic_CostsATwentiethAnHour()
    {
        var septic = new string('0', 8) + new string('1', 12);
        var scores = new double[24];
        scores[8] = 1;
        scores[20] = scores[21] = 1;

        Assert.Equal((1 - 0.1) / BestGain, Judge(Patients(septic, "0000"), Points(1, scores)).Utility.Value!.Value, 12);
    }

    [Fact]
    public void Figures_NoHourLabelled_AreNotDefinedAndSaidSo()
    {
        var figures = Judge(Patients("000", "00"), Risk(0.1, 0.2, 0.3, 0.4, 0.5) with { Frozen = new FrozenThresholds(0.2, 0.2) });

        Assert.All(
            [figures.Auroc, figures.Auprc, figures.Utility, figures.Sensitivity, figures.CalibrationSlope, figures.Alarms.Frozen!.Sensitivity],
            figure => Assert.Equal(default, figure));
        Assert.Null(figures.Alarms.AtNews2Ge5);
        Assert.Equal(0, figures.Prevalence.Value);
        Assert.NotNull(figures.Brier.Value);
        Assert.Contains(figures.Notes, note => note.StartsWith("No hour is labelled", StringComparison.Ordinal));
    }

    [Fact]
    public void Figures_EveryHourLabelled_HaveNoAuroc()
    {
        var figures = Judge(Patients("111", "11"), Risk(0.1, 0.2, 0.3, 0.4, 0.5));

        Assert.Equal(default, figures.Auroc);
        Assert.Equal(1, figures.Auprc.Value);
        Assert.Contains(figures.Notes, note => note.StartsWith("Every hour is labelled", StringComparison.Ordinal));
    }

    [Fact]
    public void Figures_NoProbability_HaveNoCalibration()
    {
        var figures = Judge(Patients("0011"), Points(3, 1, 2, 3, 4));

        Assert.Equal([default, default, default], [figures.Brier, figures.Ece, figures.CalibrationSlope]);
        Assert.Contains(figures.Notes, note => note.Contains("no probability", StringComparison.Ordinal));
    }
}
