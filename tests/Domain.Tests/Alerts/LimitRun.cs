// One limit rule and its state, fed reading after reading, so that a test reads as a timeline.
using MedAI.Streaming.Domain.Alerts;

namespace MedAI.Streaming.Domain.Tests.Alerts;

internal sealed class LimitRun(LimitRule rule)
{
    public const long Start = 1_700_000_000_000;

    public RuleState State;

    public ref AlertEpisode Episode => ref State.Episode;

    public bool IsActive => LimitLaw.IsActive(in State);

    /// <summary>One reading, so many seconds after the start.</summary>
    public Decision At(double seconds, double value, bool unbroken = true, bool charted = false) => LimitLaw.Observe(
        ref State, rule, Time(seconds), value, charted ? 0 : rule.DelaySeconds * 1000L, unbroken);

    /// <summary>The same value each second, the last at <paramref name="to"/>; gives what changed.</summary>
    public List<Decision> Through(int from, int to, double value)
    {
        var changes = new List<Decision>();
        for (var second = from; second <= to; second++)
        {
            var decision = At(second, value);
            if (decision.Change.Changed)
            {
                changes.Add(decision);
            }
        }

        return changes;
    }

    public static long Time(double seconds) => Start + (long)Math.Round(seconds * 1000);
}
