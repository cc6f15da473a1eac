// Collects what the passes decided: transitions with their reasons, pages owed, dead letters, points of series.
using System.Globalization;
using System.Text;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>What a transition is about, beyond the decision itself.</summary>
/// <param name="EventTime">Event time of the change, ms.</param>
/// <param name="Value">The value or score that decided; NaN: none.</param>
/// <param name="Inputs">Ids of the readings behind it, joined by a space.</param>
/// <param name="Missing">Missing and stale inputs, joined by a space.</param>
/// <param name="Model">The model's id, or empty.</param>
/// <param name="Detail">What the sentence for a person adds, or empty.</param>
internal readonly record struct Evidence(
    long EventTime, double Value, string Inputs = "", string Missing = "", string Model = "", string Detail = "");

/// <summary>Turns decisions into transitions and pages, in the batch that the next commit takes.</summary>
internal sealed class AlertSink(FlowState state, CommitBatch commit)
{
    /// <summary>Notes a decision about an episode, if it changed anything.</summary>
    public void Note(int patient, int rule, in Decision decision, in Evidence evidence)
    {
        if (!decision.Change.Changed)
        {
            return;
        }

        ref var ruleState = ref state.Rule(patient, rule);
        ref readonly var episode = ref ruleState.Episode;
        var info = state.Book.Rules[rule];
        var now = state.Patient(patient).LastArrival;
        var transition = new TransitionRecord(
            state.Names(patient).Id, info.Id, episode.OpenedEventTime, episode.Ordinal, decision.Change.Kind, info.Kind,
            episode.Priority, decision.Reason, evidence.EventTime, now, evidence.Value, decision.Threshold, evidence.Inputs,
            evidence.Missing, evidence.Model, AlertText.Sentence(info.Id, in decision, in episode, in evidence));
        commit.Transitions.Add(transition);
        if (decision.Change.Kind is TransitionKind.Opened or TransitionKind.Escalated or TransitionKind.Recurred
            && episode.Priority >= state.Settings.PageFrom)
        {
            Page(patient, ref ruleState, transition, now);
        }
    }

    /// <summary>Decides about delayed data that may page: it pages if its condition still holds, and is only recorded if it is over.</summary>
    public void DecideDelayedPages(int patient, long instant)
    {
        for (var rule = 0; rule < state.RuleCount; rule++)
        {
            ref var ruleState = ref state.Rule(patient, rule);
            if (ruleState.PageAt == 0 || ruleState.PageAt > instant)
            {
                continue;
            }

            ruleState.PageAt = 0;
            state.Patient(patient).PagesPending--;
            var opened = ruleState.PageOpened;
            if (ruleState.Episode.State == EpisodeState.Open && !ruleState.Episode.Indeterminate
                && ruleState.Episode.OpenedEventTime == opened)
            {
                var id = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{state.Names(patient).Id}|{state.Book.Rules[rule].Id}|{opened}|{ruleState.PageOrdinal}");
                commit.Pages.Add((id, instant - opened));
            }
        }
    }

    private void Page(int patient, ref RuleState ruleState, TransitionRecord transition, long now)
    {
        var delay = now - transition.EventTime;
        if (delay <= state.Settings.DelayedAfterSeconds * 1000L)
        {
            commit.Pages.Add((transition.Id, Math.Max(0, delay)));
            return;
        }

        if (ruleState.PageAt == 0)
        {
            state.Patient(patient).PagesPending++;
        }

        // The rest of a batch may end the condition: it is given as long as anything is waited for.
        ruleState.PageAt = Grid.After(now + state.Patient(patient).SettleTime);
        ruleState.PageOpened = transition.OpenedEventTime;
        ruleState.PageOrdinal = transition.Ordinal;
        ref var next = ref state.NextInstant(patient);
        next = Math.Min(next, ruleState.PageAt);
    }

    /// <summary>The id of a reading, as transitions name it.</summary>
    public string ReadingId(int patient, int device, ulong epoch, ulong sequence, int vital) => string.Create(
        CultureInfo.InvariantCulture,
        $"{state.Names(patient).Devices[device]}/{epoch}/{sequence}/{VitalSignCatalogue.Info((VitalSign)vital).Key}");

    /// <summary>Ids of the newest readings of the vital signs of a mask.</summary>
    public string ReadingIds(int patient, uint vitals)
    {
        var ids = new StringBuilder();
        ref readonly var p = ref state.Patient(patient);
        for (var v = 0; v < VitalSignCatalogue.Count; v++)
        {
            ref readonly var window = ref p.Windows[v];
            if ((vitals & p.Seen & (1u << v)) != 0)
            {
                ids.Append(ids.Length == 0 ? "" : " ").Append(ReadingId(patient, window.Device, window.Epoch, window.Sequence, v));
            }
        }

        return ids.ToString();
    }
}

/// <summary>The arrival-time grid on which timers run.</summary>
internal static class Grid
{
    /// <summary>Its step, ms.</summary>
    public const long Step = 1000;

    /// <summary>The first instant at or after a time.</summary>
    public static long AtOrAfter(long time) => Math.DivRem(time, Step, out var rest) * Step + (rest > 0 ? Step : 0);

    /// <summary>The first instant after a time.</summary>
    public static long After(long time) => AtOrAfter(time + 1);
}
