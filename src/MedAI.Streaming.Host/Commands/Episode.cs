// An alert episode as its transitions tell it.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Commands;

/// <summary>An episode from its first transition to its last.</summary>
/// <param name="First">The first transition.</param>
/// <param name="Last">The last one so far.</param>
/// <param name="Highest">The highest priority it had.</param>
/// <param name="Count">How many transitions it has.</param>
internal sealed record Episode(TransitionRecord First, TransitionRecord Last, AlertPriority Highest, int Count)
{
    /// <summary>The episodes of transitions in canonical order, in that order.</summary>
    public static IEnumerable<Episode> Of(IEnumerable<TransitionRecord> transitions)
    {
        Episode? open = null;
        foreach (var transition in transitions)
        {
            var same = open is not null && open.First.Patient == transition.Patient && open.First.Rule == transition.Rule
                && open.First.OpenedEventTime == transition.OpenedEventTime;
            if (open is not null && !same)
                yield return open;

            open = same
                ? open! with { Last = transition, Highest = Max(open.Highest, transition.Priority), Count = open.Count + 1 }
                : new Episode(transition, transition, transition.Priority, 1);
        }

        if (open is not null)
            yield return open;
    }

    private static AlertPriority Max(AlertPriority a, AlertPriority b) => a > b ? a : b;
}
