// Collects what the passes decided: transitions with their reasons, pages owed, dead letters, points of series.
using System.Globalization;
using System.Text;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Explaining;
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
/// <param name="Explanation">Why a model's risk is what it is, or null.</param>
internal readonly record struct Evidence(
    long EventTime, double Value, string Inputs = "", string Missing = "", string Model = "", string Detail = "",
    Explanation? Explanation = null)
{
    /// <summary>What the value is, in words, where the rule does not tell; or empty.</summary>
    public string Quantity { get; init; } = "";
}

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
            evidence.Missing, evidence.Model, AlertText.Sentence(info.Id, in decision, in episode, in evidence))
        {
            Explanation = evidence.Explanation,
        };
        commit.Transitions.Add(transition);
        if (decision.Change.Kind is TransitionKind.Opened or TransitionKind.Escalated or TransitionKind.Recurred
            && episode.Priority >= state.Settings.PageFrom)
        {
            Page(patient, ref ruleState, transition, now);
        }
    }

    /// <summary>Ends an episode, live or latched, because a person ended what it is about, and forgets the evidence for it.</summary>
    public void Close(int patient, int rule, TransitionReason reason, in Evidence evidence)
    {
        ref var ruleState = ref state.Rule(patient, rule);
        ruleState.Forget();
        Note(patient, rule, new Decision(ruleState.Episode.Close(), reason, double.NaN), in evidence);
    }

    /// <summary>Ends all episodes of a patient so.</summary>
    public void CloseAll(int patient, TransitionReason reason, in Evidence evidence)
    {
        for (var rule = 0; rule < state.RuleCount; rule++)
        {
            Close(patient, rule, reason, in evidence);
        }
    }

    /// <summary>Keeps input that was rejected, with its reason.</summary>
    /// <param name="patient">The patient; 0: none.</param>
    /// <param name="offset">Offset of its record.</param>
    /// <param name="index">Its number among the dead letters of the record.</param>
    /// <param name="readings">How many readings it stands for.</param>
    /// <param name="reason">Why.</param>
    /// <param name="detail">What was wrong, with the values as received.</param>
    public void DeadLetter(int patient, long offset, int index, int readings, RejectReason reason, string detail) =>
        commit.DeadLetters.Add(new DeadLetter(
            commit.Partition, offset, index, readings, state.Names(patient).Id, reason.Name(), detail));

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
        state.Wake(patient, ruleState.PageAt);
    }

    /// <summary>The id of a reading, as transitions name it.</summary>
    public string ReadingId(int patient, int device, ulong epoch, ulong sequence, int vital) => string.Create(
        CultureInfo.InvariantCulture,
        $"{state.Names(patient).Devices[device]}/{epoch}/{sequence}/{VitalSignCatalogue.Info((VitalSign)vital).Key}");

    /// <summary>Ids of the newest readings of the vital signs of a mask.</summary>
    public string ReadingIds(int patient, ulong vitals)
    {
        var ids = new StringBuilder();
        ref readonly var p = ref state.Patient(patient);
        for (var v = 0; v < VitalSignCatalogue.Count; v++)
        {
            ref readonly var window = ref p.Windows[v];
            if ((vitals & p.Seen & (1ul << v)) != 0)
            {
                ids.Append(ids.Length == 0 ? "" : " ").Append(ReadingId(patient, window.Device, window.Epoch, window.Sequence, v));
            }
        }

        return ids.ToString();
    }
}
