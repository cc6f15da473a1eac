// All windows of a patient at once: what a device led is empty when it goes, and the next expiry is the earliest that nobody knows of.
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Domain.Windows;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Windows;

public class PatientWindowsTests
{
    private const long T = 1_700_000_000_000;

    [Fact]
    public void Empty_OneOfTwoDevices_LeavesTheWindowsOfTheOther()
    {
        var p = PatientState.New();
        Settle(ref p, 0, T, (VitalSign.HeartRate, 80), (VitalSign.SpO2, 97));
        Settle(ref p, 1, T, (VitalSign.RespiratoryRate, 16));
        p.Dirty = false;

        PatientWindows.Empty(ref p, 0);

        Assert.Equal(1ul << (int)VitalSign.RespiratoryRate, p.Seen);
        Assert.Equal(VitalWindow.Empty, p.Windows[(int)VitalSign.HeartRate]);
        Assert.Equal(16, p.Windows[(int)VitalSign.RespiratoryRate].Last);
        Assert.True(p.Dirty);
    }

    [Fact]
    public void Empty_ADeviceThatLeadsNothing_ChangesNothing()
    {
        var p = PatientState.New();
        Settle(ref p, 0, T, (VitalSign.HeartRate, 80));
        p.Dirty = false;

        PatientWindows.Empty(ref p, 1);

        Assert.Equal((1ul << (int)VitalSign.HeartRate, false), (p.Seen, p.Dirty));
    }

    [Fact]
    public void NextExpiry_SeveralValues_IsTheEarliestThatTheLastScoreTookForFresh()
    {
        var p = PatientState.New();
        Assert.Equal(PatientState.Never, PatientWindows.NextExpiry(in p));
        Settle(ref p, 0, T, (VitalSign.HeartRate, 80));
        Settle(ref p, 0, T + 1000, (VitalSign.SpO2, 97));
        var validity = VitalSignCatalogue.ValidityWindow(VitalSign.HeartRate, SourceClass.Bedside);

        Assert.Equal(T + validity + 1, PatientWindows.NextExpiry(in p));
        Assert.False(PatientWindows.AnyKnownStale(in p));

        PatientWindows.Scored(ref p, T + validity + 1);
        Assert.True(PatientWindows.AnyKnownStale(in p));
        Assert.Equal(
            T + 1001 + VitalSignCatalogue.ValidityWindow(VitalSign.SpO2, SourceClass.Bedside), PatientWindows.NextExpiry(in p));
    }

    [Fact]
    public void Settle_QuestionableReadings_StayOutOfTheWindows()
    {
        var p = PatientState.New();
        var frame = new Frame { EventTime = T, Present = 1, Questionable = 1 };

        PatientWindows.Settle(ref p, in frame);

        Assert.Equal((0u, false), (p.Seen, p.Dirty));
    }

    private static void Settle(ref PatientState p, byte device, long time, params (VitalSign Vital, double Value)[] values)
    {
        var frame = new Frame { EventTime = time, Device = device, Epoch = 1, Sequence = 1 };
        foreach (var (vital, value) in values)
        {
            frame.Present |= 1ul << (int)vital;
            frame.Values[(int)vital] = value;
        }

        PatientWindows.Settle(ref p, in frame);
    }
}
