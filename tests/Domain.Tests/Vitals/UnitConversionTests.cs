// Conversion gives the clinician's number, and every unusable reading gets exactly one reason.
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Vitals;

public class UnitConversionTests
{
    public static TheoryData<VitalSign> Everything => [.. Enum.GetValues<VitalSign>()];

    [Theory]
    [InlineData(VitalSign.Temperature, Unit.Fahrenheit, 98.6, 37.0)]
    [InlineData(VitalSign.Temperature, Unit.Fahrenheit, 95.0, 35.0)]
    [InlineData(VitalSign.Temperature, Unit.Fahrenheit, 102.2, 39.0)]
    [InlineData(VitalSign.Temperature, Unit.Celsius, 37.2, 37.2)]
    [InlineData(VitalSign.SystolicPressure, Unit.Kilopascal, 16.0, 120.00992)]
    [InlineData(VitalSign.ArterialMeanPressure, Unit.Kilopascal, 10.0, 75.0062)]
    [InlineData(VitalSign.EndTidalCarbonDioxide, Unit.Kilopascal, 5.0, 37.5031)]
    [InlineData(VitalSign.EndTidalCarbonDioxide, Unit.MillimetreOfMercury, 38, 38)]
    [InlineData(VitalSign.Glucose, Unit.MillimolePerLitre, 5.5, 99.088)]
    [InlineData(VitalSign.Glucose, Unit.MilligramPerDecilitre, 99, 99)]
    [InlineData(VitalSign.SpO2, Unit.Fraction, 0.97, 97)]
    [InlineData(VitalSign.SpO2, Unit.Percent, 97, 97)]
    [InlineData(VitalSign.InspiredOxygen, Unit.Fraction, 0.21, 21)]
    [InlineData(VitalSign.InspiredOxygen, Unit.Fraction, 1.0, 100)]
    [InlineData(VitalSign.HeartRate, Unit.PerMinute, 72.5, 72.5)]
    [InlineData(VitalSign.OxygenFlow, Unit.LitrePerMinute, 2, 2)]
    [InlineData(VitalSign.Consciousness, Unit.Score, 4, 4)]
    [InlineData(VitalSign.PaCO2, Unit.Kilopascal, 5.3, 39.753286)]
    [InlineData(VitalSign.UreaNitrogen, Unit.MillimolePerLitre, 10, 28.014)]
    [InlineData(VitalSign.Creatinine, Unit.MicromolePerLitre, 88.4, 0.9999808)]
    [InlineData(VitalSign.Calcium, Unit.MillimolePerLitre, 2.5, 10.0195)]
    [InlineData(VitalSign.Magnesium, Unit.MillimolePerLitre, 0.8, 1.9444)]
    [InlineData(VitalSign.Phosphate, Unit.MillimolePerLitre, 1.1, 3.40714)]
    [InlineData(VitalSign.Lactate, Unit.MilligramPerDecilitre, 18, 1.99818)]
    [InlineData(VitalSign.TotalBilirubin, Unit.MicromolePerLitre, 17.1, 0.9997686)]
    [InlineData(VitalSign.DirectBilirubin, Unit.MicromolePerLitre, 17.1, 0.9997686)]
    [InlineData(VitalSign.Cholesterol, Unit.MillimolePerLitre, 5, 193.325)]
    [InlineData(VitalSign.Hemoglobin, Unit.GramPerLitre, 140, 14)]
    [InlineData(VitalSign.Albumin, Unit.GramPerLitre, 40, 4)]
    [InlineData(VitalSign.Fibrinogen, Unit.GramPerLitre, 3, 300)]
    [InlineData(VitalSign.Hematocrit, Unit.Fraction, 0.42, 42)]
    [InlineData(VitalSign.SaO2, Unit.Fraction, 0.97, 97)]
    [InlineData(VitalSign.TroponinI, Unit.NanogramPerLitre, 40, 0.04)]
    [InlineData(VitalSign.TroponinT, Unit.NanogramPerLitre, 14, 0.014)]
    public void ToCanonical_AcceptedUnit_Converts(VitalSign vital, Unit unit, double value, double expected)
    {
        Assert.Equal(RejectReason.None, UnitConversion.ToCanonical(vital, unit, value, out var canonical));
        Assert.Equal(expected, canonical, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void ToCanonical_EveryUnit_AcceptsOnlyThoseThatMeasureTheVitalSign(VitalSign vital)
    {
        var info = VitalSignCatalogue.Info(vital);
        var accepted = new HashSet<Unit> { Unit.Canonical, info.Unit };
        if (info.Unit == Unit.Celsius)
        {
            accepted.Add(Unit.Fahrenheit);
        }
        if (info.Unit == Unit.MillimetreOfMercury)
        {
            accepted.Add(Unit.Kilopascal);
        }
        Unit? other = vital switch
        {
            VitalSign.Glucose or VitalSign.UreaNitrogen or VitalSign.Calcium or VitalSign.Magnesium or VitalSign.Phosphate
                or VitalSign.Cholesterol => Unit.MillimolePerLitre,
            VitalSign.Creatinine or VitalSign.DirectBilirubin or VitalSign.TotalBilirubin => Unit.MicromolePerLitre,
            VitalSign.Lactate => Unit.MilligramPerDecilitre,
            VitalSign.Albumin or VitalSign.Hemoglobin or VitalSign.Fibrinogen => Unit.GramPerLitre,
            VitalSign.TroponinI or VitalSign.TroponinT => Unit.NanogramPerLitre,
            VitalSign.SpO2 or VitalSign.InspiredOxygen or VitalSign.SaO2 or VitalSign.Hematocrit => Unit.Fraction,
            _ => null,
        };
        if (other is { } unitOfOthers)
        {
            accepted.Add(unitOfOthers);
        }
        foreach (var unit in Enum.GetValues<Unit>())
        {
            var reason = UnitConversion.ToCanonical(vital, unit, 1, out _);
            Assert.Equal(accepted.Contains(unit), reason != RejectReason.WrongUnit);
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void ToCanonical_EdgesOfThePlausibleRange_AreInclusive(VitalSign vital)
    {
        var info = VitalSignCatalogue.Info(vital);

        Assert.Equal(RejectReason.None, UnitConversion.ToCanonical(vital, info.Unit, info.Low, out var low));
        Assert.Equal(info.Low, low);
        Assert.Equal(RejectReason.None, UnitConversion.ToCanonical(vital, Unit.Canonical, info.High, out var high));
        Assert.Equal(info.High, high);

        var tooLow = UnitConversion.ToCanonical(vital, info.Unit, Math.BitDecrement(info.Low), out var below);
        var tooHigh = UnitConversion.ToCanonical(vital, info.Unit, Math.BitIncrement(info.High), out var above);
        Assert.Equal([RejectReason.OutOfRange, RejectReason.OutOfRange], new[] { tooLow, tooHigh });
        Assert.True(double.IsNaN(below) && double.IsNaN(above));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void ToCanonical_NoFiniteNumber_IsNotANumber(double value)
    {
        Assert.Equal(
            RejectReason.NotANumber, UnitConversion.ToCanonical(VitalSign.HeartRate, Unit.PerMinute, value, out var canonical));
        Assert.True(double.IsNaN(canonical));
        Assert.Equal(RejectReason.NotANumber, UnitConversion.ToCanonical(VitalSign.Temperature, Unit.Fahrenheit, value, out _));
        Assert.Equal(RejectReason.WrongUnit, UnitConversion.ToCanonical(VitalSign.HeartRate, Unit.Percent, value, out _));
    }

    [Theory]
    [InlineData(VitalSign.Temperature, Unit.Celsius, 98.6)] // Fahrenheit sent as Celsius
    [InlineData(VitalSign.InspiredOxygen, Unit.Percent, 0.21)] // a fraction sent as a percentage
    [InlineData(VitalSign.SpO2, Unit.Fraction, 97)] // a percentage sent as a fraction
    [InlineData(VitalSign.Temperature, Unit.Fahrenheit, 67.9)]
    [InlineData(VitalSign.Glucose, Unit.MillimolePerLitre, 0)]
    [InlineData(VitalSign.Glucose, Unit.MillimolePerLitre, double.MaxValue)]
    [InlineData(VitalSign.ArterialSystolicPressure, Unit.MillimetreOfMercury, -5)]
    [InlineData(VitalSign.Consciousness, Unit.Score, 1.5)]
    [InlineData(VitalSign.GlasgowComaScale, Unit.Canonical, 14.5)]
    public void ToCanonical_Implausible_IsOutOfRange(VitalSign vital, Unit unit, double value) =>
        Assert.Equal(RejectReason.OutOfRange, UnitConversion.ToCanonical(vital, unit, value, out _));

    [Theory]
    [InlineData(VitalSign.HeartRate)]
    [InlineData(VitalSign.SpO2)]
    [InlineData(VitalSign.RespiratoryRate)]
    [InlineData(VitalSign.ArterialSystolicPressure)]
    [InlineData(VitalSign.EndTidalCarbonDioxide)]
    public void ToCanonical_ZeroOfAnArrest_IsNotRefused(VitalSign vital) =>
        Assert.Equal(RejectReason.None, UnitConversion.ToCanonical(vital, Unit.Canonical, 0, out _));

    [Fact]
    public void ToCanonical_NumberOfNoVitalSign_IsUnknownVitalSign() =>
        Assert.Equal(RejectReason.UnknownVitalSign, UnitConversion.ToCanonical((VitalSign)VitalSignCatalogue.Count, Unit.Canonical, 1, out _));

    [Fact]
    public void Constants_AgainstTheirDerivation_AgreeToTheirRounding()
    {
        Assert.Equal(180.156 / 10, UnitConversion.MilligramPerDecilitreInMillimolePerLitre, 5e-4);
        Assert.Equal(1000 / 133.322387415, UnitConversion.MillimetreOfMercuryInKilopascal, 5e-6);
    }
}
