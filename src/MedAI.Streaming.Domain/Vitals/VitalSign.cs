// What the monitor knows of a patient as numbers, and nothing else about them: codes, units and ranges are in VitalSignCatalogue.
namespace MedAI.Streaming.Domain.Vitals;

/// <summary>
/// A vital sign, or another quantity that is followed like one because models take it: laboratory results, urine, weight. The number is the index of its column in hot state; on the wire it is sent as this number plus one, so that
/// zero means "not given".
/// </summary>
public enum VitalSign : byte
{
    /// <summary>Heart rate from the electrocardiogram, /min.</summary>
    HeartRate = 0,

    /// <summary>Pulse rate from oximeter or cuff, /min.</summary>
    PulseRate = 1,

    /// <summary>Peripheral oxygen saturation, %.</summary>
    SpO2 = 2,

    /// <summary>Respiratory rate, /min.</summary>
    RespiratoryRate = 3,

    /// <summary>Body temperature, Cel.</summary>
    Temperature = 4,

    /// <summary>Systolic blood pressure by cuff, mm[Hg].</summary>
    SystolicPressure = 5,

    /// <summary>Diastolic blood pressure by cuff, mm[Hg].</summary>
    DiastolicPressure = 6,

    /// <summary>Mean blood pressure by cuff, mm[Hg].</summary>
    MeanPressure = 7,

    /// <summary>Systolic arterial pressure by an arterial line, mm[Hg].</summary>
    ArterialSystolicPressure = 8,

    /// <summary>Diastolic arterial pressure by an arterial line, mm[Hg].</summary>
    ArterialDiastolicPressure = 9,

    /// <summary>Mean arterial pressure by an arterial line, mm[Hg].</summary>
    ArterialMeanPressure = 10,

    /// <summary>End-tidal carbon dioxide partial pressure, mm[Hg].</summary>
    EndTidalCarbonDioxide = 11,

    /// <summary>Glucose, mg/dL.</summary>
    Glucose = 12,

    /// <summary>Fraction of inspired oxygen, %. 21 is room air.</summary>
    InspiredOxygen = 13,

    /// <summary>Flow of supplemental oxygen, L/min. 0 is none.</summary>
    OxygenFlow = 14,

    /// <summary>Consciousness on ACVPU, coded 0 alert, 1 new confusion, 2 voice, 3 pain, 4 unresponsive.</summary>
    Consciousness = 15,

    /// <summary>Glasgow coma scale, total 3..15.</summary>
    GlasgowComaScale = 16,

    /// <summary>Perfusion index of the oximeter, %.</summary>
    PerfusionIndex = 17,

    /// <summary>Base excess, mmol/L.</summary>
    BaseExcess = 18,

    /// <summary>Bicarbonate, mmol/L.</summary>
    Bicarbonate = 19,

    /// <summary>pH of arterial blood, [pH].</summary>
    Ph = 20,

    /// <summary>Partial pressure of carbon dioxide in arterial blood, mm[Hg].</summary>
    PaCO2 = 21,

    /// <summary>Partial pressure of oxygen in arterial blood, mm[Hg].</summary>
    PaO2 = 22,

    /// <summary>Oxygen saturation of an arterial sample, %.</summary>
    SaO2 = 23,

    /// <summary>Aspartate aminotransferase, U/L.</summary>
    Ast = 24,

    /// <summary>Alanine aminotransferase, U/L.</summary>
    Alt = 25,

    /// <summary>Alkaline phosphatase, U/L.</summary>
    AlkalinePhosphatase = 26,

    /// <summary>Urea nitrogen in blood, mg/dL.</summary>
    UreaNitrogen = 27,

    /// <summary>Creatinine, mg/dL.</summary>
    Creatinine = 28,

    /// <summary>Total calcium, mg/dL.</summary>
    Calcium = 29,

    /// <summary>Chloride, mmol/L.</summary>
    Chloride = 30,

    /// <summary>Sodium, mmol/L.</summary>
    Sodium = 31,

    /// <summary>Potassium, mmol/L.</summary>
    Potassium = 32,

    /// <summary>Magnesium, mg/dL.</summary>
    Magnesium = 33,

    /// <summary>Phosphate as phosphorus, mg/dL.</summary>
    Phosphate = 34,

    /// <summary>Lactate, mmol/L.</summary>
    Lactate = 35,

    /// <summary>Direct bilirubin, mg/dL.</summary>
    DirectBilirubin = 36,

    /// <summary>Total bilirubin, mg/dL.</summary>
    TotalBilirubin = 37,

    /// <summary>Albumin, g/dL.</summary>
    Albumin = 38,

    /// <summary>Total cholesterol, mg/dL.</summary>
    Cholesterol = 39,

    /// <summary>Cardiac troponin I, ng/mL.</summary>
    TroponinI = 40,

    /// <summary>Cardiac troponin T, ng/mL.</summary>
    TroponinT = 41,

    /// <summary>Hematocrit, %.</summary>
    Hematocrit = 42,

    /// <summary>Hemoglobin, g/dL.</summary>
    Hemoglobin = 43,

    /// <summary>Activated partial thromboplastin time, s.</summary>
    PartialThromboplastinTime = 44,

    /// <summary>White blood cells, 10*3/uL.</summary>
    WhiteCells = 45,

    /// <summary>Fibrinogen, mg/dL.</summary>
    Fibrinogen = 46,

    /// <summary>Platelets, 10*3/uL.</summary>
    Platelets = 47,

    /// <summary>Urine since the reading before, mL.</summary>
    UrineOutput = 48,

    /// <summary>Mechanical ventilation: 1 while it goes on, 0 when it ended.</summary>
    MechanicalVentilation = 49,

    /// <summary>Body weight, kg.</summary>
    BodyWeight = 50,
}
