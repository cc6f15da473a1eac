// Finds the device of a frame and decides whether the patient wears it: only then is the frame judged.
using System.Globalization;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>Admits frames to the order of their device, stores those that are too late to be judged, and refuses the rest.</summary>
internal sealed class WearPass(FlowState state, AlertSink alerts, SeriesSink series)
{
    /// <summary>Decides about a frame, which then has its device's number.</summary>
    /// <returns>False: it was counted and stored or refused, and nothing is to be done with it any more.</returns>
    public bool Admit(in Element element, ReadOnlySpan<byte> deviceId)
    {
        ref var p = ref state.Patient(element.Patient);
        ref var frame = ref state.Frames[element.Frame];
        p.Counts.Frames++;
        p.Counts.In += frame.Readings;
        var local = state.FindDevice(element.Patient, deviceId);
        local = local < 0 ? state.AddDevice(element.Patient, deviceId, frame.Source) : local;
        if (local < 0)
        {
            Refuse(in element, RejectReason.Malformed, $"the patient has {PatientState.MaxDevices} devices already");
            return false;
        }

        frame.Device = (byte)local;
        ref var device = ref state.Device(ref p, local);
        switch (WearLaw.Of(in p, in device, frame.EventTime))
        {
            case Wearing.Now:
                break;
            case Wearing.Before:
                Store(in element, ref p, ref device);
                return false;
            case Wearing.NotWorn:
                Refuse(in element, RejectReason.DeviceNotWorn, Moment(element.Patient, in frame));
                return false;
            default:
                Refuse(in element, RejectReason.PatientDischarged, Moment(element.Patient, in frame));
                return false;
        }

        if (device.LastHeard == long.MinValue)
        {
            device.Begin();
            device.Source = frame.Source;
            p.SettleTime = Math.Max(p.SettleTime, state.SettleTimeOf(frame.Source));
        }

        if (device.Source != frame.Source)
        {
            Refuse(in element, RejectReason.Malformed, $"{Moment(element.Patient, in frame)} says {frame.Source} of a {device.Source} device");
            return false;
        }

        return true;
    }

    // What came after the device had left, of the time before: whoever looks at the series finds it, and no decision sees it.
    private void Store(in Element element, ref PatientState p, ref DeviceOrder device)
    {
        ref var frame = ref state.Frames[element.Frame];

        // Once the device has begun anew, what it sent before is not remembered any more.
        var ordered = state.Settings.Sources[(int)frame.Source].GapWait > 0;
        if (device.LastHeard == long.MinValue && device.Arrive(frame.Epoch, frame.Sequence, ordered) == Arrival.Duplicate)
        {
            p.Counts.Duplicate += frame.Readings;
            return;
        }

        frame.Flags |= FrameFlags.Late;
        p.Counts.Late += frame.Readings;
        series.Readings(element.Patient, in frame);
    }

    private void Refuse(in Element element, RejectReason reason, string detail)
    {
        int readings = state.Frames[element.Frame].Readings;
        state.Patient(element.Patient).Counts.Rejected[(int)reason] += readings;
        alerts.DeadLetter(element.Patient, element.Offset, 0, readings, reason, detail);
    }

    private string Moment(int patient, ref readonly Frame frame) => string.Create(
        CultureInfo.InvariantCulture,
        $"{state.Names(patient).Devices[frame.Device]}/{frame.Epoch}/{frame.Sequence} at {AlertText.Time(frame.EventTime)}");
}
