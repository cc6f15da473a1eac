// The one place that knows each vital sign's codes, unit, plausible range and validity windows; every lookup is an array access.
using System.Collections.Frozen;
using System.Globalization;

namespace MedAI.Streaming.Domain.Vitals;

/// <summary>
/// The catalogue of vital signs. LOINC codes are those of FHIR R4's vital signs profiles and of public ICU profiles; MDC codes
/// are those of ISO/IEEE 11073-10101 as bedside monitors send them.
/// </summary>
public static class VitalSignCatalogue
{
    /// <summary>The number of vital signs; their numbers are 0 .. Count - 1.</summary>
    public const int Count = 51;

    /// <summary>The first so many of them are signals of devices or observations at the bed; those after them are results of laboratories and the like.</summary>
    public const int SignalCount = (int)VitalSign.BaseExcess;

    /// <summary>The number of source classes.</summary>
    public const int SourceClassCount = 3;

    private static readonly VitalSignInfo[] Entries = VitalSignTable.Entries();
    private static readonly double[] Lows = Array.ConvertAll(Entries, entry => entry.Low);
    private static readonly double[] Highs = Array.ConvertAll(Entries, entry => entry.High);
    private static readonly Unit[] OwnUnits = Array.ConvertAll(Entries, entry => entry.Unit);
    private static readonly long[] Windows = FlattenWindows();
    private static readonly int UnitCount = Enum.GetValues<Unit>().Count(unit => unit != Unit.Unknown);
    private static readonly double[] Factors = FlattenFactors();

    private static readonly FrozenDictionary<string, VitalSign>.AlternateLookup<ReadOnlySpan<char>> Names =
        CollectNames().GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>All entries, in the order of their numbers.</summary>
    public static ReadOnlySpan<VitalSignInfo> All => Entries;

    /// <summary>Lowest plausible value of each vital sign, inclusive, in its own unit, indexed by its number.</summary>
    public static ReadOnlySpan<double> PlausibleLow => Lows;

    /// <summary>Highest plausible value of each vital sign, inclusive, in its own unit, indexed by its number.</summary>
    public static ReadOnlySpan<double> PlausibleHigh => Highs;

    /// <summary>The entry of a vital sign.</summary>
    public static VitalSignInfo Info(VitalSign vital) => Entries[(int)vital];

    /// <summary>The unit in which a vital sign is kept.</summary>
    public static Unit CanonicalUnit(VitalSign vital) => OwnUnits[(int)vital];

    /// <summary>
    /// What a value in a unit is multiplied by to be in the vital sign's own unit; NaN for a unit that it does not come in. 1 for degrees Fahrenheit, which no
    /// factor alone converts.
    /// </summary>
    public static double Factor(VitalSign vital, Unit unit) =>
        (int)unit < UnitCount ? Factors[(int)vital * UnitCount + (int)unit] : double.NaN;

    /// <summary>
    /// For how long, in milliseconds of event time, a reading of this vital sign may be scored. A reading exactly this old is
    /// still valid. The reasons for each window stand in the table of entries.
    /// </summary>
    public static long ValidityWindow(VitalSign vital, SourceClass source) =>
        Windows[(int)vital * SourceClassCount + (int)source];

    /// <summary>
    /// How long a source keeps the lead of a vital sign without a new valid reading while another source has one, in ms: its validity
    /// window, but at most 5 min, so that a cuff reading that is still valid does not shut out a newer one of another source.
    /// </summary>
    public static long LeadHold(VitalSign vital, SourceClass source) => Math.Min(ValidityWindow(vital, source), 5 * 60_000);

    /// <summary>
    /// Finds a vital sign by its key, a LOINC code, an MDC code as a decimal number, or an MDC reference identifier; letter case
    /// does not matter. LOINC 8867-4 means heart rate, since it cannot tell pulse apart.
    /// </summary>
    /// <returns>False for a name that the catalogue does not have.</returns>
    public static bool TryParse(ReadOnlySpan<char> name, out VitalSign vital) => Names.TryGetValue(name.Trim(), out vital);

    private static long[] FlattenWindows()
    {
        var windows = new long[Count * SourceClassCount];
        for (var i = 0; i < Entries.Length; i++)
        {
            var validity = Entries[i].Validity;
            windows[i * SourceClassCount + (int)SourceClass.Bedside] = validity.Bedside;
            windows[i * SourceClassCount + (int)SourceClass.Wearable] = validity.Wearable;
            windows[i * SourceClassCount + (int)SourceClass.Charted] = validity.Charted;
        }
        return windows;
    }

    private static double[] FlattenFactors()
    {
        var factors = new double[Count * UnitCount];
        Array.Fill(factors, double.NaN);
        foreach (var entry in Entries)
        {
            var own = factors.AsSpan((int)entry.Vital * UnitCount, UnitCount);
            own[(int)Unit.Canonical] = own[(int)entry.Unit] = 1;
            if (entry.Unit == Unit.MillimetreOfMercury)
            {
                own[(int)Unit.Kilopascal] = UnitConversion.MillimetreOfMercuryInKilopascal;
            }

            if (entry.Unit == Unit.Celsius)
            {
                own[(int)Unit.Fahrenheit] = 1;
            }

            foreach (var (unit, factor) in entry.AlsoIn)
            {
                own[(int)unit] = factor;
            }
        }

        return factors;
    }

    private static FrozenDictionary<string, VitalSign> CollectNames()
    {
        // The first to name a code keeps it: that gives 8867-4 to heart rate.
        var names = new Dictionary<string, VitalSign>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in Entries)
        {
            names.TryAdd(entry.Key, entry.Vital);
            foreach (var loinc in entry.LoincCodes)
            {
                names.TryAdd(loinc, entry.Vital);
            }
            foreach (var mdc in entry.MdcCodes)
            {
                names.TryAdd(mdc.RefId, entry.Vital);
                names.TryAdd(mdc.Code.ToString(CultureInfo.InvariantCulture), entry.Vital);
            }
        }
        return names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
