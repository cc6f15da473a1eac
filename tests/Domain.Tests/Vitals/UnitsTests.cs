// Unit names are read in the spellings that devices and data sets use, and written as UCUM codes.
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Vitals;

public class UnitsTests
{
    [Theory]
    [InlineData("", Unit.Canonical)]
    [InlineData("  ", Unit.Canonical)]
    [InlineData("/min", Unit.PerMinute)]
    [InlineData("bpm", Unit.PerMinute)]
    [InlineData("BPM", Unit.PerMinute)]
    [InlineData("insp/min", Unit.PerMinute)]
    [InlineData("count/min", Unit.PerMinute)]
    [InlineData("%", Unit.Percent)]
    [InlineData("Cel", Unit.Celsius)]
    [InlineData("Deg. C", Unit.Celsius)]
    [InlineData("?C", Unit.Celsius)]
    [InlineData("°C", Unit.Celsius)]
    [InlineData("[degF]", Unit.Fahrenheit)]
    [InlineData("Deg. F", Unit.Fahrenheit)]
    [InlineData("?F", Unit.Fahrenheit)]
    [InlineData("mm[Hg]", Unit.MillimetreOfMercury)]
    [InlineData("mmHg", Unit.MillimetreOfMercury)]
    [InlineData("torr", Unit.MillimetreOfMercury)]
    [InlineData("kPa", Unit.Kilopascal)]
    [InlineData("mg/dL", Unit.MilligramPerDecilitre)]
    [InlineData("mg/dl", Unit.MilligramPerDecilitre)]
    [InlineData("mmol/L", Unit.MillimolePerLitre)]
    [InlineData("L/min", Unit.LitrePerMinute)]
    [InlineData("{score}", Unit.Score)]
    [InlineData("points", Unit.Score)]
    [InlineData("1", Unit.Fraction)]
    [InlineData(" mmHg ", Unit.MillimetreOfMercury)]
    public void TryParse_KnownSpelling_GivesTheUnit(string name, Unit expected)
    {
        Assert.True(Units.TryParse(name, out var unit));
        Assert.Equal(expected, unit);
    }

    [Theory]
    [InlineData("furlong")]
    [InlineData("K")]
    [InlineData("mm")]
    [InlineData("/s")]
    public void TryParse_UnknownName_GivesUnknown(string name)
    {
        Assert.False(Units.TryParse(name, out var unit));
        Assert.Equal(Unit.Unknown, unit);
    }

    [Fact]
    public void Code_EveryKnownUnit_ReadsBackAsItself()
    {
        foreach (var unit in Enum.GetValues<Unit>())
        {
            Assert.Equal(unit != Unit.Unknown, Units.TryParse(Units.Code(unit), out var back));
            Assert.Equal(unit, back);
        }
        Assert.Equal("{unknown}", Units.Code((Unit)99));
    }
}
