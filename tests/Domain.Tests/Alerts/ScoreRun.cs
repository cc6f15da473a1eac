// One score rule and its state, fed score after score, so that a test reads as a timeline.
using MedAI.Streaming.Domain.Alerts;

namespace MedAI.Streaming.Domain.Tests.Alerts;

internal sealed class ScoreRun(ScoreRule rule)
{
    public const long Start = 1_700_000_000_000;

    private RuleState _state;

    public ref AlertEpisode Episode => ref _state.Episode;

    public string Now => Episode.State == EpisodeState.Closed
        ? "closed"
        : $"{Episode.State} {Episode.Priority}{(Episode.Indeterminate ? " doubtful" : "")}".ToLowerInvariant();

    /// <summary>A score with every input, so many seconds after the start.</summary>
    public Decision Complete(double seconds, double value, bool single = false) => Observe(seconds, value, false, single);

    /// <summary>A lower bound.</summary>
    public Decision Partial(double seconds, double value, bool single = false) => Observe(seconds, value, true, single);

    /// <summary>Complete scores each minute from one second to another, inclusive; gives what changed.</summary>
    public List<Decision> Complete(int from, int to, double value) => Each(from, to, value, false);

    /// <summary>Partial scores each minute from one second to another, inclusive; gives what changed.</summary>
    public List<Decision> Partial(int from, int to, double value) => Each(from, to, value, true);

    private Decision Observe(double seconds, double value, bool partial, bool single) =>
        ScoreLaw.Observe(ref _state, rule, Start + (long)Math.Round(seconds * 1000), value, partial, single);

    private List<Decision> Each(int from, int to, double value, bool partial)
    {
        var changes = new List<Decision>();
        for (var second = from; second <= to; second += 60)
        {
            var decision = Observe(second, value, partial, false);
            if (decision.Change.Changed)
            {
                changes.Add(decision);
            }
        }

        return changes;
    }
}
