// The second pass: puts frames in order by source, judges timeliness and contact, and hands released frames on.
using System.Globalization;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.State;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>Order, lateness, gaps and clocks of all sources, and what follows of a released frame.</summary>
internal sealed class OrderPass(
    FlowState state, HeldFrames held, LimitPass limits, WindowPass windows, SourceLaw sources, AlertSink alerts, SeriesSink series)
{
    // A device that is this far ahead of a gap is let go on, whatever the gap wait.
    private const int MaxHeld = 512;

    /// <summary>Applies one frame of a device that the patient wears, when all instants up to its arrival time have been run.</summary>
    public void Apply(in Element element, List<RejectedReading> rejected)
    {
        ref var p = ref state.Patient(element.Patient);
        ref var frame = ref state.Frames[element.Frame];
        ref var device = ref state.Device(ref p, frame.Device);
        var settings = state.Settings.Sources[(int)frame.Source];
        var arrival = device.Arrive(frame.Epoch, frame.Sequence, settings.GapWait > 0);
        if (arrival == Arrival.Duplicate || (arrival == Arrival.Hold && !Hold(ref p, element.Patient, element.Frame, settings)))
        {
            p.Counts.Duplicate += frame.Readings;
            state.Frames.Free(element.Frame);
            return;
        }

        sources.Heard(element.Patient, in frame);
        state.Wake(element.Patient, sources.LostAt(in p, in device));
        Judge(ref p, ref frame, in device, in settings, in element, rejected);
        switch (arrival)
        {
            case Arrival.Release:
                Release(element.Patient, element.Frame);
                ReleaseContiguous(element.Patient, frame.Device);
                break;
            case Arrival.Filler when IsNews(in frame, in device):
                // Under an old number comes what is newer than all before: a wild number went before, or the device restarted badly.
                sources.Restarted(element.Patient, in frame);
                device.RestartAt(frame.Epoch, frame.Sequence);
                Release(element.Patient, element.Frame);
                ReleaseContiguous(element.Patient, frame.Device);
                break;
            case Arrival.Filler:
                Fill(element.Patient, element.Frame);
                break;
            case Arrival.Hold when device.Held > MaxHeld:
                GiveUp(element.Patient, frame.Device, long.MaxValue);
                break;
        }
    }

    // Decides late and future, counts every reading, and keeps what was rejected as dead letters.
    private void Judge(
        ref PatientState p, ref Frame frame, in DeviceOrder device, in SourceSettings settings, in Element element,
        List<RejectedReading> rejected)
    {
        if (frame.EventTime > frame.ArrivalTime + settings.FutureTolerance)
        {
            frame.Flags |= FrameFlags.Future;
            p.Counts.Rejected[(int)RejectReason.FutureEventTime] += frame.Readings;
            alerts.DeadLetter(element.Patient, element.Offset, 0, frame.Readings, RejectReason.FutureEventTime, string.Create(
                CultureInfo.InvariantCulture,
                $"event time {AlertText.Time(frame.EventTime)} is {(frame.EventTime - frame.ArrivalTime) / 1000.0:0.#} s ahead of arrival"));
            return;
        }

        if (device.IsLate(frame.EventTime, settings.Grace))
        {
            frame.Flags |= FrameFlags.Late;
            p.Counts.Late += frame.Readings;
            series.Readings(element.Patient, in frame);
            return;
        }

        p.Counts.Accepted += frame.Readings - element.RejectedCount;
        for (var i = 0; i < element.RejectedCount; i++)
        {
            var reading = rejected[element.RejectedFrom + i];
            p.Counts.Rejected[(int)reading.Reason]++;
            var vital = reading.Vital == 255 ? reading.Name : VitalSignCatalogue.Info((VitalSign)reading.Vital).Key;
            alerts.DeadLetter(element.Patient, element.Offset, i, 1, reading.Reason, string.Create(
                CultureInfo.InvariantCulture, $"{vital} {reading.Value} {Units.Code(reading.Unit)} at {AlertText.Time(frame.EventTime)}"));
        }

        series.Readings(element.Patient, in frame);
    }

    // Holds a frame back and sees to it that the gap is not waited for too long. False: it is a repeat of a held one.
    private bool Hold(ref PatientState p, int patient, int number, in SourceSettings settings)
    {
        ref var device = ref state.Device(ref p, state.Frames[number].Device);
        if (!held.Add(ref device, number))
        {
            return false;
        }

        if (device.GapUntil == PatientState.Never)
        {
            device.GapUntil = state.Frames[number].ArrivalTime + settings.GapWait;
            state.Wake(patient, device.GapUntil);
        }

        return true;
    }

    private void Release(int patient, int number)
    {
        ref var p = ref state.Patient(patient);
        ref var frame = ref state.Frames[number];
        ref var device = ref state.Device(ref p, frame.Device);
        var watermark = device.Watermark;
        device.Released(in frame);
        if ((frame.Flags & FrameFlags.Future) != 0)
        {
            sources.Ahead(patient, in frame, watermark);
            state.Frames.Free(number);
            return;
        }

        if ((frame.Flags & FrameFlags.Late) != 0)
        {
            sources.Behind(patient, in frame, watermark);
            state.Frames.Free(number);
            return;
        }

        if (frame.Source == SourceClass.Charted && frame.EventTime > frame.ArrivalTime)
        {
            // Charted ahead of the hour: it counts from when it came, and does not hide what is measured until that hour.
            frame.EventTime = frame.ArrivalTime;
        }

        p.Clock = Math.Max(p.Clock, Math.Min(frame.EventTime, frame.ArrivalTime));
        if (p.FirstEventTime == long.MinValue)
        {
            Start(ref p, patient, in frame);
        }

        sources.OnTime(patient, in frame);
        limits.Observe(patient, ref frame);
        if (p.Active != 0)
        {
            state.Wake(patient, limits.NextDoubt(patient));
        }

        windows.Settle(patient, number);
    }

    private void ReleaseContiguous(int patient, int local)
    {
        ref var device = ref state.Device(ref state.Patient(patient), local);
        while (device.HeldFirst >= 0)
        {
            ref var first = ref state.Frames[device.HeldFirst];
            if (first.Epoch != device.Epoch || first.Sequence != device.Next)
            {
                // What is still held waits for a gap of its own, counted from its own arrival; if that is over, to the next instant.
                var wait = state.Settings.Sources[(int)device.Source].GapWait;
                device.GapUntil = Math.Max(first.ArrivalTime + wait, state.Patient(patient).LastArrival + 1);
                state.Wake(patient, device.GapUntil);
                return;
            }

            Release(patient, held.RemoveFirst(ref device));
        }

        device.GapUntil = PatientState.Never;
    }

    /// <summary>Gives up what is missing where the gap wait is over at an instant.</summary>
    public void GiveUpDue(int patient, long instant)
    {
        ref var p = ref state.Patient(patient);
        for (var local = 0; local < p.DeviceCount; local++)
        {
            if (state.Device(ref p, local).GapUntil <= instant)
            {
                GiveUp(patient, local, instant);
            }
        }
    }

    // Waiting is over up to an instant: what is missing is given up, and what is held goes on.
    private void GiveUp(int patient, int local, long instant)
    {
        ref var p = ref state.Patient(patient);
        ref var device = ref state.Device(ref p, local);
        while (device.HeldFirst >= 0 && device.GapUntil <= instant)
        {
            ref var first = ref state.Frames[device.HeldFirst];
            if (first.Epoch > device.Epoch)
            {
                held.StartEpoch(ref device, first.Epoch);
            }

            if (first.Sequence > device.Next && device.Watermark != long.MinValue)
            {
                sources.Gap(patient, in first, first.Sequence - device.Next);
            }

            Release(patient, held.RemoveFirst(ref device));
            ReleaseContiguous(patient, local);
        }
    }

    // A frame that nobody waits for any more corrects windows, but drives no limit: limits only go forward.
    private void Fill(int patient, int number)
    {
        ref var frame = ref state.Frames[number];
        frame.Flags |= FrameFlags.Filler;
        if ((frame.Flags & (FrameFlags.Late | FrameFlags.Future)) != 0)
        {
            state.Frames.Free(number);
            return;
        }

        ref var p = ref state.Patient(patient);
        if (p.FirstEventTime == long.MinValue)
        {
            Start(ref p, patient, in frame);
        }

        windows.Settle(patient, number);
    }

    private static bool IsNews(ref readonly Frame frame, ref readonly DeviceOrder device) =>
        (frame.Flags & (FrameFlags.Late | FrameFlags.Future)) == 0 && device.Watermark != long.MinValue
        && frame.EventTime > device.Watermark;

    private void Start(ref PatientState p, int patient, ref readonly Frame frame)
    {
        p.FirstEventTime = frame.EventTime;
        if (p.Facts.AdmissionTime == long.MinValue)
        {
            // Nobody said when the patient was admitted: the first reading stands in, on the tick grid.
            p.Facts.AdmissionTime = windows.TickAtOrAfter(frame.EventTime) - (state.Settings.TickSeconds * 1000L);
        }

        windows.AnchorSteps(patient, frame.EventTime);
    }
}
