// What a rule remembers of one patient: its episode, and since when its levels are crossed or cleared.
using System.Runtime.CompilerServices;

namespace MedAI.Streaming.Domain.Alerts;

/// <summary>One event time per level of a rule.</summary>
[InlineArray(LimitRule.MaxLevels)]
public struct LevelTimes
{
    private long _first;
}

/// <summary>The state of one rule for one patient. All zero is the state of a rule that has seen nothing.</summary>
public struct RuleState
{
    /// <summary>The episode.</summary>
    public AlertEpisode Episode;

    /// <summary>Limits: event time since when readings are beyond each level; 0: they are not.</summary>
    public LevelTimes BeyondSince;

    /// <summary>Scores: event time since when complete scores call for less than the episode's priority; 0: they do not.</summary>
    public long BelowSince;

    /// <summary>Scores: the most that scores called for since <see cref="BelowSince"/>.</summary>
    public AlertPriority BelowHighest;

    /// <summary>Arrival time at which it is decided whether delayed data pages; 0: nothing to decide.</summary>
    public long PageAt;

    /// <summary>Opened event time of the episode that <see cref="PageAt"/> is about.</summary>
    public long PageOpened;

    /// <summary>Ordinal of the transition that <see cref="PageAt"/> is about.</summary>
    public int PageOrdinal;

    /// <summary>Forgets the evidence for and against the condition: delays and clearing times start anew.</summary>
    public void Forget()
    {
        BeyondSince = default;
        BelowSince = 0;
        BelowHighest = AlertPriority.None;
    }
}

/// <summary>What a law decided about an episode, with its reason and what it was held against.</summary>
/// <param name="Change">What changed.</param>
/// <param name="Reason">Why.</param>
/// <param name="Threshold">The threshold that decided; NaN where none did.</param>
public readonly record struct Decision(EpisodeChange Change, TransitionReason Reason, double Threshold)
{
    /// <summary>Nothing changed.</summary>
    public static Decision None => default;
}
