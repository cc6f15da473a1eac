// The units a reading may arrive in; conversions to each vital sign's own unit are in UnitConversion.
namespace MedAI.Streaming.Domain.Vitals;

/// <summary>A unit of measure, named by its UCUM code. The number is its wire value.</summary>
public enum Unit : byte
{
    /// <summary>Not given: the vital sign's own unit is meant.</summary>
    Canonical = 0,

    /// <summary>/min</summary>
    PerMinute = 1,

    /// <summary>%</summary>
    Percent = 2,

    /// <summary>Cel</summary>
    Celsius = 3,

    /// <summary>[degF]</summary>
    Fahrenheit = 4,

    /// <summary>mm[Hg]</summary>
    MillimetreOfMercury = 5,

    /// <summary>kPa</summary>
    Kilopascal = 6,

    /// <summary>mg/dL</summary>
    MilligramPerDecilitre = 7,

    /// <summary>mmol/L</summary>
    MillimolePerLitre = 8,

    /// <summary>L/min</summary>
    LitrePerMinute = 9,

    /// <summary>{score}</summary>
    Score = 10,

    /// <summary>1 (a fraction of one)</summary>
    Fraction = 11,

    /// <summary>U/L</summary>
    UnitPerLitre = 12,

    /// <summary>g/dL</summary>
    GramPerDecilitre = 13,

    /// <summary>ng/mL</summary>
    NanogramPerMillilitre = 14,

    /// <summary>10*3/uL; 10*9/L is the same</summary>
    ThousandPerMicrolitre = 15,

    /// <summary>s</summary>
    Second = 16,

    /// <summary>[pH]</summary>
    Ph = 17,

    /// <summary>mL</summary>
    Millilitre = 18,

    /// <summary>kg</summary>
    Kilogram = 19,

    /// <summary>umol/L</summary>
    MicromolePerLitre = 20,

    /// <summary>ng/L</summary>
    NanogramPerLitre = 21,

    /// <summary>g/L</summary>
    GramPerLitre = 22,

    /// <summary>A unit that is not known here; a reading in it is refused.</summary>
    Unknown = 255,
}
