// The shock index is a ratio or nothing.
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Scores;

public class ShockIndexTests
{
    [Fact]
    public void Score_BothSidesKnown_IsTheRatio()
    {
        var result = ShockIndex.Score(Observations.Well().With(VitalSign.HeartRate, 121).With(VitalSign.SystolicPressure, 88));

        Assert.Equal(ScoreStatus.Complete, result.Status);
        Assert.Equal(1.375, result.Value, 1e-12);
        Assert.False(result.AnyRed);
    }

    [Fact]
    public void Score_Substitutes_ArePulseRateForHeartRateAndArterialForCuff()
    {
        var result = ShockIndex.Score(Observations.Well().Without(VitalSign.HeartRate).With(VitalSign.PulseRate, 90)
            .With(VitalSign.ArterialSystolicPressure, 100));

        Assert.Equal(0.9, result.Value, 1e-12);
        Assert.Equal(VitalSignMask.Of(VitalSign.PulseRate, VitalSign.ArterialSystolicPressure), result.UsedMask);
    }

    [Theory]
    [InlineData(VitalSign.HeartRate)]
    [InlineData(VitalSign.SystolicPressure)]
    public void Score_OneSideUnknown_IsNotComputableAndNamesIt(VitalSign vital)
    {
        var missing = ShockIndex.Score(Observations.Well().Without(vital));
        var stale = ShockIndex.Score(Observations.Well().WithStale(vital));

        Assert.Equal(ScoreStatus.NotComputable, missing.Status);
        Assert.True(double.IsNaN(missing.Value));
        Assert.Equal(VitalSignMask.Of(vital), missing.MissingMask);
        Assert.Equal(ScoreStatus.NotComputable, stale.Status);
        Assert.Equal(VitalSignMask.Of(vital), stale.StaleMask);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-10)]
    public void Score_NoPressureToDivideBy_IsNotComputable(double systolic)
    {
        var result = ShockIndex.Score(Observations.WellExcept(VitalSign.SystolicPressure, systolic));

        Assert.Equal(ScoreStatus.NotComputable, result.Status);
        Assert.True(double.IsNaN(result.Value));
    }

    [Fact]
    public void Score_ChildOrPregnancy_IsNotRefused()
    {
        var inputs = Observations.Well();
        inputs.AgeYears = 3;
        inputs.Pregnant = true;

        Assert.Equal(ScoreStatus.Complete, ShockIndex.Score(inputs).Status);
    }
}
