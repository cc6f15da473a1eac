// A patient of whom nothing is known: nothing is due, nothing is assumed.
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Domain.Windows;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Patients;

public class PatientStateTests
{
    [Fact]
    public void New_Patient_HasNothingDue()
    {
        var patient = PatientState.New();

        Assert.All(
            [patient.DueTick, patient.ForceAt, patient.NextStep, patient.NextInstant],
            time => Assert.Equal(PatientState.Never, time));
        Assert.All(
            [patient.Clock, patient.Settled, patient.LastTick, patient.StepStart, patient.LastArrival, patient.FirstEventTime],
            time => Assert.Equal(long.MinValue, time));
        Assert.Equal((-1, -1, -1L), (patient.QueueFirst, patient.QueueLast, patient.LastOffset));
        Assert.Equal((0u, 0u, false), (patient.Seen, patient.Active, patient.Dirty));
        Assert.True(double.IsNaN(patient.Risk));
    }

    [Fact]
    public void New_Patient_HasEmptyWindowsAndNoLeads()
    {
        var patient = PatientState.New();
        for (var vital = 0; vital < VitalSignCatalogue.Count; vital++)
        {
            Assert.Equal(VitalWindow.Empty, patient.Windows[vital]);
            Assert.Equal((VitalWindow.NoDevice, long.MinValue, 0L),
                (patient.Leads[vital].Device, patient.Leads[vital].LastEventTime, patient.Leads[vital].BadSince));
            Assert.True(double.IsNaN(patient.Leads[vital].LastValid));
        }
    }

    [Fact]
    public void New_Patient_IsOfUnknownAgeSexAndAdmission()
    {
        var facts = PatientState.New().Facts;

        Assert.True(double.IsNaN(facts.AgeYears));
        Assert.Equal((0.5, long.MinValue, false, false),
            (facts.SexMale, facts.AdmissionTime, facts.SpO2Scale2, facts.Pregnant));
    }
}
