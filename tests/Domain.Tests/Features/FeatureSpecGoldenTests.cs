// C# makes the same bits as training/: every row of schemas/golden/features.json, through windows as the pipeline fills them.
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Features;

public class FeatureSpecGoldenTests
{
    private const long Admission = 1_700_000_000_000;

    public static TheoryData<string, SourceClass> Cases => [.. GoldenFeatures.Patients.SelectMany(
        p => Enum.GetValues<SourceClass>().Select(s => new TheoryDataRow<string, SourceClass>(p.Name, s)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Fill_GoldenPatient_MakesTheBitsOfTraining(string name, SourceClass source)
    {
        var golden = GoldenFeatures.Patients.Single(p => p.Name == name);
        var spec = FeatureSpec.Create(GoldenFeatures.InputNames, GoldenFeatures.Normalisation, 3600, out var problem);
        Assert.Null(problem);
        Assert.Equal(25, spec!.Count);
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
                    $"{name} at {wanted.OffsetMs} ms, {GoldenFeatures.InputNames[i]}: {row[i]:R}, not {wanted.Expected[i]:R}");
            }
        }
    }

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
