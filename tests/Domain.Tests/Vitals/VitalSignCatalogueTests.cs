// The catalogue is complete, consistent with itself, and holds the codes of the standards rather than their common misprints.
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Vitals;

public class VitalSignCatalogueTests
{
    public static TheoryData<VitalSign> Everything => [.. Enum.GetValues<VitalSign>()];

    [Fact]
    public void All_EveryVitalSign_StandsAtItsNumber()
    {
        Assert.Equal(VitalSignCatalogue.Count, Enum.GetValues<VitalSign>().Length);
        Assert.Equal(VitalSignCatalogue.Count, VitalSignCatalogue.All.Length);
        Assert.Equal(VitalSignCatalogue.SourceClassCount, Enum.GetValues<SourceClass>().Length);
        for (var i = 0; i < VitalSignCatalogue.Count; i++)
        {
            Assert.Equal((VitalSign)i, VitalSignCatalogue.All[i].Vital);
            Assert.Same(VitalSignCatalogue.All[i], VitalSignCatalogue.Info((VitalSign)i));
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void Info_EachVitalSign_HasNameCodeUnitAndRange(VitalSign vital)
    {
        var info = VitalSignCatalogue.Info(vital);

        Assert.Matches("^[a-z][a-z0-9]*(_[a-z0-9]+)*$", info.Key);
        Assert.NotEmpty(info.Name);
        Assert.InRange(info.Label.Length, 1, 5);
        Assert.All(info.LoincCodes, code => Assert.True(HasLoincCheckDigit(code), code));

        // Whether somebody is ventilated has no code of its own: LOINC's names a mode.
        Assert.Equal(vital == VitalSign.MechanicalVentilation ? null : info.LoincCodes[0], info.Loinc);
        Assert.All(info.MdcCodes, mdc => Assert.Equal(2, mdc.Code >> 16));
        Assert.All(info.MdcCodes, mdc => Assert.StartsWith("MDC_", mdc.RefId, StringComparison.Ordinal));
        Assert.NotEqual(Unit.Canonical, info.Unit);
        Assert.True(info.Low < info.High);
        Assert.InRange(info.Decimals, 0, 2);
        Assert.Equal(info.Low, VitalSignCatalogue.PlausibleLow[(int)vital]);
        Assert.Equal(info.High, VitalSignCatalogue.PlausibleHigh[(int)vital]);
        Assert.Equal(info.Unit, VitalSignCatalogue.CanonicalUnit(vital));
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void ValidityWindow_EachSourceClass_IsThatOfTheEntry(VitalSign vital)
    {
        var validity = VitalSignCatalogue.Info(vital).Validity;

        Assert.Equal(validity.Bedside, VitalSignCatalogue.ValidityWindow(vital, SourceClass.Bedside));
        Assert.Equal(validity.Wearable, VitalSignCatalogue.ValidityWindow(vital, SourceClass.Wearable));
        Assert.Equal(validity.Charted, VitalSignCatalogue.ValidityWindow(vital, SourceClass.Charted));
        Assert.All(Enum.GetValues<SourceClass>(), source => Assert.InRange(
            VitalSignCatalogue.ValidityWindow(vital, source), 60_000, 24 * 3_600_000));
    }

    [Theory]
    [InlineData(VitalSign.HeartRate, SourceClass.Bedside, 5)]
    [InlineData(VitalSign.HeartRate, SourceClass.Wearable, 5)]
    [InlineData(VitalSign.HeartRate, SourceClass.Charted, 240)]
    [InlineData(VitalSign.SpO2, SourceClass.Bedside, 5)]
    [InlineData(VitalSign.ArterialSystolicPressure, SourceClass.Bedside, 5)]
    [InlineData(VitalSign.SystolicPressure, SourceClass.Bedside, 240)]
    [InlineData(VitalSign.SystolicPressure, SourceClass.Charted, 240)]
    [InlineData(VitalSign.Temperature, SourceClass.Bedside, 480)]
    [InlineData(VitalSign.Temperature, SourceClass.Charted, 480)]
    [InlineData(VitalSign.Consciousness, SourceClass.Charted, 240)]
    [InlineData(VitalSign.OxygenFlow, SourceClass.Charted, 240)]
    public void ValidityWindow_SafetyRules_AreTheDefaults(VitalSign vital, SourceClass source, int minutes) =>
        Assert.Equal(minutes * 60_000L, VitalSignCatalogue.ValidityWindow(vital, source));

    [Fact]
    public void All_KeysLabelsAndCodes_BelongToOneVitalSign()
    {
        var keys = new HashSet<string>();
        var labels = new HashSet<string>();
        var loinc = new HashSet<string>();
        var refIds = new HashSet<string>();
        var mdc = new Dictionary<int, VitalSign>();
        foreach (var info in VitalSignCatalogue.All)
        {
            Assert.True(keys.Add(info.Key), info.Key);
            Assert.True(labels.Add(info.Label), info.Label);
            foreach (var code in info.LoincCodes)
            {
                // FHIR's profiles code pulse as heart rate; nothing else may be shared.
                Assert.True(loinc.Add(code) || (info.Vital == VitalSign.PulseRate && code == "8867-4"), code);
            }
            foreach (var code in info.MdcCodes)
            {
                Assert.True(refIds.Add(code.RefId), code.RefId);
                Assert.True(mdc.TryAdd(code.Code, info.Vital) || mdc[code.Code] == info.Vital, code.RefId);
            }
        }
    }

    [Theory]
    [InlineData("heart_rate", VitalSign.HeartRate)]
    [InlineData("pulse_rate", VitalSign.PulseRate)]
    [InlineData("spo2", VitalSign.SpO2)]
    [InlineData("SpO2", VitalSign.SpO2)]
    [InlineData(" respiratory_rate ", VitalSign.RespiratoryRate)]
    [InlineData("temperature", VitalSign.Temperature)]
    [InlineData("systolic_pressure", VitalSign.SystolicPressure)]
    [InlineData("diastolic_pressure", VitalSign.DiastolicPressure)]
    [InlineData("mean_pressure", VitalSign.MeanPressure)]
    [InlineData("arterial_systolic_pressure", VitalSign.ArterialSystolicPressure)]
    [InlineData("arterial_diastolic_pressure", VitalSign.ArterialDiastolicPressure)]
    [InlineData("arterial_mean_pressure", VitalSign.ArterialMeanPressure)]
    [InlineData("end_tidal_co2", VitalSign.EndTidalCarbonDioxide)]
    [InlineData("glucose", VitalSign.Glucose)]
    [InlineData("inspired_oxygen", VitalSign.InspiredOxygen)]
    [InlineData("oxygen_flow", VitalSign.OxygenFlow)]
    [InlineData("consciousness", VitalSign.Consciousness)]
    [InlineData("glasgow_coma_scale", VitalSign.GlasgowComaScale)]
    [InlineData("perfusion_index", VitalSign.PerfusionIndex)]
    [InlineData("lactate", VitalSign.Lactate)]
    [InlineData("2524-7", VitalSign.Lactate)]
    [InlineData("platelets", VitalSign.Platelets)]
    [InlineData("mechanical_ventilation", VitalSign.MechanicalVentilation)]
    [InlineData("8867-4", VitalSign.HeartRate)]
    [InlineData("2708-6", VitalSign.SpO2)]
    [InlineData("59408-5", VitalSign.SpO2)]
    [InlineData("9279-1", VitalSign.RespiratoryRate)]
    [InlineData("8310-5", VitalSign.Temperature)]
    [InlineData("8480-6", VitalSign.SystolicPressure)]
    [InlineData("8462-4", VitalSign.DiastolicPressure)]
    [InlineData("8478-0", VitalSign.MeanPressure)]
    [InlineData("80288-4", VitalSign.Consciousness)]
    [InlineData("9269-2", VitalSign.GlasgowComaScale)]
    [InlineData("3151-8", VitalSign.OxygenFlow)]
    [InlineData("3150-0", VitalSign.InspiredOxygen)]
    [InlineData("147842", VitalSign.HeartRate)]
    [InlineData("149530", VitalSign.PulseRate)]
    [InlineData("149514", VitalSign.PulseRate)]
    [InlineData("149546", VitalSign.PulseRate)]
    [InlineData("150456", VitalSign.SpO2)]
    [InlineData("151562", VitalSign.RespiratoryRate)]
    [InlineData("151594", VitalSign.RespiratoryRate)]
    [InlineData("150344", VitalSign.Temperature)]
    [InlineData("188496", VitalSign.Temperature)]
    [InlineData("150021", VitalSign.SystolicPressure)]
    [InlineData("150022", VitalSign.DiastolicPressure)]
    [InlineData("150023", VitalSign.MeanPressure)]
    [InlineData("150301", VitalSign.SystolicPressure)]
    [InlineData("150302", VitalSign.DiastolicPressure)]
    [InlineData("150303", VitalSign.MeanPressure)]
    [InlineData("150033", VitalSign.ArterialSystolicPressure)]
    [InlineData("150034", VitalSign.ArterialDiastolicPressure)]
    [InlineData("150035", VitalSign.ArterialMeanPressure)]
    [InlineData("150037", VitalSign.ArterialSystolicPressure)]
    [InlineData("150038", VitalSign.ArterialDiastolicPressure)]
    [InlineData("150039", VitalSign.ArterialMeanPressure)]
    [InlineData("151708", VitalSign.EndTidalCarbonDioxide)]
    [InlineData("160212", VitalSign.Glucose)]
    [InlineData("152196", VitalSign.InspiredOxygen)]
    [InlineData("153728", VitalSign.GlasgowComaScale)]
    [InlineData("150488", VitalSign.PerfusionIndex)]
    [InlineData("MDC_ECG_HEART_RATE", VitalSign.HeartRate)]
    [InlineData("mdc_puls_oxim_sat_o2", VitalSign.SpO2)]
    [InlineData("MDC_PRESS_BLD_NONINV_SYS", VitalSign.SystolicPressure)]
    [InlineData("MDC_PRESS_CUFF_MEAN", VitalSign.MeanPressure)]
    [InlineData("MDC_PRESS_BLD_ART_ABP_DIA", VitalSign.ArterialDiastolicPressure)]
    public void TryParse_KeyOrCode_FindsTheVitalSign(string name, VitalSign expected)
    {
        Assert.True(VitalSignCatalogue.TryParse(name, out var vital));
        Assert.Equal(expected, vital);
    }

    [Theory]
    [InlineData("")]
    [InlineData("urine")]
    [InlineData("150324")] // printed for SpO2 in public code; it is another metric
    [InlineData("150020")] // the group of cuff pressures, printed for the systolic one
    [InlineData("29140")] // a context-dependent code
    [InlineData("150388")] // skin temperature, which is not body temperature
    [InlineData("3150-6")] // inspired oxygen with a wrong check digit
    [InlineData("264864")] // a unit
    [InlineData("HeartRate")]
    public void TryParse_UnknownOrWrongCode_FindsNothing(string name) => Assert.False(VitalSignCatalogue.TryParse(name, out _));

    // LOINC numbers end in a mod 10 (Luhn) check digit, which catches a mistyped code.
    private static bool HasLoincCheckDigit(string code)
    {
        var dash = code.IndexOf('-', StringComparison.Ordinal);
        var sum = 0;
        for (var i = dash - 1; i >= 0; i--)
        {
            var digit = code[i] - '0';
            var weighted = (dash - 1 - i) % 2 == 0 ? 2 * digit : digit;
            sum += weighted / 10 + weighted % 10;
        }
        return dash > 0 && code.Length == dash + 2 && (10 - sum % 10) % 10 == code[^1] - '0';
    }
}
