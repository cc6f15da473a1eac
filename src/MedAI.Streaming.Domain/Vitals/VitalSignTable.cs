// The entries of the catalogue of vital signs, with the reason for each plausible range and validity window.
namespace MedAI.Streaming.Domain.Vitals;

/// <summary>
/// <para>Plausible ranges are wide on purpose: they refuse what no living patient and no working sensor gives (an empty field
/// read as zero, a wrong unit, a shifted column), never what is merely terrible. A limit that a reading would have breached must
/// not be hidden because the reading was called implausible, so zero stays plausible where it can be true.</para>
/// <para>Validity windows are this project's own defaults. Continuous signals hold 5 minutes: much longer than a monitor's
/// averaging, short enough that a detached sensor does not go on being scored. Intermittent ones hold 4 hours, the shorter end
/// of the 4 to 6 hours between observations that NEWS2 asks for at scores 1-4 (Royal College of Physicians, 2017).</para>
/// </summary>
internal static class VitalSignTable
{
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;

    // Measured all the time by a device, now and then by a person.
    private static readonly ValidityWindows Continuous = new(5 * Minute, 5 * Minute, 4 * Hour);

    // Taken or entered at a round of observations, whichever device passes it on.
    private static readonly ValidityWindows Intermittent = new(4 * Hour, 4 * Hour, 4 * Hour);

    // Changes slowly and is often charted once a shift, so it holds a shift of 8 hours.
    private static readonly ValidityWindows OncePerShift = new(8 * Hour, 8 * Hour, 8 * Hour);

    // Continuous glucose sensors report every 5 minutes; three intervals let one sample be lost without flapping.
    private static readonly ValidityWindows GlucoseSensor = new(15 * Minute, 15 * Minute, 4 * Hour);

    public static VitalSignInfo[] Entries() =>
    [
        .. Rates(), .. Pressures(), .. GasesAndGlucose(), .. Coded(), PerfusionIndex(), .. LaboratoryTable.Entries(),
    ];

    private static VitalSignInfo[] Rates() =>
    [
        // 0 is asystole; 350 is above the fastest ventricular rates and above what monitors count.
        new()
        {
            Vital = VitalSign.HeartRate, Key = "heart_rate", Name = "Heart rate", Label = "HR", LoincCodes = ["8867-4"],
            MdcCodes = [new(147842, "MDC_ECG_HEART_RATE"), new(147842, "MDC_ECG_CARD_BEAT_RATE")],
            Unit = Unit.PerMinute, Low = 0, High = 350, Decimals = 0, Validity = Continuous,
        },
        new()
        {
            Vital = VitalSign.PulseRate, Key = "pulse_rate", Name = "Pulse rate", Label = "PR", LoincCodes = ["8867-4"],
            MdcCodes =
            [
                new(149530, "MDC_PULS_OXIM_PULS_RATE"), new(149514, "MDC_PULS_RATE"), new(149546, "MDC_PULS_RATE_NON_INV"),
            ],
            Unit = Unit.PerMinute, Low = 0, High = 350, Decimals = 0, Validity = Continuous,
        },

        // A share of haemoglobin cannot exceed 100. The whole scale below is plausible: by its value alone a deep desaturation
        // cannot be told from a loose sensor, and refusing it would hide an arrest.
        new()
        {
            Vital = VitalSign.SpO2, Key = "spo2", Name = "Oxygen saturation", Label = "SpO2", LoincCodes = ["59408-5", "2708-6"],
            MdcCodes = [new(150456, "MDC_PULS_OXIM_SAT_O2")],
            Unit = Unit.Percent, AlsoIn = [(Unit.Fraction, 100)], Low = 0, High = 100, Decimals = 0, Validity = Continuous,
        },

        // 0 is apnoea; 120 is the upper end of what impedance pneumography counts.
        new()
        {
            Vital = VitalSign.RespiratoryRate, Key = "respiratory_rate", Name = "Respiratory rate", Label = "RR",
            LoincCodes = ["9279-1"],
            MdcCodes =
            [
                new(151562, "MDC_RESP_RATE"), new(151570, "MDC_AWAY_RESP_RATE"), new(151578, "MDC_TTHOR_RESP_RATE"),
                new(151594, "MDC_CO2_RESP_RATE"),
            ],
            Unit = Unit.PerMinute, Low = 0, High = 120, Decimals = 0, Validity = Continuous,
        },

        // Below 20 the probe measures the room; above 46 it measures a device. A Fahrenheit value sent as Celsius falls outside.
        // Skin temperature (150388) is left out: it is some degrees below the body's, and NEWS2 would score it as hypothermia.
        new()
        {
            Vital = VitalSign.Temperature, Key = "temperature", Name = "Temperature", Label = "Temp", LoincCodes = ["8310-5"],
            MdcCodes =
            [
                new(150344, "MDC_TEMP"), new(150364, "MDC_TEMP_BODY"), new(150368, "MDC_TEMP_CORE"), new(150392, "MDC_TEMP_TYMP"),
                new(188420, "MDC_TEMP_RECT"), new(188424, "MDC_TEMP_ORAL"), new(188496, "MDC_TEMP_AXIL"),
                new(188452, "MDC_TEMP_AXILLA"),
            ],
            Unit = Unit.Celsius, Low = 20, High = 46, Decimals = 1, Validity = OncePerShift,
        },
    ];

    // 0 is an arrest; 350 is above hypertensive crisis. Negative values come from a line that is open to air or being zeroed.
    private static VitalSignInfo[] Pressures() =>
    [
        Cuff(VitalSign.SystolicPressure, "systolic_pressure", "Systolic pressure (cuff)", "SBP", "8480-6", 150021, 150301, "SYS"),
        Cuff(
            VitalSign.DiastolicPressure, "diastolic_pressure", "Diastolic pressure (cuff)", "DBP", "8462-4", 150022, 150302, "DIA"),
        Cuff(VitalSign.MeanPressure, "mean_pressure", "Mean pressure (cuff)", "MAP", "8478-0", 150023, 150303, "MEAN"),
        Arterial(
            VitalSign.ArterialSystolicPressure, "arterial_systolic_pressure", "Systolic pressure (arterial line)", "ASys",
            "76215-3", 150033, 150037, "SYS"),
        Arterial(
            VitalSign.ArterialDiastolicPressure, "arterial_diastolic_pressure", "Diastolic pressure (arterial line)", "ADia",
            "76213-8", 150034, 150038, "DIA"),
        Arterial(
            VitalSign.ArterialMeanPressure, "arterial_mean_pressure", "Mean pressure (arterial line)", "AMean",
            "76214-6", 150035, 150039, "MEAN"),
    ];

    private static VitalSignInfo Cuff(
        VitalSign vital, string key, string name, string label, string loinc, int nibp, int cuff, string suffix) => new()
        {
            Vital = vital,
            Key = key,
            Name = name,
            Label = label,
            LoincCodes = [loinc],
            MdcCodes = [new(nibp, "MDC_PRESS_BLD_NONINV_" + suffix), new(cuff, "MDC_PRESS_CUFF_" + suffix)],
            Unit = Unit.MillimetreOfMercury,
            Low = 0,
            High = 350,
            Decimals = 0,
            Validity = Intermittent,
        };

    private static VitalSignInfo Arterial(
        VitalSign vital, string key, string name, string label, string loinc, int art, int abp, string suffix) => new()
        {
            Vital = vital,
            Key = key,
            Name = name,
            Label = label,
            LoincCodes = [loinc],
            MdcCodes = [new(art, "MDC_PRESS_BLD_ART_" + suffix), new(abp, "MDC_PRESS_BLD_ART_ABP_" + suffix)],
            Unit = Unit.MillimetreOfMercury,
            Low = 0,
            High = 350,
            Decimals = 0,
            Validity = Continuous,
        };

    private static VitalSignInfo[] GasesAndGlucose() =>
    [
        // 0 is a disconnected airway or an arrest; capnographs measure up to 150 mm[Hg].
        new()
        {
            Vital = VitalSign.EndTidalCarbonDioxide, Key = "end_tidal_co2", Name = "End-tidal carbon dioxide", Label = "EtCO2",
            LoincCodes = ["19891-1"],
            MdcCodes = [new(151708, "MDC_CONC_AWAY_CO2_ET"), new(151728, "MDC_AWAY_CO2_ET")],
            Unit = Unit.MillimetreOfMercury, Low = 0, High = 150, Decimals = 0, Validity = Continuous,
        },

        // No living patient has 0, which is an empty field; 2000 is above hyperosmolar crises.
        new()
        {
            Vital = VitalSign.Glucose, Key = "glucose", Name = "Glucose", Label = "Gluc",
            LoincCodes = ["2339-0", "41653-7", "99504-3", "105272-9"],
            MdcCodes =
            [
                new(160020, "MDC_CONC_GLU_GEN"), new(160184, "MDC_CONC_GLU_CAPILLARY_WHOLEBLOOD"),
                new(160188, "MDC_CONC_GLU_CAPILLARY_PLASMA"), new(160212, "MDC_CONC_GLU_ISF"),
            ],
            Unit = Unit.MilligramPerDecilitre, AlsoIn = [(Unit.MillimolePerLitre, UnitConversion.MilligramPerDecilitreInMillimolePerLitre)],
            Low = 5, High = 2000, Decimals = 0, Validity = GlucoseSensor,
        },

        // Room air is 20.9; 18 allows for the error of oxygen sensors (some 3 points at room air). A fraction sent as a
        // percentage (0.21) falls outside. LOINC 3150-6 has a wrong check digit.
        new()
        {
            Vital = VitalSign.InspiredOxygen, Key = "inspired_oxygen", Name = "Inspired oxygen", Label = "FiO2",
            LoincCodes = ["3150-0"], MdcCodes = [new(152196, "MDC_CONC_AWAY_O2_INSP")],
            Unit = Unit.Percent, AlsoIn = [(Unit.Fraction, 100)], Low = 18, High = 100, Decimals = 0, Validity = Continuous,
        },

        // High-flow therapy gives up to 60-80 L/min. A flow is a setting that a person enters with the observations, whatever
        // passes it on; it is not carried longer, because unknown oxygen must become missing rather than stay "air".
        new()
        {
            Vital = VitalSign.OxygenFlow, Key = "oxygen_flow", Name = "Oxygen flow", Label = "O2", LoincCodes = ["3151-8"],
            MdcCodes = [], Unit = Unit.LitrePerMinute, Low = 0, High = 100, Decimals = 1, Validity = Intermittent,
        },
    ];

    // Codes and totals that a person judges at a round of observations.
    private static VitalSignInfo[] Coded() =>
    [
        new()
        {
            Vital = VitalSign.Consciousness, Key = "consciousness", Name = "Consciousness (ACVPU)", Label = "ACVPU",
            LoincCodes = ["80288-4"], MdcCodes = [], Unit = Unit.Score, Low = 0, High = 4, Decimals = 0, Validity = Intermittent,
        },
        new()
        {
            Vital = VitalSign.GlasgowComaScale, Key = "glasgow_coma_scale", Name = "Glasgow coma scale", Label = "GCS",
            LoincCodes = ["9269-2"], MdcCodes = [new(153728, "MDC_SCORE_GLAS_COMA")],
            Unit = Unit.Score, Low = 3, High = 15, Decimals = 0, Validity = Intermittent,
        },
    ];

    // Oximeters report up to 20 %; 30 leaves room for other makes.
    private static VitalSignInfo PerfusionIndex() => new()
    {
        Vital = VitalSign.PerfusionIndex,
        Key = "perfusion_index",
        Name = "Perfusion index",
        Label = "PI",
        LoincCodes = ["61006-3"],
        MdcCodes = [new(150488, "MDC_BLD_PERF_INDEX")],
        Unit = Unit.Percent,
        Low = 0,
        High = 30,
        Decimals = 1,
        Validity = Continuous,
    };
}
