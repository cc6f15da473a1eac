// An episode as its transitions tell it: where it stands, and what of it a person has to have seen to acknowledge it.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>An episode, followed through its transitions; it decides nothing, it only says again what <see cref="AlertEpisode"/> did.</summary>
/// <param name="Opened">Its first transition.</param>
/// <param name="Last">Its newest transition; its priority is the episode's.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Indeterminate">Its inputs no longer tell.</param>
/// <param name="Acknowledged">Somebody acknowledged it as it is.</param>
/// <param name="Highest">The highest priority it had.</param>
/// <param name="AlarmOrdinal">Ordinal of the newest transition that called for attention.</param>
/// <param name="Transitions">How many transitions it has.</param>
internal sealed record EpisodeStanding(
    TransitionRecord Opened, TransitionRecord Last, EpisodeState State, bool Indeterminate, bool Acknowledged, AlertPriority Highest,
    int AlarmOrdinal, int Transitions)
{
    /// <summary>The episodes of transitions in canonical order.</summary>
    public static IEnumerable<EpisodeStanding> Of(IEnumerable<TransitionRecord> transitions)
    {
        EpisodeStanding? open = null;
        foreach (var transition in transitions)
        {
            var isSame = open is not null && open.Opened.Patient == transition.Patient && open.Opened.Rule == transition.Rule
                && open.Opened.OpenedEventTime == transition.OpenedEventTime;
            if (open is not null && !isSame)
                yield return open;

            open = isSame ? open!.Next(transition) : Begin(transition);
        }

        if (open is not null)
            yield return open;
    }

    private static EpisodeStanding Begin(TransitionRecord first) =>
        new EpisodeStanding(first, first, EpisodeState.Open, false, false, first.Priority, first.Ordinal, 0).Next(first);

    private EpisodeStanding Next(TransitionRecord transition)
    {
        var isAlarm = transition.Kind is TransitionKind.Opened or TransitionKind.Escalated or TransitionKind.Recurred;
        return this with
        {
            Last = transition,
            State = transition.Kind switch
            {
                TransitionKind.Latched => EpisodeState.Latched,
                TransitionKind.Resolved => EpisodeState.Closed,
                _ => EpisodeState.Open,
            },

            // Only an acknowledgement leaves a doubt as it is; all else that happens to an episode is said by inputs that tell.
            Indeterminate = transition.Kind == TransitionKind.BecameIndeterminate
                || (Indeterminate && transition.Kind == TransitionKind.Acknowledged),
            Acknowledged = !isAlarm && (Acknowledged || transition.Kind == TransitionKind.Acknowledged),
            Highest = transition.Priority > Highest ? transition.Priority : Highest,
            AlarmOrdinal = isAlarm ? transition.Ordinal : AlarmOrdinal,
            Transitions = Transitions + 1,
        };
    }
}
