// The three criteria of qSOFA on both sides of their edges, and the two ways to know altered mentation.
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Scores;

public class QSofaTests
{
    [Theory]
    [InlineData(VitalSign.RespiratoryRate, 0, 21, 0)]
    [InlineData(VitalSign.RespiratoryRate, 0, 21.49, 0)]
    [InlineData(VitalSign.RespiratoryRate, 0, 21.5, 1)]
    [InlineData(VitalSign.RespiratoryRate, 0, 22, 1)]
    [InlineData(VitalSign.SystolicPressure, 1, 100, 1)]
    [InlineData(VitalSign.SystolicPressure, 1, 100.49, 1)]
    [InlineData(VitalSign.SystolicPressure, 1, 100.5, 0)]
    [InlineData(VitalSign.SystolicPressure, 1, 101, 0)]
    [InlineData(VitalSign.ArterialSystolicPressure, 1, 100, 1)]
    [InlineData(VitalSign.Consciousness, 2, 0, 0)]
    [InlineData(VitalSign.Consciousness, 2, 1, 1)]
    [InlineData(VitalSign.Consciousness, 2, 4, 1)]
    [InlineData(VitalSign.GlasgowComaScale, 2, 15, 0)]
    [InlineData(VitalSign.GlasgowComaScale, 2, 14, 1)]
    [InlineData(VitalSign.GlasgowComaScale, 2, 3, 1)]
    public void Score_EachCriterion_FollowsTheDefinition(VitalSign vital, int part, double value, int points)
    {
        var result = QSofa.Score(Observations.WellExcept(vital, value));

        Assert.Equal(ScoreStatus.Complete, result.Status);
        Assert.Equal(points, result.Parts[part]);
        Assert.Equal(points, result.Value);
    }

    // NaN stands for not given; the last column is None where mentation is unknown.
    [Theory]
    [InlineData(0, double.NaN, 0)]
    [InlineData(double.NaN, 15, 0)]
    [InlineData(double.NaN, 14, 1)]
    [InlineData(2, 15, 1)]
    [InlineData(0, 13, 1)]
    [InlineData(double.NaN, double.NaN, ScoreParts.None)]
    [InlineData(7, double.NaN, ScoreParts.None)]
    [InlineData(double.NaN, 2, ScoreParts.None)]
    public void Score_Mentation_IsKnownByEitherScaleAndAlteredByAny(double acvpu, double comaScale, int points)
    {
        var result = QSofa.Score(
            Observations.Well().With(VitalSign.Consciousness, acvpu).With(VitalSign.GlasgowComaScale, comaScale));

        Assert.Equal(points, result.Parts[2]);
        Assert.Equal(points == ScoreParts.None ? ScoreStatus.Partial : ScoreStatus.Complete, result.Status);
        Assert.Equal(points == ScoreParts.None, VitalSignMask.Has(result.MissingMask, VitalSign.Consciousness));
    }

    [Fact]
    public void Score_AllCriteria_IsThree()
    {
        var result = QSofa.Score(Observations.Well().With(VitalSign.RespiratoryRate, 25).With(VitalSign.SystolicPressure, 85)
            .With(VitalSign.Consciousness, 1));

        Assert.Equal(QSofa.MaxValue, result.Value);
        Assert.True(result.Value >= QSofa.PositiveFrom);
        Assert.False(result.AnyRed);
    }

    [Fact]
    public void Score_StaleMentation_IsPartialAndNamesWhatIsStale()
    {
        var result = QSofa.Score(Observations.Well().With(VitalSign.RespiratoryRate, 25).WithStale(VitalSign.Consciousness));

        Assert.Equal(ScoreStatus.Partial, result.Status);
        Assert.Equal(VitalSignMask.Of(VitalSign.Consciousness), result.StaleMask);
        Assert.Equal(1, result.Value);
    }

    [Fact]
    public void Score_Child_IsRefused()
    {
        var inputs = Observations.Well();
        inputs.AgeYears = 10;

        Assert.Equal(RefusalReason.UnderSixteen, QSofa.Score(inputs).Refusal);
    }
}
