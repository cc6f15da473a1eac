// Every edge of every band of NEWS2, on both sides, as whole numbers and as streamed reals.
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Scores;

public class News2BandTests
{
    private const int Respiration = 0;
    private const int Saturation = 1;
    private const int Oxygen = 2;
    private const int Systolic = 3;
    private const int Pulse = 4;
    private const int Consciousness = 5;
    private const int Temperature = 6;

    [Theory]
    [InlineData(0, 3)]
    [InlineData(8, 3)]
    [InlineData(8.49, 3)]
    [InlineData(8.5, 1)]
    [InlineData(9, 1)]
    [InlineData(11, 1)]
    [InlineData(11.49, 1)]
    [InlineData(11.5, 0)]
    [InlineData(12, 0)]
    [InlineData(20, 0)]
    [InlineData(20.49, 0)]
    [InlineData(20.5, 2)]
    [InlineData(21, 2)]
    [InlineData(24, 2)]
    [InlineData(24.49, 2)]
    [InlineData(24.5, 3)]
    [InlineData(25, 3)]
    [InlineData(120, 3)]
    public void Score_RespiratoryRate_FollowsTheChart(double value, int points) =>
        AssertPart(Observations.WellExcept(VitalSign.RespiratoryRate, value), Respiration, points);

    [Theory]
    [InlineData(0, 3)]
    [InlineData(91, 3)]
    [InlineData(91.49, 3)]
    [InlineData(91.5, 2)]
    [InlineData(92, 2)]
    [InlineData(93, 2)]
    [InlineData(93.49, 2)]
    [InlineData(93.5, 1)]
    [InlineData(94, 1)]
    [InlineData(95, 1)]
    [InlineData(95.49, 1)]
    [InlineData(95.5, 0)]
    [InlineData(96, 0)]
    [InlineData(100, 0)]
    public void Score_SaturationOnScale1_FollowsTheChartOnAirAndOnOxygen(double value, int points)
    {
        AssertPart(Observations.WellExcept(VitalSign.SpO2, value), Saturation, points);
        AssertPart(Observations.WellExcept(VitalSign.SpO2, value).With(VitalSign.OxygenFlow, 4), Saturation, points, others: 2);
        AssertPart(Observations.WellExcept(VitalSign.SpO2, value).Without(VitalSign.OxygenFlow), Saturation, points);
    }

    // The last column is what scale 2 gives while oxygen is unknown: None where air and oxygen differ.
    [Theory]
    [InlineData(0, 3, 3, 3)]
    [InlineData(83, 3, 3, 3)]
    [InlineData(83.49, 3, 3, 3)]
    [InlineData(83.5, 2, 2, 2)]
    [InlineData(84, 2, 2, 2)]
    [InlineData(85, 2, 2, 2)]
    [InlineData(85.49, 2, 2, 2)]
    [InlineData(85.5, 1, 1, 1)]
    [InlineData(86, 1, 1, 1)]
    [InlineData(87, 1, 1, 1)]
    [InlineData(87.49, 1, 1, 1)]
    [InlineData(87.5, 0, 0, 0)]
    [InlineData(88, 0, 0, 0)]
    [InlineData(92, 0, 0, 0)]
    [InlineData(92.49, 0, 0, 0)]
    [InlineData(92.5, 0, 1, ScoreParts.None)]
    [InlineData(93, 0, 1, ScoreParts.None)]
    [InlineData(94, 0, 1, ScoreParts.None)]
    [InlineData(94.49, 0, 1, ScoreParts.None)]
    [InlineData(94.5, 0, 2, ScoreParts.None)]
    [InlineData(95, 0, 2, ScoreParts.None)]
    [InlineData(96, 0, 2, ScoreParts.None)]
    [InlineData(96.49, 0, 2, ScoreParts.None)]
    [InlineData(96.5, 0, 3, ScoreParts.None)]
    [InlineData(97, 0, 3, ScoreParts.None)]
    [InlineData(100, 0, 3, ScoreParts.None)]
    public void Score_SaturationOnScale2_FollowsTheChartOnAirAndOnOxygen(double value, int onAir, int onOxygen, int unknown)
    {
        var inputs = Observations.WellExcept(VitalSign.SpO2, value);
        inputs.Scale2 = true;

        AssertPart(inputs, Saturation, onAir);
        AssertPart(inputs.With(VitalSign.OxygenFlow, 1), Saturation, onOxygen, others: 2);
        AssertPart(inputs.Without(VitalSign.OxygenFlow).With(VitalSign.InspiredOxygen, 28), Saturation, onOxygen, others: 2);
        AssertPart(inputs.Without(VitalSign.OxygenFlow), Saturation, unknown);
    }

    // NaN stands for a vital sign that was not given.
    [Theory]
    [InlineData(0, double.NaN, 0)]
    [InlineData(0.25, double.NaN, 2)]
    [InlineData(15, double.NaN, 2)]
    [InlineData(double.NaN, 18, 0)]
    [InlineData(double.NaN, 21, 0)]
    [InlineData(double.NaN, 21.49, 0)]
    [InlineData(double.NaN, 21.5, 2)]
    [InlineData(double.NaN, 22, 2)]
    [InlineData(double.NaN, 100, 2)]
    [InlineData(0, 21, 0)]
    [InlineData(0, 40, 2)]
    [InlineData(2, 21, 2)]
    [InlineData(2, 28, 2)]
    [InlineData(double.NaN, double.NaN, ScoreParts.None)]
    public void Score_Oxygen_IsGivenByFlowOrInspiredOxygen(double flow, double inspired, int points)
    {
        var inputs = Observations.Well().With(VitalSign.OxygenFlow, flow).With(VitalSign.InspiredOxygen, inspired);

        AssertPart(inputs, Oxygen, points);
        Assert.Equal(points == ScoreParts.None ? ScoreStatus.Partial : ScoreStatus.Complete, News2.Score(inputs).Status);
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(90, 3)]
    [InlineData(90.49, 3)]
    [InlineData(90.5, 2)]
    [InlineData(91, 2)]
    [InlineData(100, 2)]
    [InlineData(100.49, 2)]
    [InlineData(100.5, 1)]
    [InlineData(101, 1)]
    [InlineData(110, 1)]
    [InlineData(110.49, 1)]
    [InlineData(110.5, 0)]
    [InlineData(111, 0)]
    [InlineData(219, 0)]
    [InlineData(219.49, 0)]
    [InlineData(219.5, 3)]
    [InlineData(220, 3)]
    [InlineData(350, 3)]
    public void Score_SystolicPressure_FollowsTheChart(double value, int points)
    {
        AssertPart(Observations.WellExcept(VitalSign.SystolicPressure, value), Systolic, points);

        // The arterial line is preferred to the cuff.
        AssertPart(Observations.WellExcept(VitalSign.ArterialSystolicPressure, value), Systolic, points);
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(40, 3)]
    [InlineData(40.49, 3)]
    [InlineData(40.5, 1)]
    [InlineData(41, 1)]
    [InlineData(50, 1)]
    [InlineData(50.49, 1)]
    [InlineData(50.5, 0)]
    [InlineData(51, 0)]
    [InlineData(90, 0)]
    [InlineData(90.49, 0)]
    [InlineData(90.5, 1)]
    [InlineData(91, 1)]
    [InlineData(110, 1)]
    [InlineData(110.49, 1)]
    [InlineData(110.5, 2)]
    [InlineData(111, 2)]
    [InlineData(130, 2)]
    [InlineData(130.49, 2)]
    [InlineData(130.5, 3)]
    [InlineData(131, 3)]
    [InlineData(350, 3)]
    public void Score_Pulse_FollowsTheChart(double value, int points)
    {
        // The heart rate is preferred to the pulse rate, which stands in for it.
        AssertPart(Observations.WellExcept(VitalSign.HeartRate, value).With(VitalSign.PulseRate, 70), Pulse, points);
        AssertPart(Observations.WellExcept(VitalSign.PulseRate, value).Without(VitalSign.HeartRate), Pulse, points);
        AssertPart(Observations.WellExcept(VitalSign.PulseRate, value).WithStale(VitalSign.HeartRate), Pulse, points);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    [InlineData(5, ScoreParts.None)]
    [InlineData(-1, ScoreParts.None)]
    [InlineData(0.4, ScoreParts.None)]
    public void Score_Consciousness_FollowsTheChart(double code, int points) =>
        AssertPart(Observations.WellExcept(VitalSign.Consciousness, code), Consciousness, points);

    [Theory]
    [InlineData(20, 3)]
    [InlineData(35.0, 3)]
    [InlineData(35.049, 3)]
    [InlineData(35.05, 1)]
    [InlineData(35.1, 1)]
    [InlineData(36.0, 1)]
    [InlineData(36.049, 1)]
    [InlineData(36.05, 0)]
    [InlineData(36.1, 0)]
    [InlineData(38.0, 0)]
    [InlineData(38.049, 0)]
    [InlineData(38.05, 1)]
    [InlineData(38.1, 1)]
    [InlineData(39.0, 1)]
    [InlineData(39.049, 1)]
    [InlineData(39.05, 2)]
    [InlineData(39.1, 2)]
    [InlineData(46, 2)]
    public void Score_Temperature_FollowsTheChart(double value, int points)
    {
        AssertPart(Observations.WellExcept(VitalSign.Temperature, value), Temperature, points);

        // The same reading kept in single precision, and the same one sent in Fahrenheit, must not fall on another side.
        AssertPart(Observations.WellExcept(VitalSign.Temperature, (float)value), Temperature, points);
        UnitConversion.ToCanonical(VitalSign.Temperature, Unit.Fahrenheit, value * 1.8 + 32, out var converted);
        if (!double.IsNaN(converted))
        {
            AssertPart(Observations.WellExcept(VitalSign.Temperature, converted), Temperature, points);
        }
    }

    // All other parameters are well, so that the total shows the part alone, and the red flag follows it.
    private static void AssertPart(in ScoreInputs inputs, int part, int points, int others = 0)
    {
        var result = News2.Score(inputs);

        Assert.Equal(points, result.Parts[part]);
        Assert.Equal(Math.Max(points, 0) + others, result.Value);
        Assert.Equal(points == 3, result.AnyRed);
    }
}
