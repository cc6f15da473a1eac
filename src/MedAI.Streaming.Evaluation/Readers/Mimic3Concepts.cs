// Which vital sign and unit each concept of the charted MIMIC-III vital signs is.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// The concepts of <c>chartevents_vitals</c>. The unit goes by the concept, not by the column <c>valueuom</c>, which is often
/// empty and for FiO2 says <c>torr</c>. NI stands for non-invasive: by cuff; the others come from an arterial line. Concepts that
/// are not here (the parts of the Glasgow coma scale) keep their name as unknown vital signs.
/// </summary>
internal static class Mimic3Concepts
{
    private static readonly Dictionary<string, (VitalSign Vital, Unit Unit)> Known = new(StringComparer.Ordinal)
    {
        ["HR"] = (VitalSign.HeartRate, Unit.PerMinute),
        ["RespRate"] = (VitalSign.RespiratoryRate, Unit.PerMinute),
        ["SpO2"] = (VitalSign.SpO2, Unit.Percent),
        ["NISysABP"] = (VitalSign.SystolicPressure, Unit.MillimetreOfMercury),
        ["NIDiasABP"] = (VitalSign.DiastolicPressure, Unit.MillimetreOfMercury),
        ["NIMAP"] = (VitalSign.MeanPressure, Unit.MillimetreOfMercury),
        ["SysABP"] = (VitalSign.ArterialSystolicPressure, Unit.MillimetreOfMercury),
        ["DiasABP"] = (VitalSign.ArterialDiastolicPressure, Unit.MillimetreOfMercury),
        ["MAP"] = (VitalSign.ArterialMeanPressure, Unit.MillimetreOfMercury),
        ["TempC"] = (VitalSign.Temperature, Unit.Celsius),
        ["TempF"] = (VitalSign.Temperature, Unit.Fahrenheit),
        ["FiO2"] = (VitalSign.InspiredOxygen, Unit.Percent),
        ["Glucose"] = (VitalSign.Glucose, Unit.MilligramPerDecilitre),
        ["GlucoseFS"] = (VitalSign.Glucose, Unit.MilligramPerDecilitre),
        ["GCS_total"] = (VitalSign.GlasgowComaScale, Unit.Score),
    };

    /// <summary>Makes a reading of a concept and a value.</summary>
    public static ReadingRow ToReading(ReadOnlySpan<byte> concept, double value, NameTable names)
    {
        var number = names.Number(concept);
        if (!Known.TryGetValue(names[number], out var known))
            return new ReadingRow(value, null, Unit.Canonical) { Name = number };

        // One of the two items holds fractions, the other percent; no patient breathes 1 % oxygen or less.
        var isFraction = known.Vital == VitalSign.InspiredOxygen && value <= 1;
        return new ReadingRow(value, known.Vital, isFraction ? Unit.Fraction : known.Unit);
    }
}
