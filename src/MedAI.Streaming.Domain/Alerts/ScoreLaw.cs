// The law of scores: a lower bound may open or raise an episode; only a complete score may lower or end it.
namespace MedAI.Streaming.Domain.Alerts;

/// <summary>Decides what one score means for one score rule.</summary>
public static class ScoreLaw
{
    /// <summary>Holds one score against the rule.</summary>
    /// <param name="state">The rule's state for this patient.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="eventTime">Event time of the score; never before the score before.</param>
    /// <param name="value">The score; for a partial one its lower bound.</param>
    /// <param name="partial">Inputs are missing or stale.</param>
    /// <param name="singleParameter">A single parameter scored its highest points.</param>
    public static Decision Observe(
        ref RuleState state, ScoreRule rule, long eventTime, double value, bool partial, bool singleParameter)
    {
        var wanted = Reached(rule, value, 0, out var threshold);
        var held = Reached(rule, value, rule.Hysteresis, out var heldThreshold);
        var reason = TransitionReason.ScoreReached;
        if (singleParameter && rule.SingleParameter > wanted)
        {
            wanted = rule.SingleParameter;
            threshold = double.NaN;
            reason = TransitionReason.SingleParameterReached;
        }

        held = wanted > held ? wanted : held;
        ref var episode = ref state.Episode;
        if (wanted > AlertPriority.None && (episode.State != EpisodeState.Open || wanted > episode.Priority))
        {
            state.BelowSince = 0;
            return new(episode.Hold(eventTime, wanted), reason, threshold);
        }

        if (episode.State != EpisodeState.Open)
        {
            return Decision.None;
        }

        if (held >= episode.Priority)
        {
            state.BelowSince = 0;
            return new(episode.EndDoubt(), TransitionReason.InputsBack, heldThreshold);
        }

        return partial
            ? Doubt(ref state)
            : Below(ref state, rule, eventTime, held);
    }

    // A lower bound below the level tells nothing about the level, now or in the clearing time.
    private static Decision Doubt(ref RuleState state)
    {
        state.BelowSince = 0;
        return new(state.Episode.Doubt(), TransitionReason.InputsStale, double.NaN);
    }

    // A level is over when complete scores stayed below that very level for the clearing time.
    private static Decision Below(ref RuleState state, ScoreRule rule, long eventTime, AlertPriority held)
    {
        if (state.BelowSince == 0)
        {
            state.BelowSince = eventTime;
            state.BelowHighest = AlertPriority.None;
        }

        state.BelowHighest = held > state.BelowHighest ? held : state.BelowHighest;
        if (eventTime - state.BelowSince < rule.ClearSeconds * 1000L)
        {
            return Decision.None;
        }

        var left = state.BelowHighest;
        state.BelowSince = held < left ? eventTime : 0;
        state.BelowHighest = held;
        return left == AlertPriority.None
            ? new(state.Episode.End(rule.Latching), TransitionReason.ScoreCleared, rule.Levels[0].Threshold)
            : new(state.Episode.Lower(left), TransitionReason.ScoreCleared, ThresholdAbove(rule, left));
    }

    private static double ThresholdAbove(ScoreRule rule, AlertPriority priority)
    {
        for (var i = 0; i < rule.Levels.Count; i++)
        {
            if (rule.Levels[i].Priority > priority)
            {
                return rule.Levels[i].Threshold;
            }
        }

        return double.NaN;
    }

    private static AlertPriority Reached(ScoreRule rule, double value, double hysteresis, out double threshold)
    {
        var priority = AlertPriority.None;
        threshold = double.NaN;
        for (var i = 0; i < rule.Levels.Count; i++)
        {
            var level = rule.Levels[i];
            // With hysteresis h a level is held while the score is above threshold - h; it is reached at the threshold itself.
            if (value >= level.Threshold || value > level.Threshold - hysteresis)
            {
                priority = level.Priority;
                threshold = level.Threshold;
            }
        }

        return priority;
    }
}
