// Whose a frame is, by event time: what the patient wears is judged, what was worn before is stored, the rest is refused.
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Stream;

public class WearLawTests
{
    private const long Always = long.MinValue;
    private const long Never = long.MinValue;
    private const long NotAgain = long.MaxValue;

    [Theory]
    [InlineData(Always, Never, 0, Wearing.Now)]
    [InlineData(10, Never, 10, Wearing.Now)]
    [InlineData(10, Never, 9, Wearing.NotWorn)]
    [InlineData(NotAgain, 10, 9, Wearing.Before)]
    [InlineData(NotAgain, 10, 10, Wearing.NotWorn)]
    [InlineData(20, 10, 9, Wearing.Before)]
    [InlineData(20, 10, 10, Wearing.NotWorn)]
    [InlineData(20, 10, 19, Wearing.NotWorn)]
    [InlineData(20, 10, 20, Wearing.Now)]
    [InlineData(5, 10, 7, Wearing.Now)]
    [InlineData(5, 10, 4, Wearing.Before)]
    public void Of_ADevice_IsByItsTimesOnThePatient(long wornFrom, long removedAt, long eventTime, Wearing expected)
    {
        var patient = PatientState.New();
        var device = DeviceOrder.New(SourceClass.Bedside);
        device.WornFrom = wornFrom;
        device.RemovedAt = removedAt;

        Assert.Equal(expected, WearLaw.Of(in patient, in device, eventTime));
    }

    [Theory]
    [InlineData(10, NotAgain, 9, Wearing.Before)]
    [InlineData(10, NotAgain, 10, Wearing.Discharged)]
    [InlineData(10, 20, 9, Wearing.Before)]
    [InlineData(10, 20, 19, Wearing.Discharged)]
    [InlineData(10, 20, 20, Wearing.Now)]
    [InlineData(10, 10, 10, Wearing.Now)]
    public void Of_ADischarge_IsByTheStay(long dischargedAt, long readmittedAt, long eventTime, Wearing expected)
    {
        var patient = PatientState.New();
        patient.DischargedAt = dischargedAt;
        patient.ReadmittedAt = readmittedAt;
        var device = DeviceOrder.New(SourceClass.Bedside);

        Assert.Equal(expected, WearLaw.Of(in patient, in device, eventTime));
    }

    [Theory]
    [InlineData(5, Wearing.Before)]
    [InlineData(15, Wearing.Discharged)]
    [InlineData(25, Wearing.NotWorn)]
    [InlineData(35, Wearing.Now)]
    public void Of_DischargeAndDevice_IsByWhateverSaysMore(long eventTime, Wearing expected)
    {
        var patient = PatientState.New();
        (patient.DischargedAt, patient.ReadmittedAt) = (10, 20);
        var device = DeviceOrder.New(SourceClass.Bedside);
        (device.RemovedAt, device.WornFrom) = (10, 30);

        Assert.Equal(expected, WearLaw.Of(in patient, in device, eventTime));
    }

    [Fact]
    public void IsAway_ThroughALife_IsBetweenRemovalAndNewBeginning()
    {
        var device = DeviceOrder.New(SourceClass.Bedside);
        Assert.False(device.IsAway);
        device.LastHeard = 5;
        Assert.False(device.IsAway);

        device.Leave();
        (device.RemovedAt, device.WornFrom) = (10, long.MaxValue);
        Assert.True(device.IsAway);

        device.WornFrom = 20;
        Assert.False(device.IsAway);
        device.LastHeard = 25;
        Assert.False(device.IsAway);
    }

    [Fact]
    public void Leave_ThenBegin_RemembersFramesUntilItBeginsAnew()
    {
        var device = DeviceOrder.New(SourceClass.Bedside);
        for (var sequence = 1ul; sequence <= 3; sequence++)
        {
            Assert.Equal(Arrival.Release, device.Arrive(1, sequence, true));
            device.Released(new Frame { Sequence = sequence, EventTime = 100 });
        }

        device.Leave();
        Assert.Equal(Arrival.Duplicate, device.Arrive(1, 2, true));
        Assert.Equal((long.MinValue, long.MinValue, long.MaxValue), (device.Watermark, device.LastHeard, device.GapUntil));

        device.Begin();
        Assert.Equal(Arrival.Release, device.Arrive(1, 1, true));
    }
}
