// What belongs to a patient has the patient as its key; what concerns the whole partition has none.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Stream;

public class LogElementTests
{
    [Fact]
    public void Key_EachElement_IsItsPatientOrEmpty()
    {
        Assert.Equal("p1", new FrameElement(1, "p1", "monitor", SourceClass.Bedside, 1, 1, 1, []).Key);
        Assert.Equal("p1", new PatientFactsElement(1, "p1").Key);
        Assert.Equal("p1", new AcknowledgementElement(1, "p1", "limit.spo2.low", "nurse").Key);
        Assert.Equal("p1", new DeviceAssociationElement(1, "p1", "monitor", 1, null, "nurse").Key);
        Assert.Equal("p1", new PatientLimitsElement(1, "p1", [], "nurse").Key);
        Assert.Equal("p1", new DischargeElement(1, "p1", 1, "nurse").Key);
        Assert.Equal("", new ModelAvailabilityElement(1, 0, false, "gone").Key);
        Assert.Equal("", new ClockElement(1).Key);
        Assert.Equal("", new RefusedElement(1, 1, RejectReason.Malformed, "vitals.csv:17", "x").Key);
    }

    [Fact]
    public void PatientFacts_NothingSaid_IsUnknownAndNeverAssumed()
    {
        var facts = new PatientFactsElement(1, "p1");

        Assert.Null(facts.AgeYears);
        Assert.Null(facts.Male);
        Assert.Null(facts.AdmissionTime);
        Assert.Null(facts.SpO2Scale2OrderedBy);
        Assert.False(facts.Pregnant);
    }
}
