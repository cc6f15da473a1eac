// C# makes the same bits as training/: every row of schemas/golden/features.json and features-2.json, through windows as the pipeline fills them.
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Features;

public class FeatureSpecGoldenTests
{
    private const long Admission = 1_700_000_000_000;

    public static TheoryData<string, SourceClass> Cases => [.. GoldenFeatures.First.Patients.Concat(GoldenFeatures.All.Patients).SelectMany(
        p => Enum.GetValues<SourceClass>().Select(s => new TheoryDataRow<string, SourceClass>(p.Name, s)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Fill_GoldenPatient_MakesTheBitsOfTraining(string name, SourceClass source)
    {
        var file = new[] { GoldenFeatures.First, GoldenFeatures.All }.Single(f => f.Patients.Any(p => p.Name == name));
        var golden = file.Patients.Single(p => p.Name == name);
        var spec = FeatureSpec.Create(file.Inputs, file.Normalisation, 3600, out var problem);
        Assert.Null(problem);
        Assert.Equal(file.Inputs.Count, spec!.Count);
        Assert.NotEmpty(golden.Rows);
        var patient = Arrived(golden);
        var ordered = golden.Events.OrderBy(e => e.OffsetMs).ToList();
        var (taken, nextStep) = (0, spec.StepMs);
        var row = new float[spec.Count];
        foreach (var wanted in golden.Rows)
        {
            // Steps between the rows are committed all the same, each with what had happened until its end.
            for (; nextStep < wanted.OffsetMs; nextStep += spec.StepMs)
            {
                Settle(ref patient, ordered, ref taken, nextStep, source);
                Commit(ref patient, nextStep);
            }

            Settle(ref patient, ordered, ref taken, wanted.OffsetMs, source);
            spec.Fill(in patient, Admission + wanted.OffsetMs, row);

            Assert.Equal(wanted.Committed, wanted.OffsetMs == nextStep);
            for (var i = 0; i < row.Length; i++)
            {
                Assert.True(
                    BitConverter.SingleToInt32Bits(wanted.Expected[i]) == BitConverter.SingleToInt32Bits(row[i]),
                    $"{name} at {wanted.OffsetMs} ms, {file.Inputs[i]}: {row[i]:R}, not {wanted.Expected[i]:R}");
            }
        }
    }

    [Fact]
    public void Contract_ListsWhatFeatureSpecCanDo()
    {
        var golden = GoldenFeatures.All;

        Assert.Equal(GoldenFeatures.Contract(), golden.Inputs);
        Assert.NotNull(FeatureSpec.Create(GoldenFeatures.Contract(), golden.Normalisation, 3600, out _));
    }

    // A value that training refuses must be refused by the service, and the other way round.
    [Fact]
    public void Contract_RangesAndUnits_AreThoseOfTheCatalogue() =>
        Assert.All(GoldenFeatures.Variables(), variable =>
        {
            Assert.True(VitalSignCatalogue.TryParse(variable.Key, out var vital), variable.Key);
            var info = VitalSignCatalogue.Info(vital);
            Assert.Equal((info.Key, info.Low, info.High), (variable.Key, variable.Low, variable.High));
            Assert.True(Units.TryParse(variable.Unit, out var unit) && unit == info.Unit, $"{variable.Key}: {variable.Unit}");
        });

    private static PatientState Arrived(GoldenPatient golden)
    {
        var patient = PatientState.New();
        patient.Facts.AdmissionTime = Admission;
        patient.Facts.AgeYears = golden.Age ?? double.NaN;
        patient.Facts.SexMale = golden.Sex switch
        {
            "male" => 1,
            "female" => 0,
            _ => 0.5,
        };
        patient.StepStart = Admission;
        return patient;
    }

    private static void Settle(ref PatientState patient, List<GoldenEvent> events, ref int taken, long until, SourceClass source)
    {
        for (; taken < events.Count && events[taken].OffsetMs <= until; taken++)
        {
            var (offset, vital, value) = events[taken];
            if (UnitConversion.ToCanonical(vital, Unit.Canonical, value, out _) != RejectReason.None)
            {
                continue;
            }

            ref var window = ref patient.Windows[(int)vital];
            Assert.True(window.Take(
                0, source, 1, (ulong)taken + 1, Admission + offset, value,
                VitalSignCatalogue.ValidityWindow(vital, window.Source), patient.LastTick, patient.StepStart));
        }
    }

    private static void Commit(ref PatientState patient, long offset)
    {
        patient.StepStart = Admission + offset;
        for (var vital = 0; vital < VitalSignCatalogue.Count; vital++)
        {
            (patient.Windows[vital].StepSum, patient.Windows[vital].StepCount) = (0, 0);
        }
    }
}
