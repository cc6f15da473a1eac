// Applies control records: what is known of a patient, who wears what, which limits hold, who has seen which alarm.
using System.Text;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Domain.Windows;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>
/// The law of control records. They are rare and each says what holds from now on, so that one that comes twice changes nothing.
/// </summary>
internal sealed class ControlPass(
    FlowState state, HeldFrames held, LimitPass limits, WindowPass windows, SourceLaw sources, AlertSink alerts)
{
    /// <summary>Applies the control record of an element, when all instants up to its arrival time have been run.</summary>
    public void Apply(in Element element)
    {
        var patient = element.Patient;
        switch (element.Control)
        {
            case PatientFactsElement facts:
                Facts(patient, facts, element.ArrivalTime);
                break;
            case PatientLimitsElement own:
                Limits(in element, own);
                break;
            case DeviceAssociationElement association:
                Associate(in element, association);
                break;
            case DischargeElement discharge:
                Discharge(patient, discharge, element.ArrivalTime);
                break;
            case AcknowledgementElement acknowledgement:
                Acknowledge(patient, acknowledgement, element.ArrivalTime);
                break;
            case ModelAvailabilityElement model:
                state.Models.Changes.Add((element.Offset, element.ArrivalTime, model.Available));
                break;
            case ModelElectedElement elected:
                state.Models.Elect(element.Offset, element.ArrivalTime, elected.Election);
                break;
            case RefusedElement refused:
                Refuse(in element, refused.Readings, refused.Reason, $"{refused.Where}: {refused.Text}");
                break;
        }
    }

    private void Facts(int patient, PatientFactsElement facts, long arrivalTime)
    {
        ref var p = ref state.Patient(patient);
        var names = state.Names(patient);
        names.Ward = facts.Ward ?? "";
        names.Bed = facts.Bed ?? "";
        names.Scale2OrderedBy = facts.SpO2Scale2OrderedBy ?? "";
        p.Facts.AgeYears = facts.AgeYears ?? double.NaN;
        p.Facts.SexMale = facts.Male switch { true => 1, false => 0, _ => 0.5 };
        p.Facts.SpO2Scale2 = names.Scale2OrderedBy.Length > 0;
        p.Facts.Pregnant = facts.Pregnant;
        limits.Change(patient, new Evidence(arrivalTime, double.NaN, Detail: $"ward '{names.Ward}'"));

        // An admission before the discharge is the one that ended with it.
        Readmit(ref p, facts.AdmissionTime >= p.DischargedAt ? Math.Min(facts.AdmissionTime.Value, arrivalTime) : arrivalTime);
        if (facts.AdmissionTime is { } admission && admission != p.Facts.AdmissionTime)
        {
            p.Facts.AdmissionTime = admission;
            if (p.FirstEventTime != long.MinValue)
            {
                windows.AnchorSteps(patient, p.FirstEventTime);
            }
        }
    }

    // What is wrong here was wrong where it was taken in, too: the check is one.
    private void Limits(in Element element, PatientLimitsElement own)
    {
        if (PatientLimits.Problem(own.Limits, state.Settings.Limits) is { } problem)
        {
            Refuse(in element, 1, RejectReason.Malformed, problem);
            return;
        }

        state.Names(element.Patient).Limits = own.Limits;
        limits.Change(element.Patient, new Evidence(element.ArrivalTime, double.NaN, Detail: $"by {own.By}"));
    }

    private void Associate(in Element element, DeviceAssociationElement association)
    {
        var patient = element.Patient;
        ref var p = ref state.Patient(patient);
        var id = Encoding.UTF8.GetBytes(association.Device);
        var local = state.FindDevice(patient, id);
        local = local < 0 ? state.AddDevice(patient, id, SourceClass.Bedside) : local;
        if (local < 0)
        {
            Refuse(
                in element, 1, RejectReason.Malformed,
                $"device {association.Device}: the patient has {PatientState.MaxDevices} devices already");
            return;
        }

        ref var device = ref state.Device(ref p, local);
        if (association.Until is { } until)
        {
            End(patient, local, association, Math.Min(until, element.ArrivalTime));
            return;
        }

        device.WornFrom = association.From;
        Readmit(ref p, association.From);
    }

    private void End(int patient, int local, DeviceAssociationElement association, long until)
    {
        ref var p = ref state.Patient(patient);
        ref var device = ref state.Device(ref p, local);
        if (association.From < device.WornFrom && device.WornFrom != long.MaxValue && until <= device.WornFrom)
        {
            // The end of an interval before the present one.
            device.RemovedAt = Math.Max(device.RemovedAt, until);
            return;
        }

        var evidence = new Evidence(until, double.NaN, Detail: $"device {association.Device} by {association.By}");
        Remove(patient, local, TransitionReason.DeviceRemoved, in evidence);
        device.WornFrom = long.MaxValue;
        device.RemovedAt = Math.Max(device.RemovedAt, until);
        if (!AnyLeft(ref p))
        {
            alerts.CloseAll(patient, TransitionReason.DeviceRemoved, evidence with { Detail = evidence.Detail + ", the patient's last" });
            WindowPass.Stop(ref p);
        }
    }

    // The one way in which a device leaves a patient: nothing of it is under way any more, and nothing is expected of it.
    private void Remove(int patient, int local, TransitionReason reason, in Evidence evidence)
    {
        ref var p = ref state.Patient(patient);
        ref var device = ref state.Device(ref p, local);
        held.Clear(ref device);
        limits.Remove(patient, local, reason, in evidence);
        sources.Remove(patient, local, reason, in evidence);
        device.Leave();
        p.SettleTime = 0;
        for (var left = 0; left < p.DeviceCount; left++)
        {
            ref readonly var other = ref state.Device(ref p, left);
            p.SettleTime = other.LastHeard == long.MinValue ? p.SettleTime : Math.Max(p.SettleTime, state.SettleTimeOf(other.Source));
        }

        windows.Remove(patient, local);
        if (!PatientWindows.AnyKnownStale(in p))
        {
            alerts.Close(patient, state.Book.StaleInputs, reason, in evidence);
        }
    }

    private bool AnyLeft(ref PatientState p)
    {
        for (var local = 0; local < p.DeviceCount; local++)
        {
            if (!state.Device(ref p, local).IsAway)
            {
                return true;
            }
        }

        return false;
    }

    private void Discharge(int patient, DischargeElement discharge, long arrivalTime)
    {
        ref var p = ref state.Patient(patient);
        var at = Math.Min(discharge.At, arrivalTime);
        if (p.ReadmittedAt != PatientState.Never && at <= p.DischargedAt)
        {
            // The discharge from an earlier stay.
            return;
        }

        var evidence = new Evidence(at, double.NaN, Detail: $"by {discharge.By}");
        for (var local = 0; local < p.DeviceCount; local++)
        {
            Remove(patient, local, TransitionReason.Discharged, in evidence);
            ref var device = ref state.Device(ref p, local);
            device.RemovedAt = device.WornFrom == long.MaxValue ? device.RemovedAt : at;
            device.WornFrom = device.WornFrom == long.MinValue ? device.WornFrom : long.MaxValue;
        }

        alerts.CloseAll(patient, TransitionReason.Discharged, in evidence);
        windows.EndStay(patient);
        p.DischargedAt = at;
        p.ReadmittedAt = PatientState.Never;

        // Who the patient is stays known; what was said for the stay ends with it.
        var names = state.Names(patient);
        names.Bed = "";
        names.Scale2OrderedBy = "";
        names.Limits = [];
        p.Facts.SpO2Scale2 = false;
        p.Facts.AdmissionTime = long.MinValue;
        limits.Change(patient, in evidence);
    }

    private static void Readmit(ref PatientState p, long eventTime) =>
        p.ReadmittedAt = p.ReadmittedAt == PatientState.Never ? Math.Max(p.DischargedAt, eventTime) : p.ReadmittedAt;

    private void Acknowledge(int patient, AcknowledgementElement acknowledgement, long arrivalTime)
    {
        var rule = state.Book.IndexOf(acknowledgement.Rule);
        if (rule >= 0)
        {
            var change = state.Rule(patient, rule).Episode.Acknowledge(acknowledgement.OpenedEventTime, acknowledgement.Ordinal);
            alerts.Note(
                patient, rule, new Decision(change, TransitionReason.ByPerson, double.NaN),
                new Evidence(arrivalTime, double.NaN, Detail: $"by {acknowledgement.By}"));
        }
    }

    private void Refuse(in Element element, int readings, RejectReason reason, string detail)
    {
        ref var p = ref state.Patient(element.Patient);
        p.Counts.In += readings;
        p.Counts.Rejected[(int)reason] += readings;
        alerts.DeadLetter(element.Patient, element.Offset, 0, readings, reason, detail);
    }
}
