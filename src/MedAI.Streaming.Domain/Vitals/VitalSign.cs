// The vital signs the monitor knows, and nothing else about them: codes, units and ranges are in VitalSignCatalogue.
namespace MedAI.Streaming.Domain.Vitals;

/// <summary>
/// A vital sign. The number is the index of its column in hot state; on the wire it is sent as this number plus one, so that
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
}
