// Technical alerts about sources: contact, gaps in the sequence, clocks that run ahead.
using System.Globalization;
using System.Numerics;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>
/// One episode per patient, rule and class of source. Contact is judged by the age of the last frame on the arrival-time grid;
/// gaps and clocks by released frames, so that disorder that is waited for raises nothing.
/// </summary>
internal sealed class SourceLaw(FlowState state, LimitPass limits, AlertSink alerts)
{
    /// <summary>A frame arrived that was not here before, whatever it holds: there is contact.</summary>
    public void Heard(int patient, ref readonly Frame frame)
    {
        ref var p = ref state.Patient(patient);
        ref var device = ref state.Device(ref p, frame.Device);
        device.LastHeard = Math.Max(device.LastHeard, frame.ArrivalTime);
        if (!device.Lost)
        {
            return;
        }

        device.Lost = false;
        p.LostDevices &= ~(1u << frame.Device);
        if (!AnyLost(ref p, frame.Source))
        {
            // Which of several lost devices is heard last is chance: the frame is no part of the evidence.
            var rule = state.Book.Contact(frame.Source);
            alerts.Note(
                patient, rule, new Decision(state.Rule(patient, rule).Episode.End(false), TransitionReason.ContactRestored, double.NaN),
                new Evidence(frame.EventTime, double.NaN, Detail: $"device {state.Names(patient).Devices[frame.Device]}"));
        }
    }

    /// <summary>A frame was released on time: old gaps and wrong clocks clear after a while.</summary>
    public void OnTime(int patient, ref readonly Frame frame)
    {
        ref var p = ref state.Patient(patient);
        var source = (int)frame.Source;
        var clear = state.Settings.TechnicalClearSeconds * 1000L;
        if (p.LastGap[source] != 0 && frame.EventTime - p.LastGap[source] >= clear)
        {
            p.LastGap[source] = 0;
            End(patient, state.Book.Gap(frame.Source), TransitionReason.SequenceContiguous, in frame);
        }

        if (p.LastSkew[source] != 0 && frame.EventTime - p.LastSkew[source] >= clear)
        {
            p.LastSkew[source] = 0;
            End(patient, state.Book.Clock(frame.Source), TransitionReason.ClockAgrees, in frame);
        }
    }

    /// <summary>Frames before this one were given up.</summary>
    public void Gap(int patient, ref readonly Frame frame, ulong missing)
    {
        ref var p = ref state.Patient(patient);
        p.LastGap[(int)frame.Source] = frame.EventTime;
        Hold(
            patient, state.Book.Gap(frame.Source), AlertPriority.Low, TransitionReason.SequenceGap, frame.EventTime, missing, in frame);
    }

    /// <summary>A frame has newer data under an older number: the device's numbering went back, and its order starts anew.</summary>
    public void Restarted(int patient, ref readonly Frame frame)
    {
        state.Patient(patient).LastGap[(int)frame.Source] = frame.EventTime;
        Hold(
            patient, state.Book.Gap(frame.Source), AlertPriority.Low, TransitionReason.NumberingRestarted, frame.EventTime, frame.Sequence,
            in frame);
    }

    /// <summary>A frame's event time is further ahead of its arrival than the source may be; it was rejected.</summary>
    public void Ahead(int patient, ref readonly Frame frame, long watermark)
    {
        ref var p = ref state.Patient(patient);
        // The frame's own time is wrong and arrival times are not event times: the episode is dated by the last good frame.
        var since = watermark == long.MinValue ? frame.ArrivalTime : watermark;
        p.LastSkew[(int)frame.Source] = since;
        Hold(
            patient, state.Book.Clock(frame.Source), AlertPriority.Medium, TransitionReason.ClockAhead, since,
            (frame.EventTime - frame.ArrivalTime) / 1000.0, in frame);
    }

    /// <summary>A frame in sequence is late: the device's clock went back. Charted values may be as late as people are.</summary>
    public void Behind(int patient, ref readonly Frame frame, long watermark)
    {
        if (frame.Source == SourceClass.Charted)
        {
            return;
        }

        state.Patient(patient).LastSkew[(int)frame.Source] = watermark;
        Hold(
            patient, state.Book.Clock(frame.Source), AlertPriority.Medium, TransitionReason.ClockBehind, watermark,
            (watermark - frame.EventTime) / 1000.0, in frame);
    }

    /// <summary>Looks whose contact is lost at an instant of arrival time; whoever fell silent first comes first.</summary>
    public void CheckContact(int patient, long instant)
    {
        ref var p = ref state.Patient(patient);
        while (true)
        {
            var lost = -1;
            for (var local = 0; local < p.DeviceCount; local++)
            {
                ref var device = ref state.Device(ref p, local);
                if (LostAt(in p, in device) <= instant && (lost < 0 || HeardAt(in p, in device) < HeardAt(in p, in state.Device(ref p, lost))))
                {
                    lost = local;
                }
            }

            if (lost < 0)
            {
                return;
            }

            Lose(ref p, patient, lost);
        }
    }

    /// <summary>Arrival time at which contact with a device is lost if nothing is heard, or <see cref="PatientState.Never"/>.</summary>
    public long LostAt(ref readonly PatientState p, ref readonly DeviceOrder device)
    {
        var timeout = state.Settings.Sources[(int)device.Source].ContactTimeout;
        return timeout == 0 || device.Lost || device.LastHeard == long.MinValue
            ? PatientState.Never
            : HeardAt(in p, in device) + timeout + 1;
    }

    /// <summary>
    /// A device was taken away: it is not lost, whatever it was before. Gaps and clocks of its class are over with the last of the class.
    /// </summary>
    public void Remove(int patient, int local, TransitionReason reason, in Evidence evidence)
    {
        ref var p = ref state.Patient(patient);
        ref var device = ref state.Device(ref p, local);
        if (device.LastHeard == long.MinValue)
        {
            return;
        }

        p.LostDevices &= ~(1u << local);
        if (!AnyLost(ref p, device.Source))
        {
            alerts.Close(patient, state.Book.Contact(device.Source), reason, in evidence);
        }

        for (var other = 0; other < p.DeviceCount; other++)
        {
            ref readonly var left = ref state.Device(ref p, other);
            if (other != local && left.LastHeard != long.MinValue && left.Source == device.Source)
            {
                return;
            }
        }

        p.LastGap[(int)device.Source] = 0;
        p.LastSkew[(int)device.Source] = 0;
        alerts.Close(patient, state.Book.Gap(device.Source), reason, in evidence);
        alerts.Close(patient, state.Book.Clock(device.Source), reason, in evidence);
    }

    // The newest event time, where it agrees with arrival as live data does: the way of a frame then makes no difference. A clock
    // that is slow or fast does not lose or keep contact: arrival decides.
    private static long HeardAt(ref readonly PatientState p, ref readonly DeviceOrder device) =>
        Math.Clamp(device.Watermark, device.LastHeard - p.SettleTime, device.LastHeard);

    private void Lose(ref PatientState p, int patient, int local)
    {
        ref var device = ref state.Device(ref p, local);
        var timeout = state.Settings.Sources[(int)device.Source].ContactTimeout;
        device.Lost = true;
        p.LostDevices |= 1u << local;
        // A lost signal must not hide an arrest: silence after a breach is as urgent as the breach.
        var least = device.Source == SourceClass.Bedside ? AlertPriority.Medium : AlertPriority.Low;
        var breached = limits.BreachedPriority(patient, local);
        var since = HeardAt(in p, in device);
        var rule = state.Book.Contact(device.Source);
        var change = state.Rule(patient, rule).Episode.HoldAnew(since, breached > least ? breached : least);
        alerts.Note(
            patient, rule, new Decision(change, TransitionReason.ContactLost, double.NaN),
            new Evidence(since, timeout / 1000.0, Detail: $"device {state.Names(patient).Devices[local]}"));

        for (var mask = p.Active; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            if (p.Leads[vital].Device == local)
            {
                limits.Doubt(patient, vital, since);
            }
        }
    }

    private bool AnyLost(ref PatientState p, SourceClass source)
    {
        for (var mask = p.LostDevices; mask != 0; mask &= mask - 1)
        {
            if (state.Device(ref p, BitOperations.TrailingZeroCount(mask)).Source == source)
            {
                return true;
            }
        }

        return false;
    }

    private void Hold(
        int patient, int rule, AlertPriority priority, TransitionReason reason, long eventTime, double value, ref readonly Frame frame) =>
        Note(patient, rule, state.Rule(patient, rule).Episode.Hold(eventTime, priority), reason, eventTime, value, in frame);

    private void End(int patient, int rule, TransitionReason reason, ref readonly Frame frame) =>
        Note(patient, rule, state.Rule(patient, rule).Episode.End(false), reason, frame.EventTime, double.NaN, in frame);

    // The frame is named only where something changed: most frames change nothing, and a name costs memory.
    private void Note(
        int patient, int rule, EpisodeChange change, TransitionReason reason, long eventTime, double value, ref readonly Frame frame)
    {
        if (change.Changed)
        {
            alerts.Note(
                patient, rule, new Decision(change, reason, double.NaN), new Evidence(eventTime, value, FrameId(patient, in frame)));
        }
    }

    private string FrameId(int patient, ref readonly Frame frame) => string.Create(
        CultureInfo.InvariantCulture, $"{state.Names(patient).Devices[frame.Device]}/{frame.Epoch}/{frame.Sequence}");
}
