// Runs what is due on the arrival-time grid: gap waits, contact, doubt, delayed pages, and instants to score.
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>
/// The timers of all patients. Each instant that is due for a patient is run before anything later of the patient is applied, so that
/// it makes no difference when a timer gets its turn.
/// </summary>
internal sealed class InstantPass(
    FlowState state, OrderPass order, LimitPass limits, WindowPass windows, SourceLaw sources, AlertSink alerts)
{
    /// <summary>
    /// Runs every instant of the arrival-time grid that is due for a patient up to a time. Stops when the patient is blocked.
    /// </summary>
    /// <returns>False when the patient is blocked and this must be called again.</returns>
    public bool Advance(int patient, long arrivalTime)
    {
        if (!windows.Drain(patient))
        {
            return false;
        }

        while (state.NextInstant(patient) <= arrivalTime)
        {
            RunInstant(patient, state.NextInstant(patient));
            if (!windows.Drain(patient))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Finds anew what is due next, after something changed that timers depend on.</summary>
    public void WakeAnew(int patient) => state.Wake(patient, NextDue(ref state.Patient(patient), patient));

    private void RunInstant(int patient, long instant)
    {
        ref var p = ref state.Patient(patient);
        state.NextInstant(patient) = PatientState.Never;
        var due = NextDue(ref p, patient);
        if (due > instant)
        {
            // A wake-up that was overtaken by what came since: nothing may depend on it.
            state.Wake(patient, due);
            return;
        }

        p.LastArrival = Math.Max(p.LastArrival, instant);
        order.GiveUpDue(patient, instant);
        sources.CheckContact(patient, instant);
        limits.DoubtStale(patient, instant);
        WindowPass.SettleDue(ref p, instant);
        if (p.PagesPending > 0)
        {
            alerts.DecideDelayedPages(patient, instant);
        }

        state.Wake(patient, Math.Max(NextDue(ref p, patient), instant + 1));
    }

    // The earliest arrival time at which anything of a patient is due.
    private long NextDue(ref PatientState p, int patient)
    {
        var due = Math.Min(WindowPass.NextTaken(in p), limits.NextDoubt(patient));
        for (var local = 0; local < p.DeviceCount; local++)
        {
            ref var device = ref state.Device(ref p, local);
            due = Math.Min(due, Math.Min(device.GapUntil, sources.LostAt(in p, in device)));
        }

        if (p.PagesPending > 0)
        {
            foreach (ref readonly var rule in state.RulesOf(patient))
            {
                due = rule.PageAt == 0 ? due : Math.Min(due, rule.PageAt);
            }
        }

        return due;
    }
}
