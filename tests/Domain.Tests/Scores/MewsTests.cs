// Every edge of every band of MEWS, on both sides, and what it says when it does not know everything.
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Scores;

public class MewsTests
{
    [Theory]
    [InlineData(VitalSign.SystolicPressure, 0, 70, 3)]
    [InlineData(VitalSign.SystolicPressure, 0, 70.49, 3)]
    [InlineData(VitalSign.SystolicPressure, 0, 70.5, 2)]
    [InlineData(VitalSign.SystolicPressure, 0, 71, 2)]
    [InlineData(VitalSign.SystolicPressure, 0, 80, 2)]
    [InlineData(VitalSign.SystolicPressure, 0, 81, 1)]
    [InlineData(VitalSign.SystolicPressure, 0, 100, 1)]
    [InlineData(VitalSign.SystolicPressure, 0, 101, 0)]
    [InlineData(VitalSign.SystolicPressure, 0, 199, 0)]
    [InlineData(VitalSign.SystolicPressure, 0, 199.49, 0)]
    [InlineData(VitalSign.SystolicPressure, 0, 199.5, 2)]
    [InlineData(VitalSign.SystolicPressure, 0, 200, 2)]
    [InlineData(VitalSign.ArterialSystolicPressure, 0, 70, 3)]
    [InlineData(VitalSign.HeartRate, 1, 40, 2)]
    [InlineData(VitalSign.HeartRate, 1, 41, 1)]
    [InlineData(VitalSign.HeartRate, 1, 50, 1)]
    [InlineData(VitalSign.HeartRate, 1, 51, 0)]
    [InlineData(VitalSign.HeartRate, 1, 100, 0)]
    [InlineData(VitalSign.HeartRate, 1, 101, 1)]
    [InlineData(VitalSign.HeartRate, 1, 110, 1)]
    [InlineData(VitalSign.HeartRate, 1, 111, 2)]
    [InlineData(VitalSign.HeartRate, 1, 129, 2)]
    [InlineData(VitalSign.HeartRate, 1, 129.49, 2)]
    [InlineData(VitalSign.HeartRate, 1, 129.5, 3)]
    [InlineData(VitalSign.HeartRate, 1, 130, 3)]
    [InlineData(VitalSign.RespiratoryRate, 2, 8, 2)]
    [InlineData(VitalSign.RespiratoryRate, 2, 8.49, 2)]
    [InlineData(VitalSign.RespiratoryRate, 2, 8.5, 0)]
    [InlineData(VitalSign.RespiratoryRate, 2, 9, 0)]
    [InlineData(VitalSign.RespiratoryRate, 2, 14, 0)]
    [InlineData(VitalSign.RespiratoryRate, 2, 15, 1)]
    [InlineData(VitalSign.RespiratoryRate, 2, 20, 1)]
    [InlineData(VitalSign.RespiratoryRate, 2, 21, 2)]
    [InlineData(VitalSign.RespiratoryRate, 2, 29, 2)]
    [InlineData(VitalSign.RespiratoryRate, 2, 30, 3)]
    [InlineData(VitalSign.Temperature, 3, 34.9, 2)]
    [InlineData(VitalSign.Temperature, 3, 34.949, 2)]
    [InlineData(VitalSign.Temperature, 3, 34.95, 0)]
    [InlineData(VitalSign.Temperature, 3, 35.0, 0)]
    [InlineData(VitalSign.Temperature, 3, 38.4, 0)]
    [InlineData(VitalSign.Temperature, 3, 38.449, 0)]
    [InlineData(VitalSign.Temperature, 3, 38.45, 2)]
    [InlineData(VitalSign.Temperature, 3, 38.5, 2)]
    [InlineData(VitalSign.Consciousness, 4, 0, 0)]
    [InlineData(VitalSign.Consciousness, 4, 1, 1)]
    [InlineData(VitalSign.Consciousness, 4, 2, 1)]
    [InlineData(VitalSign.Consciousness, 4, 3, 2)]
    [InlineData(VitalSign.Consciousness, 4, 4, 3)]
    public void Score_EachBand_FollowsThePublishedTable(VitalSign vital, int part, double value, int points)
    {
        var result = Mews.Score(Observations.WellExcept(vital, value));

        Assert.Equal(ScoreStatus.Complete, result.Status);
        Assert.Equal(points, result.Parts[part]);
        Assert.Equal(points, result.Value);
        Assert.Equal(points == 3, result.AnyRed);
    }

    [Fact]
    public void Score_WorstOfEverything_IsFourteen()
    {
        var result = Mews.Score(Observations.Well().With(VitalSign.SystolicPressure, 60).With(VitalSign.HeartRate, 140)
            .With(VitalSign.RespiratoryRate, 40).With(VitalSign.Temperature, 34).With(VitalSign.Consciousness, 4));

        Assert.Equal(Mews.MaxValue, result.Value);
    }

    [Theory]
    [InlineData(VitalSign.SystolicPressure)]
    [InlineData(VitalSign.HeartRate)]
    [InlineData(VitalSign.RespiratoryRate)]
    [InlineData(VitalSign.Temperature)]
    [InlineData(VitalSign.Consciousness)]
    public void Score_MissingOrStaleInput_IsPartialAndNamesIt(VitalSign vital)
    {
        var missing = Mews.Score(Observations.Well().Without(vital));
        var stale = Mews.Score(Observations.Well().WithStale(vital));

        Assert.Equal(ScoreStatus.Partial, missing.Status);
        Assert.Equal(VitalSignMask.Of(vital), missing.MissingMask);
        Assert.Equal(ScoreStatus.Partial, stale.Status);
        Assert.Equal(VitalSignMask.Of(vital), stale.StaleMask);
    }

    [Theory]
    [InlineData(15.9, ScoreStatus.Refused)]
    [InlineData(16.0, ScoreStatus.Complete)]
    [InlineData(null, ScoreStatus.Complete)]
    public void Score_Child_IsRefused(double? age, ScoreStatus status)
    {
        var inputs = Observations.Well();
        inputs.AgeYears = age;

        Assert.Equal(status, Mews.Score(inputs).Status);
    }

    [Fact]
    public void Score_NoInput_IsNotComputable() =>
        Assert.Equal(ScoreStatus.NotComputable, Mews.Score(new ScoreInputs { [VitalSign.SpO2] = 98 }).Status);
}
