// Holds released readings against limits, at once: limits wait for no tick and no model.
using System.Numerics;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Domain.Windows;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>Limits and signal quality of released frames. Per vital sign and patient it only goes forward in event time.</summary>
internal sealed class LimitPass(FlowState state, AlertSink alerts)
{
    /// <summary>Holds one released frame against the patient's limits, and marks it if a limit changed its state with it.</summary>
    public void Observe(int patient, ref Frame frame)
    {
        ref var p = ref state.Patient(patient);
        var profile = state.Profile(patient);
        for (var mask = frame.Present | frame.Bad; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            ref var lead = ref p.Leads[vital];
            var bit = 1ul << vital;
            if (lead.Device != frame.Device && !TakesLead(ref lead, vital, in frame, (frame.Bad & bit) != 0))
            {
                continue;
            }

            // Charts are corrected under the same time; a device says one thing at a time.
            if (frame.EventTime < lead.LastEventTime
                || (frame.EventTime == lead.LastEventTime && frame.Source != SourceClass.Charted))
            {
                continue;
            }

            var before = lead.LastEventTime;
            lead.LastEventTime = frame.EventTime;
            lead.LastArrivalTime = frame.ArrivalTime;
            if ((frame.Bad & bit) != 0)
            {
                // A charted slip of the pen is no signal, nor is a laboratory's: it is rejected, and that is all.
                if (frame.Source != SourceClass.Charted && vital < VitalSignCatalogue.SignalCount)
                {
                    ObserveBad(patient, vital, in frame);
                }

                continue;
            }

            var value = frame.Values[vital];
            lead.LastValid = value;
            lead.LastValidTime = frame.EventTime;
            if ((p.Active & bit) != 0 || !profile.IsQuiet(vital, value))
            {
                ObserveClosely(patient, vital, ref frame, value, before);
            }
        }
    }

    /// <summary>
    /// Doubts the open limits whose last reading has become too old at an instant of arrival time: older than its validity window,
    /// and nothing newer came with it or within the settle time.
    /// </summary>
    public void DoubtStale(int patient, long instant)
    {
        ref var p = ref state.Patient(patient);
        for (var mask = p.Active; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            if (StaleFrom(in p, vital) <= instant && AnyCertain(patient, vital))
            {
                Doubt(patient, vital, p.Leads[vital].LastEventTime);
            }
        }
    }

    /// <summary>The evidence behind the open limits of a vital sign ended (lost contact, or a value older than its validity window).</summary>
    public void Doubt(int patient, int vital, long eventTime)
    {
        ref var p = ref state.Patient(patient);
        foreach (var rule in state.Profile(patient).LimitsOf(vital))
        {
            ref var ruleState = ref state.Rule(patient, rule);
            alerts.Note(
                patient, rule, new Decision(ruleState.Episode.Doubt(), TransitionReason.InputsStale, double.NaN),
                new Evidence(eventTime, double.NaN));
        }
    }

    /// <summary>Arrival time at which an open limit of the patient becomes doubtful, or <see cref="PatientState.Never"/>.</summary>
    public long NextDoubt(int patient)
    {
        ref readonly var p = ref state.Patient(patient);
        var next = PatientState.Never;
        for (var mask = p.Active; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            next = AnyCertain(patient, vital) ? Math.Min(next, StaleFrom(in p, vital)) : next;
        }

        return next;
    }

    /// <summary>A device was taken away: what it led is led by nobody, and limits and signal of that are over.</summary>
    public void Remove(int patient, int local, TransitionReason reason, in Evidence evidence)
    {
        ref var p = ref state.Patient(patient);
        for (var vital = 0; vital < VitalSignCatalogue.Count; vital++)
        {
            if (p.Leads[vital].Device != local)
            {
                continue;
            }

            p.Leads[vital] = LimitLead.None;
            p.Active &= ~(1ul << vital);
            if (vital < VitalSignCatalogue.SignalCount)
            {
                alerts.Close(patient, state.Book.Signal(vital), reason, in evidence);
            }

            foreach (var rule in state.Profile(patient).LimitsOf(vital))
            {
                alerts.Close(patient, rule, reason, in evidence);
            }
        }
    }

    /// <summary>
    /// Other limits hold from now on: delays of a rule that changed start anew, and episodes of a rule that is out of force are over.
    /// What is open stays open until the next reading decides.
    /// </summary>
    public void Change(int patient, in Evidence evidence)
    {
        ref var p = ref state.Patient(patient);
        var before = state.Profile(patient);
        var now = state.FindProfile(patient);
        state.Profile(patient) = now;
        for (var rule = 0; rule < state.Book.LimitCount; rule++)
        {
            var limit = now.Limit(rule);
            if (before.Limit(rule) == limit)
            {
                continue;
            }

            state.Rule(patient, rule).Forget();
            if (!limit.Enabled)
            {
                alerts.Close(patient, rule, TransitionReason.LimitsChanged, in evidence);
            }
            else if (p.Leads[(int)limit.Vital].Device != VitalWindow.NoDevice)
            {
                // The last value may be beyond it now: silence would then be as urgent as the breach.
                p.Active |= 1ul << (int)limit.Vital;
            }
        }
    }

    // Whether a limit on a vital sign is open and not yet in doubt.
    private bool AnyCertain(int patient, int vital)
    {
        foreach (var rule in state.Profile(patient).LimitsOf(vital))
        {
            ref readonly var episode = ref state.Rule(patient, rule).Episode;
            if (episode.State == EpisodeState.Open && !episode.Indeterminate)
            {
                return true;
            }
        }

        return false;
    }

    private static long StaleFrom(ref readonly PatientState p, int vital)
    {
        ref readonly var lead = ref p.Leads[vital];
        var expired = lead.LastEventTime + VitalSignCatalogue.ValidityWindow((VitalSign)vital, lead.Source);
        return Math.Max(expired, lead.LastArrivalTime) + p.SettleTime + 1;
    }

    /// <summary>The highest priority that a device's last valid values call for, whether or not their condition delay is over.</summary>
    public AlertPriority BreachedPriority(int patient, int device)
    {
        ref var p = ref state.Patient(patient);
        var highest = AlertPriority.None;
        for (var mask = p.Active; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            if (p.Leads[vital].Device == device)
            {
                var breached = BreachedPriority(patient, vital, p.Leads[vital].LastValid);
                highest = breached > highest ? breached : highest;
            }
        }

        return highest;
    }

    // A bad signal takes no lead from anybody, and does not keep it: after the bad-signal time whoever has a valid value leads.
    private bool TakesLead(ref LimitLead lead, int vital, ref readonly Frame frame, bool bad)
    {
        if (lead.Device != VitalWindow.NoDevice)
        {
            var hold = VitalSignCatalogue.LeadHold((VitalSign)vital, lead.Source);
            var silent = lead.LastValidTime == long.MinValue || frame.EventTime - lead.LastValidTime > hold;
            var unusable = lead.BadSince != 0 && frame.EventTime - lead.BadSince >= state.Settings.BadSignalSeconds * 1000L;
            var preferred = frame.Source < lead.Source && frame.EventTime > lead.LastEventTime;
            if (bad || !(silent || unusable || preferred))
            {
                return false;
            }
        }

        lead.Device = frame.Device;
        lead.Source = frame.Source;
        return true;
    }

    private void ObserveClosely(int patient, int vital, ref Frame frame, double value, long before)
    {
        ref var p = ref state.Patient(patient);
        ref var lead = ref p.Leads[vital];
        if (lead.BadSince != 0)
        {
            lead.BadSince = 0;
            var rule = state.Book.Signal(vital);
            var change = state.Rule(patient, rule).Episode.End(false);
            if (change.Changed)
            {
                alerts.Note(
                    patient, rule, new Decision(change, TransitionReason.SignalGood, double.NaN), Of(patient, vital, in frame, value));
            }
        }

        var unbroken = frame.EventTime - before <= VitalSignCatalogue.ValidityWindow((VitalSign)vital, frame.Source);
        if (!unbroken)
        {
            // Whether the value went stale must not depend on how fast the next one came: the time between the two decides.
            Doubt(patient, vital, before);
        }

        var active = false;
        foreach (var rule in state.Profile(patient).LimitsOf(vital))
        {
            ref var ruleState = ref state.Rule(patient, rule);
            var limit = state.Profile(patient).Limit(rule);
            var delay = frame.Source == SourceClass.Charted ? 0 : limit.DelaySeconds * 1000L;
            var decision = LimitLaw.Observe(ref ruleState, limit, frame.EventTime, value, delay, unbroken);
            if (decision.Change.Changed)
            {
                alerts.Note(patient, rule, in decision, Of(patient, vital, in frame, value));
                frame.Flags |= FrameFlags.LimitChanged;
            }

            active |= LimitLaw.IsActive(in ruleState);
        }

        p.Active = active ? p.Active | (1ul << vital) : p.Active & ~(1ul << vital);
    }

    private void ObserveBad(int patient, int vital, ref readonly Frame frame)
    {
        ref var p = ref state.Patient(patient);
        ref var lead = ref p.Leads[vital];
        p.Active |= 1ul << vital;
        if (lead.BadSince == 0)
        {
            lead.BadSince = frame.EventTime;
        }

        var lasted = frame.EventTime - lead.BadSince;
        if (lasted < state.Settings.BadSignalSeconds * 1000L)
        {
            return;
        }

        var breached = BreachedPriority(patient, vital, lead.LastValid);
        var rule = state.Book.Signal(vital);
        ref var episode = ref state.Rule(patient, rule).Episode;
        var decision = breached > AlertPriority.None
            ? new Decision(episode.Hold(lead.BadSince, breached), TransitionReason.SignalBadAfterBreach, double.NaN)
            : new Decision(episode.Hold(lead.BadSince, AlertPriority.Low), TransitionReason.SignalBad, double.NaN);
        if (decision.Change.Changed)
        {
            alerts.Note(patient, rule, in decision, Of(patient, vital, in frame, lasted / 1000.0));
        }
    }

    private AlertPriority BreachedPriority(int patient, int vital, double lastValid)
    {
        var profile = state.Profile(patient);
        var highest = AlertPriority.None;
        foreach (var rule in profile.LimitsOf(vital))
        {
            var limit = profile.Limit(rule);
            for (var i = 0; i < limit.Levels.Count; i++)
            {
                var level = limit.Levels[i];
                // NaN, before the first valid value, is beyond nothing.
                highest = LimitLaw.Beyond(limit.Side, lastValid, level.Threshold) && level.Priority > highest ? level.Priority : highest;
            }
        }

        return highest;
    }

    private Evidence Of(int patient, int vital, ref readonly Frame frame, double value)
    {
        var unverified = (frame.Questionable & (1ul << vital)) != 0 ? "the reading is marked questionable: unverified" : "";
        return new(
            frame.EventTime, value, alerts.ReadingId(patient, frame.Device, frame.Epoch, frame.Sequence, vital), Detail: unverified);
    }
}
