// When input goes stale under an open episode, the episode is indeterminate: with that score, not a clearing time later.
using MedAI.Streaming.Domain.Alerts;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Alerts;

public class ScoreLawDoubtTests
{
    [Fact]
    public void Observe_FirstPartialScoreBelow_IsInDoubtAtOnce()
    {
        var run = new ScoreRun(DefaultRules.News2);
        run.Complete(0, 6);

        var decision = run.Partial(60, 1);

        Assert.Equal((true, TransitionKind.BecameIndeterminate), (decision.Change.Changed, decision.Change.Kind));
        Assert.Equal("open medium doubtful", run.Now);
    }
}
