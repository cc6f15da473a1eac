// Brings a reading into its vital sign's own unit and says in one answer whether it can be used.
namespace MedAI.Streaming.Domain.Vitals;

/// <summary>Conversion of readings into the unit of their vital sign.</summary>
public static class UnitConversion
{
    /// <summary>
    /// Glucose, mg/dL in 1 mmol/L: 180.156 g/mol (molar mass of C6H12O6) x 1 mmol/L / 10 dL/L = 18.0156, kept to three decimals
    /// as is usual. Derived, not measured; the rounding is 2 parts in 100,000.
    /// </summary>
    public const double MilligramPerDecilitreInMillimolePerLitre = 18.016;

    /// <summary>
    /// mm[Hg] in 1 kPa: 1000 Pa / 133.322387415 Pa = 7.5006158, kept to five decimals as is usual. Derived; the rounding is
    /// under 1 part in a million.
    /// </summary>
    public const double MillimetreOfMercuryInKilopascal = 7.50062;

    /// <summary>
    /// Converts a value and checks it. Accepted units are the vital sign's own (or none given), [degF] for temperature, kPa for
    /// pressures, and those of <see cref="VitalSignInfo.AlsoIn"/>. End-tidal carbon dioxide in % is refused: its partial pressure depends
    /// on the air pressure, which is not known.
    /// </summary>
    /// <param name="vital">What was measured.</param>
    /// <param name="unit">The unit as sent.</param>
    /// <param name="value">The value as sent.</param>
    /// <param name="canonical">The value in the vital sign's own unit; NaN unless the answer is None.</param>
    /// <returns>
    /// None; else the first that holds of UnknownVitalSign, WrongUnit, NotANumber, OutOfRange (outside the plausible range, or no
    /// whole number for a coded vital sign).
    /// </returns>
    public static RejectReason ToCanonical(VitalSign vital, Unit unit, double value, out double canonical)
    {
        canonical = double.NaN;
        if ((uint)vital >= VitalSignCatalogue.Count)
        {
            return RejectReason.UnknownVitalSign;
        }
        var factor = VitalSignCatalogue.Factor(vital, unit);
        if (double.IsNaN(factor))
        {
            return RejectReason.WrongUnit;
        }
        var converted = unit == Unit.Fahrenheit ? (value - 32) / 1.8 : value * factor;
        if (!double.IsFinite(value))
        {
            return RejectReason.NotANumber;
        }
        if (converted < VitalSignCatalogue.PlausibleLow[(int)vital] || converted > VitalSignCatalogue.PlausibleHigh[(int)vital])
        {
            return RejectReason.OutOfRange;
        }
        if (VitalSignCatalogue.CanonicalUnit(vital) == Unit.Score && converted != Math.Truncate(converted))
        {
            return RejectReason.OutOfRange;
        }
        canonical = converted;
        return RejectReason.None;
    }
}
