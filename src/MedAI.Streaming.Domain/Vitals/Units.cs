// Reads and writes the names of units: UCUM codes, and the spellings that monitors, records and data sets use instead.
using System.Collections.Frozen;

namespace MedAI.Streaming.Domain.Vitals;

/// <summary>Names of <see cref="Unit"/>.</summary>
public static class Units
{
    private static readonly Dictionary<string, Unit> Table = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = Unit.Canonical,
        ["/min"] = Unit.PerMinute,
        ["{beats}/min"] = Unit.PerMinute,
        ["{breaths}/min"] = Unit.PerMinute,
        ["beats/min"] = Unit.PerMinute,
        ["beats/minute"] = Unit.PerMinute,
        ["breaths/min"] = Unit.PerMinute,
        ["breaths/minute"] = Unit.PerMinute,
        ["insp/min"] = Unit.PerMinute,
        ["resp/min"] = Unit.PerMinute,
        ["count/min"] = Unit.PerMinute,
        ["1/min"] = Unit.PerMinute,
        ["bpm"] = Unit.PerMinute,
        ["rpm"] = Unit.PerMinute,
        ["%"] = Unit.Percent,
        ["percent"] = Unit.Percent,
        ["Cel"] = Unit.Celsius,
        ["C"] = Unit.Celsius,
        ["degC"] = Unit.Celsius,
        ["Deg. C"] = Unit.Celsius,
        ["°C"] = Unit.Celsius,

        // A degree sign that was lost on the way through a code page.
        ["?C"] = Unit.Celsius,
        ["Celsius"] = Unit.Celsius,
        ["[degF]"] = Unit.Fahrenheit,
        ["F"] = Unit.Fahrenheit,
        ["degF"] = Unit.Fahrenheit,
        ["Deg. F"] = Unit.Fahrenheit,
        ["°F"] = Unit.Fahrenheit,
        ["?F"] = Unit.Fahrenheit,
        ["Fahrenheit"] = Unit.Fahrenheit,
        ["mm[Hg]"] = Unit.MillimetreOfMercury,
        ["mmHg"] = Unit.MillimetreOfMercury,
        ["mm Hg"] = Unit.MillimetreOfMercury,

        // 1 torr differs from 1 mm[Hg] by less than one part in a million.
        ["torr"] = Unit.MillimetreOfMercury,
        ["kPa"] = Unit.Kilopascal,
        ["mg/dL"] = Unit.MilligramPerDecilitre,
        ["mmol/L"] = Unit.MillimolePerLitre,
        ["L/min"] = Unit.LitrePerMinute,
        ["lpm"] = Unit.LitrePerMinute,
        ["{score}"] = Unit.Score,
        ["score"] = Unit.Score,
        ["points"] = Unit.Score,
        ["1"] = Unit.Fraction,
        ["fraction"] = Unit.Fraction,
        ["U/L"] = Unit.UnitPerLitre,
        ["IU/L"] = Unit.UnitPerLitre,
        ["[iU]/L"] = Unit.UnitPerLitre,
        ["units/L"] = Unit.UnitPerLitre,
        ["g/dL"] = Unit.GramPerDecilitre,
        ["ng/mL"] = Unit.NanogramPerMillilitre,
        ["ug/L"] = Unit.NanogramPerMillilitre,
        ["10*3/uL"] = Unit.ThousandPerMicrolitre,
        ["10*9/L"] = Unit.ThousandPerMicrolitre,
        ["10^3/uL"] = Unit.ThousandPerMicrolitre,
        ["10^9/L"] = Unit.ThousandPerMicrolitre,
        ["K/uL"] = Unit.ThousandPerMicrolitre,
        ["x10E3/uL"] = Unit.ThousandPerMicrolitre,
        ["s"] = Unit.Second,
        ["sec"] = Unit.Second,
        ["[pH]"] = Unit.Ph,
        ["pH"] = Unit.Ph,
        ["mL"] = Unit.Millilitre,
        ["kg"] = Unit.Kilogram,
        ["umol/L"] = Unit.MicromolePerLitre,
        ["µmol/L"] = Unit.MicromolePerLitre,
        ["ng/L"] = Unit.NanogramPerLitre,
        ["pg/mL"] = Unit.NanogramPerLitre,
        ["g/L"] = Unit.GramPerLitre,
    };

    private static readonly FrozenDictionary<string, Unit>.AlternateLookup<ReadOnlySpan<char>> Spellings =
        Table.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>
    /// Reads a unit from its UCUM code or a common spelling; letter case and blanks around it do not matter (no two units
    /// known here differ in case only). An empty name is <see cref="Unit.Canonical"/>: not given.
    /// </summary>
    /// <returns>False for an unknown name; <paramref name="unit"/> is then <see cref="Unit.Unknown"/>.</returns>
    public static bool TryParse(ReadOnlySpan<char> name, out Unit unit)
    {
        if (Spellings.TryGetValue(name.Trim(), out unit))
        {
            return true;
        }
        unit = Unit.Unknown;
        return false;
    }

    /// <summary>
    /// The UCUM code of a unit; empty for <see cref="Unit.Canonical"/>, and the annotation <c>{unknown}</c> for every number
    /// that is no unit here.
    /// </summary>
    public static string Code(Unit unit) => unit switch
    {
        Unit.Canonical => "",
        Unit.PerMinute => "/min",
        Unit.Percent => "%",
        Unit.Celsius => "Cel",
        Unit.Fahrenheit => "[degF]",
        Unit.MillimetreOfMercury => "mm[Hg]",
        Unit.Kilopascal => "kPa",
        Unit.MilligramPerDecilitre => "mg/dL",
        Unit.MillimolePerLitre => "mmol/L",
        Unit.LitrePerMinute => "L/min",
        Unit.Score => "{score}",
        Unit.Fraction => "1",
        Unit.UnitPerLitre => "U/L",
        Unit.GramPerDecilitre => "g/dL",
        Unit.NanogramPerMillilitre => "ng/mL",
        Unit.ThousandPerMicrolitre => "10*3/uL",
        Unit.Second => "s",
        Unit.Ph => "[pH]",
        Unit.Millilitre => "mL",
        Unit.Kilogram => "kg",
        Unit.MicromolePerLitre => "umol/L",
        Unit.NanogramPerLitre => "ng/L",
        Unit.GramPerLitre => "g/L",
        _ => "{unknown}",
    };
}
