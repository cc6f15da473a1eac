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
    /// <summary>A frame was released that is not ahead: contact is back, and old gaps and skews clear after a while.</summary>
    /// <param name="patient">The patient.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="watermark">The source's watermark before it.</param>
    public void Heard(int patient, ref readonly Frame frame, long watermark)
    {
        ref var p = ref state.Patient(patient);
        ref var device = ref state.Device(ref p, frame.Device);
        var source = (int)frame.Source;
        // A backlog that comes after a silence is no contact yet: contact is back with what is news.
        var timeout = state.Settings.Sources[source].ContactTimeout;
        if (device.Lost && frame.EventTime > watermark && frame.ArrivalTime - frame.EventTime <= timeout)
        {
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
                if (IsSilent(in device, instant) && (lost < 0 || device.Watermark < state.Device(ref p, lost).Watermark))
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

    private bool IsSilent(ref readonly DeviceOrder device, long instant)
    {
        var timeout = state.Settings.Sources[(int)device.Source].ContactTimeout;
        return timeout > 0 && !device.Lost && device.Watermark != long.MinValue && instant - device.Watermark > timeout;
    }

    private void Lose(ref PatientState p, int patient, int local)
    {
        ref var device = ref state.Device(ref p, local);
        var timeout = state.Settings.Sources[(int)device.Source].ContactTimeout;
        device.Lost = true;
        p.LostDevices |= 1u << local;
        // A lost signal must not hide an arrest: silence after a breach is as urgent as the breach.
        var least = device.Source == SourceClass.Bedside ? AlertPriority.Medium : AlertPriority.Low;
        var open = limits.OpenPriority(patient, local);
        var rule = state.Book.Contact(device.Source);
        var change = state.Rule(patient, rule).Episode.Hold(device.Watermark, open > least ? open : least);
        if (change.Changed)
        {
            alerts.Note(
                patient, rule, new Decision(change, TransitionReason.ContactLost, double.NaN),
                new Evidence(device.Watermark, timeout / 1000.0, Detail: $"device {state.Names(patient).Devices[local]}"));
        }

        for (var mask = p.Active; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            if (p.Leads[vital].Device == local)
            {
                limits.Doubt(patient, vital, device.Watermark);
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
