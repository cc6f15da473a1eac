// The law of limits: condition delay, levels, hysteresis, latching, on one reading after the other of the lead source.
namespace MedAI.Streaming.Domain.Alerts;

/// <summary>Decides what one reading means for one limit rule.</summary>
public static class LimitLaw
{
    /// <summary>Holds one reading against the rule.</summary>
    /// <param name="state">The rule's state for this patient.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="eventTime">Event time of the reading; greater than that of the reading before.</param>
    /// <param name="value">Value in the vital sign's own unit.</param>
    /// <param name="delay">Condition delay, ms of event time; 0 for charted readings, which a person has already looked at.</param>
    /// <param name="unbroken">
    /// False when the reading before is older than its validity window: the time in between is no evidence, so delays start anew.
    /// </param>
    public static Decision Observe(ref RuleState state, LimitRule rule, long eventTime, double value, long delay, bool unbroken)
    {
        var wanted = AlertPriority.None;
        var held = AlertPriority.None;
        double reached = double.NaN;
        for (var i = 0; i < rule.Levels.Count; i++)
        {
            var level = rule.Levels[i];
            if (!Beyond(rule.Side, value, level.Threshold))
            {
                state.BeyondSince[i] = 0;
                if (StillBeyond(rule, value, level.Threshold))
                {
                    held = level.Priority;
                }

                continue;
            }

            held = level.Priority;
            if (state.BeyondSince[i] == 0 || !unbroken)
            {
                state.BeyondSince[i] = eventTime;
            }

            if (eventTime - state.BeyondSince[i] >= delay)
            {
                wanted = level.Priority;
                reached = level.Threshold;
            }
        }

        return Decide(ref state, rule, eventTime, wanted, held, reached);
    }

    /// <summary>Whether anything is under way that the next reading may change, so that it must be looked at.</summary>
    public static bool IsActive(in RuleState state) =>
        state.Episode.IsLive || state.BeyondSince[0] != 0 || state.BeyondSince[1] != 0 || state.BeyondSince[2] != 0;

    /// <summary>Whether a value is beyond a threshold.</summary>
    public static bool Beyond(LimitSide side, double value, double threshold) =>
        side == LimitSide.Above ? value > threshold : value < threshold;

    private static bool StillBeyond(LimitRule rule, double value, double threshold) => rule.Side == LimitSide.Above
        ? value > threshold - rule.Hysteresis
        : value < threshold + rule.Hysteresis;

    private static Decision Decide(
        ref RuleState state, LimitRule rule, long eventTime, AlertPriority wanted, AlertPriority held, double reached)
    {
        ref var episode = ref state.Episode;
        var reason = rule.Side == LimitSide.Above ? TransitionReason.AboveLimit : TransitionReason.BelowLimit;
        if (wanted > AlertPriority.None && (episode.State != EpisodeState.Open || wanted > episode.Priority))
        {
            return new(episode.Hold(eventTime, wanted), reason, reached);
        }

        if (episode.State != EpisodeState.Open)
        {
            return Decision.None;
        }

        if (held == AlertPriority.None)
        {
            return new(episode.End(rule.Latching), TransitionReason.BackInsideLimit, rule.Levels[0].Threshold);
        }

        return held < episode.Priority
            ? new(episode.Lower(held), TransitionReason.BackInsideLimit, ThresholdOf(rule, held))
            : new(episode.EndDoubt(), TransitionReason.InputsBack, ThresholdOf(rule, held));
    }

    private static double ThresholdOf(LimitRule rule, AlertPriority priority)
    {
        for (var i = 0; i < rule.Levels.Count; i++)
        {
            if (rule.Levels[i].Priority == priority)
            {
                return rule.Levels[i].Threshold;
            }
        }

        return double.NaN;
    }
}
