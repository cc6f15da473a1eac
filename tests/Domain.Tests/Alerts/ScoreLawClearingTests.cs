// The clearing time counts complete scores below the very level that is to be over: nothing else is evidence that it is.
using MedAI.Streaming.Domain.Alerts;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Alerts;

public class ScoreLawClearingTests
{
    private static readonly ScoreRule News2 = new()
    {
        Id = "score.news2",
        Levels = [new(5, AlertPriority.Medium), new(7, AlertPriority.High)],
        Hysteresis = 1,
        ClearSeconds = 300,
    };

    [Fact]
    public void Observe_LowestLevelLeftOnlyNow_LowersAndDoesNotEnd()
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 8);
        run.Complete(60, 300, 6);

        // High was left for 300 s; medium was left just now.
        var decision = run.Complete(360, 2);

        Assert.Equal((TransitionKind.Deescalated, "open medium"), (decision.Change.Kind, run.Now));
    }

    [Fact]
    public void Observe_AfterLowering_TheLowerLevelHasAClearingTimeOfItsOwn()
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 8);
        run.Complete(60, 360, 6);
        Assert.Equal("open medium", run.Now);

        Assert.Empty(run.Complete(420, 660, 2));
        Assert.Equal(TransitionKind.Resolved, run.Complete(720, 2).Change.Kind);
    }

    [Fact]
    public void Observe_CompleteScoreAfterPartialOnesBelow_BeginsTheClearingTime()
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 6);
        run.Partial(60, 300, 1);

        Assert.Empty(run.Complete(360, 600, 1));
        Assert.Equal(TransitionKind.Resolved, run.Complete(660, 1).Change.Kind);
    }

    [Fact]
    public void Observe_CompleteScoreUnderDoubt_DoesNotEndAtOnceWhatCouldNotBeTold()
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 6);
        run.Partial(60, 7200, 1);

        Assert.DoesNotContain(run.Complete(7260, 7500, 1), d => d.Change.Kind == TransitionKind.Resolved);
        Assert.Equal(TransitionKind.Resolved, run.Complete(7560, 1).Change.Kind);
    }

    [Fact]
    public void Observe_PartialScoreInTheMiddleOfClearing_StartsItAnew()
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 6);
        run.Complete(60, 1);
        run.Partial(120, 300, 1);

        // Complete scores have not *stayed* below: what lay in between could not tell.
        Assert.Empty(run.Complete(360, 600, 1));
        Assert.Equal(TransitionKind.Resolved, run.Complete(660, 1).Change.Kind);
    }
}
