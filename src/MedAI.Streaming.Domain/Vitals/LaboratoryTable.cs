// The catalogue's entries of laboratory results and of what else models take, with the reason for each plausible range.
namespace MedAI.Streaming.Domain.Vitals;

/// <summary>
/// <para>Plausible ranges refuse what is no result (an empty field read as zero, another unit, a shifted column) and keep what is
/// merely terrible: each is wider than what is reported of living patients. The same ranges stand in schemas/features.json, by which models
/// are trained.</para>
/// <para>A result holds for a day, this project's own default: in intensive care most are drawn at least daily, so an older one is
/// no longer what the clinicians go by. Models are told its age in hours whatever it is.</para>
/// <para>Factors from other units follow from molar masses: urea nitrogen 28.014 g/mol (two atoms of nitrogen), creatinine 113.12, calcium 40.078,
/// magnesium 24.305, phosphorus 30.974, lactic acid 90.08, bilirubin 584.66, cholesterol 386.65.</para>
/// </summary>
internal static class LaboratoryTable
{
    private const long Day = 24 * 3_600_000;
    private static readonly ValidityWindows Daily = new(Day, Day, Day);

    // Oxygen saturation of a sample: LOINC 2708-6 stays with SpO2, whose FHIR profile claims it.
    public static VitalSignInfo[] Entries() =>
    [
        Entry(VitalSign.BaseExcess, "base_excess", "Base excess", "BE", "11555-0", Unit.MillimolePerLitre, -50, 50, 0),
        Entry(VitalSign.Bicarbonate, "bicarbonate", "Bicarbonate", "HCO3", "1963-8", Unit.MillimolePerLitre, 1, 80, 0),
        Entry(VitalSign.Ph, "ph", "pH of arterial blood", "pH", "2744-1", Unit.Ph, 6.3, 8.0, 2),
        Entry(VitalSign.PaCO2, "paco2", "Carbon dioxide in arterial blood", "PaCO2", "2019-8", Unit.MillimetreOfMercury, 5, 250, 0),
        Entry(VitalSign.PaO2, "pao2", "Oxygen in arterial blood", "PaO2", "2703-7", Unit.MillimetreOfMercury, 5, 800, 0),
        Entry(VitalSign.SaO2, "sao2", "Oxygen saturation of arterial blood", "SaO2", "2713-6", Unit.Percent, 0, 100, 0, (Unit.Fraction, 100)),
        Entry(VitalSign.Ast, "ast", "Aspartate aminotransferase", "AST", "1920-8", Unit.UnitPerLitre, 1, 50000, 0),
        Entry(VitalSign.Alt, "alt", "Alanine aminotransferase", "ALT", "1742-6", Unit.UnitPerLitre, 1, 50000, 0),
        Entry(VitalSign.AlkalinePhosphatase, "alkaline_phosphatase", "Alkaline phosphatase", "ALP", "6768-6", Unit.UnitPerLitre, 1, 10000, 0),
        Entry(VitalSign.UreaNitrogen, "urea_nitrogen", "Urea nitrogen", "BUN", "3094-0", Unit.MilligramPerDecilitre, 0.5, 400, 0, (Unit.MillimolePerLitre, 2.8014)),
        Entry(VitalSign.Creatinine, "creatinine", "Creatinine", "Crea", "2160-0", Unit.MilligramPerDecilitre, 0.05, 60, 2, (Unit.MicromolePerLitre, 0.011312)),
        Entry(VitalSign.Calcium, "calcium", "Calcium", "Ca", "17861-6", Unit.MilligramPerDecilitre, 1, 30, 1, (Unit.MillimolePerLitre, 4.0078)),
        Entry(VitalSign.Chloride, "chloride", "Chloride", "Cl", "2075-0", Unit.MillimolePerLitre, 30, 200, 0),
        Entry(VitalSign.Sodium, "sodium", "Sodium", "Na", "2951-2", Unit.MillimolePerLitre, 80, 250, 0),
        Entry(VitalSign.Potassium, "potassium", "Potassium", "K", "2823-3", Unit.MillimolePerLitre, 0.5, 30, 1),
        Entry(VitalSign.Magnesium, "magnesium", "Magnesium", "Mg", "19123-9", Unit.MilligramPerDecilitre, 0.1, 20, 1, (Unit.MillimolePerLitre, 2.4305)),
        Entry(VitalSign.Phosphate, "phosphate", "Phosphate", "PO4", "2777-1", Unit.MilligramPerDecilitre, 0.1, 30, 1, (Unit.MillimolePerLitre, 3.0974)),
        Entry(VitalSign.Lactate, "lactate", "Lactate", "Lac", "2524-7", Unit.MillimolePerLitre, 0.05, 50, 1, (Unit.MilligramPerDecilitre, 0.11101)),
        Entry(VitalSign.DirectBilirubin, "direct_bilirubin", "Direct bilirubin", "BiliD", "1968-7", Unit.MilligramPerDecilitre, 0, 80, 1, (Unit.MicromolePerLitre, 0.058466)),
        Entry(VitalSign.TotalBilirubin, "total_bilirubin", "Total bilirubin", "BiliT", "1975-2", Unit.MilligramPerDecilitre, 0, 100, 1, (Unit.MicromolePerLitre, 0.058466)),
        Entry(VitalSign.Albumin, "albumin", "Albumin", "Alb", "1751-7", Unit.GramPerDecilitre, 0.3, 10, 1, (Unit.GramPerLitre, 0.1)),
        Entry(VitalSign.Cholesterol, "cholesterol", "Cholesterol", "Chol", "2093-3", Unit.MilligramPerDecilitre, 5, 2000, 0, (Unit.MillimolePerLitre, 38.665)),
        Entry(VitalSign.TroponinI, "troponin_i", "Troponin I", "TropI", "10839-9", Unit.NanogramPerMillilitre, 0, 10000, 2, (Unit.NanogramPerLitre, 0.001)),
        Entry(VitalSign.TroponinT, "troponin_t", "Troponin T", "TropT", "6598-7", Unit.NanogramPerMillilitre, 0, 1000, 2, (Unit.NanogramPerLitre, 0.001)),
        Entry(VitalSign.Hematocrit, "hematocrit", "Hematocrit", "Hct", "4544-3", Unit.Percent, 3, 80, 1, (Unit.Fraction, 100)),
        Entry(VitalSign.Hemoglobin, "hemoglobin", "Hemoglobin", "Hgb", "718-7", Unit.GramPerDecilitre, 0.5, 35, 1, (Unit.GramPerLitre, 0.1)),
        Entry(VitalSign.PartialThromboplastinTime, "partial_thromboplastin_time", "Partial thromboplastin time", "PTT", "14979-9", Unit.Second, 5, 500, 0),
        Entry(VitalSign.WhiteCells, "white_cells", "White blood cells", "WBC", "6690-2", Unit.ThousandPerMicrolitre, 0, 1000, 1),
        Entry(VitalSign.Fibrinogen, "fibrinogen", "Fibrinogen", "Fib", "3255-7", Unit.MilligramPerDecilitre, 5, 3000, 0, (Unit.GramPerLitre, 100)),
        Entry(VitalSign.Platelets, "platelets", "Platelets", "Plt", "777-3", Unit.ThousandPerMicrolitre, 0, 5000, 0),
        Entry(VitalSign.UrineOutput, "urine_output", "Urine output", "Urine", "9187-6", Unit.Millilitre, 0, 20000, 0),
        Entry(VitalSign.MechanicalVentilation, "mechanical_ventilation", "Mechanical ventilation", "Vent", null, Unit.Score, 0, 1, 0),
        Entry(VitalSign.BodyWeight, "body_weight", "Body weight", "Wt", "29463-7", Unit.Kilogram, 0.3, 700, 1),
    ];

    private static VitalSignInfo Entry(
        VitalSign vital, string key, string name, string label, string? loinc, Unit unit, double low, double high, int decimals,
        params (Unit Unit, double Factor)[] alsoIn) => new()
        {
            Vital = vital,
            Key = key,
            Name = name,
            Label = label,
            LoincCodes = loinc is null ? [] : [loinc],
            MdcCodes = [],
            Unit = unit,
            AlsoIn = alsoIn,
            Low = low,
            High = high,
            Decimals = decimals,
            Validity = Daily,
        };
}
