// A model's row from a card's names: names that are not in the contract are refused, and each input at its edges.
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Features;

public class FeatureSpecTests
{
    private const long Admission = 1_700_000_000_000;
    private const long Hour = 3_600_000;

    private static readonly Normalisation Constants = new(
        new Dictionary<string, double> { ["heart_rate.value"] = 80, ["systolic_pressure.value"] = 120, ["age_years"] = 60 },
        new Dictionary<string, double> { ["heart_rate.value"] = 10, ["systolic_pressure.value"] = 20, ["age_years"] = 10 },
        5, 24, 336);

    [Theory]
    [InlineData("")]
    [InlineData("heart_rate")]
    [InlineData("heart_rate.")]
    [InlineData(".value")]
    [InlineData("heart_rate.mean")]
    [InlineData("heart_rate.Value")]
    [InlineData("heart_rate.value.value")]
    [InlineData("lactat.value")]
    [InlineData("age")]
    [InlineData("AGE_YEARS")]
    [InlineData("sex")]
    [InlineData("hours_since_admission.value")]
    public void Create_UnknownName_SaysWhichAndMakesNothing(string name)
    {
        var spec = FeatureSpec.Create(["sex_male", name], Constants, 3600, out var problem);

        Assert.Null(spec);
        Assert.Contains($"'{name}'", problem, StringComparison.Ordinal);
        Assert.Contains("1", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("spo2.value")]
    [InlineData("temperature.value")]
    public void Create_ConstantMissing_SaysWhich(string name)
    {
        Assert.Null(FeatureSpec.Create([name], Constants, 3600, out var problem));
        Assert.Contains($"'{name}'", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Create_UselessDeviation_IsRefused(double deviation)
    {
        var broken = Constants with { StandardDeviation = new Dictionary<string, double> { ["age_years"] = deviation } };

        Assert.Null(FeatureSpec.Create(["age_years"], broken, 3600, out var problem));
        Assert.Contains("'age_years'", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_InputsWithoutConstants_NeedNone()
    {
        var nothing = new Normalisation(new Dictionary<string, double>(), new Dictionary<string, double>(), 5, 24, 336);
        string[] names = ["spo2.observed", "spo2.hours_since_last", "sex_male", "hours_since_admission", "step_fraction"];

        var spec = FeatureSpec.Create(names, nothing, 1800, out var problem);

        Assert.Null(problem);
        Assert.Equal((5, 1_800_000L), (spec!.Count, spec.StepMs));
    }

    [Fact]
    public void Create_EveryNameOfTheContract_IsKnown()
    {
        Assert.NotNull(FeatureSpec.Create(GoldenFeatures.First.Inputs, GoldenFeatures.First.Normalisation, 3600, out var problem));
        Assert.Null(problem);
    }

    [Fact]
    public void Fill_NamesInAnotherOrder_MakesTheSameNumbersInThatOrder()
    {
        var reversed = GoldenFeatures.First.Inputs.Reverse().ToList();
        var spec = FeatureSpec.Create(GoldenFeatures.First.Inputs, GoldenFeatures.First.Normalisation, 3600, out _)!;
        var backwards = FeatureSpec.Create(reversed, GoldenFeatures.First.Normalisation, 3600, out _)!;
        var patient = Patient();
        Take(ref patient, VitalSign.HeartRate, Admission + 1_000, 91);
        Take(ref patient, VitalSign.SpO2, Admission + 2_000, 93);
        var (row, other) = (new float[spec.Count], new float[spec.Count]);

        spec.Fill(in patient, Admission + Hour, row);
        backwards.Fill(in patient, Admission + Hour, other);

        Assert.Equal(row, other.Reverse());
    }

    [Theory]
    [InlineData(80, 0)]
    [InlineData(90, 1)]
    [InlineData(65, -1.5)]
    [InlineData(130, 5)]
    [InlineData(131, 5)]
    [InlineData(30, -5)]
    [InlineData(0, -5)]
    public void Fill_Value_IsStandardisedAndClipped(double value, float expected)
    {
        var patient = Patient();
        Take(ref patient, VitalSign.HeartRate, Admission + 1_000, value);

        Assert.Equal(expected, Fill("heart_rate.value", in patient, Admission + Hour));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(12, 0.5f)]
    [InlineData(24, 1)]
    [InlineData(25, 1)]
    [InlineData(10_000, 1)]
    public void Fill_HoursSinceLast_IsAShareOfTheCap(double hours, float expected)
    {
        var patient = Patient();
        Take(ref patient, VitalSign.SpO2, Admission, 97);

        Assert.Equal(expected, Fill("spo2.hours_since_last", in patient, Admission + (long)(hours * Hour)));
    }

    [Fact]
    public void Fill_NeverObserved_IsZeroNotObservedAndTheCap()
    {
        var patient = Patient();

        Assert.Equal(0, Fill("heart_rate.value", in patient, Admission + Hour));
        Assert.Equal(0, Fill("heart_rate.observed", in patient, Admission + Hour));
        Assert.Equal(1, Fill("heart_rate.hours_since_last", in patient, Admission + Hour));
    }

    [Fact]
    public void Fill_NothingInTheStep_CarriesTheLastValueForwardWithoutLimit()
    {
        var patient = Patient();
        Take(ref patient, VitalSign.HeartRate, Admission + 1_000, 70);
        Take(ref patient, VitalSign.HeartRate, Admission + 2_000, 100);
        ref var window = ref patient.Windows[(int)VitalSign.HeartRate];
        Assert.Equal(0.5f, Fill("heart_rate.value", in patient, Admission + Hour));
        (window.StepSum, window.StepCount) = (0, 0);

        Assert.Equal(2, Fill("heart_rate.value", in patient, Admission + (500 * Hour)));
        Assert.Equal(0, Fill("heart_rate.observed", in patient, Admission + (500 * Hour)));
    }

    [Theory]
    [InlineData(VitalSign.SystolicPressure, VitalSign.ArterialSystolicPressure, "systolic_pressure.value")]
    [InlineData(VitalSign.HeartRate, VitalSign.PulseRate, "heart_rate.value")]
    public void Fill_TwoWaysToMeasure_TheNewerCountsAndTheyAreNotMixed(VitalSign usual, VitalSign other, string input)
    {
        var constants = Constants with
        {
            Mean = Constants.Mean.ToDictionary(m => m.Key, _ => 0.0),
            StandardDeviation = Constants.Mean.ToDictionary(m => m.Key, _ => 100.0),
        };
        var patient = Patient();
        Take(ref patient, other, Admission + 1_000, 90);
        Assert.Equal(0.9f, Fill(input, in patient, Admission + Hour, constants));
        Take(ref patient, usual, Admission + 2_000, 120);
        Assert.Equal(1.2f, Fill(input, in patient, Admission + Hour, constants));
        Take(ref patient, other, Admission + 3_000, 100);
        Assert.Equal(0.95f, Fill(input, in patient, Admission + Hour, constants));
    }

    [Theory]
    [InlineData(double.NaN, 0)]
    [InlineData(60, 0)]
    [InlineData(75, 1.5f)]
    [InlineData(120, 5)]
    [InlineData(16, -4.4f)]
    public void Fill_Age_IsStandardisedOrZeroIfUnknown(double age, float expected)
    {
        var patient = Patient();
        patient.Facts.AgeYears = age;

        Assert.Equal(expected, Fill("age_years", in patient, Admission + Hour));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(336, 1)]
    [InlineData(337, 1)]
    [InlineData(-5, 0)]
    public void Fill_HoursSinceAdmission_RunsFrom0To1(double hours, float expected)
    {
        var patient = Patient();

        Assert.Equal(expected, Fill("hours_since_admission", in patient, Admission + (long)(hours * Hour)));
    }

    [Theory]
    [InlineData(1, 1 / 3600f)]
    [InlineData(1_800, 0.5f)]
    [InlineData(3_600, 1)]
    public void Fill_StepFraction_IsTheShareOfTheStepBehind(long seconds, float expected)
    {
        var patient = Patient();
        patient.StepStart = Admission + (7 * Hour);

        Assert.Equal(expected, Fill("step_fraction", in patient, patient.StepStart + (seconds * 1_000)));
    }

    [Fact]
    public void Fill_ManyRows_AllocatesNothing()
    {
        var spec = FeatureSpec.Create(GoldenFeatures.First.Inputs, GoldenFeatures.First.Normalisation, 3600, out _)!;
        var patient = Patient();
        Take(ref patient, VitalSign.HeartRate, Admission + 1_000, 91);
        var row = new float[spec.Count];
        spec.Fill(in patient, Admission + Hour, row);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            spec.Fill(in patient, Admission + Hour, row);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static PatientState Patient()
    {
        var patient = PatientState.New();
        patient.Facts.AdmissionTime = patient.StepStart = Admission;
        return patient;
    }

    private static void Take(ref PatientState patient, VitalSign vital, long eventTime, double value) =>
        patient.Windows[(int)vital].Take(
            0, SourceClass.Bedside, 1, 1, eventTime, value, 300_000, long.MinValue, patient.StepStart);

    private static float Fill(string input, ref readonly PatientState patient, long time, Normalisation? constants = null)
    {
        var row = new float[1];
        FeatureSpec.Create([input], constants ?? Constants, 3600, out _)!.Fill(in patient, time, row);
        return row[0];
    }
}
