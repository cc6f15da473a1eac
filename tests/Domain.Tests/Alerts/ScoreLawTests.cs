// Scores at their thresholds: what opens, what raises, what only a complete score may lower or end, and when.
using MedAI.Streaming.Domain.Alerts;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Alerts;

public class ScoreLawTests
{
    private static readonly ScoreRule News2 = new()
    {
        Id = "score.news2",
        Levels = [new(5, AlertPriority.Medium), new(7, AlertPriority.High)],
        SingleParameter = AlertPriority.Low,
        Hysteresis = 1,
        ClearSeconds = 300,
    };

    private static readonly ScoreRule Risk = new()
    {
        Id = "model.risk",
        Levels = [new(0.6, AlertPriority.Medium)],
        Hysteresis = 0.1,
        ClearSeconds = 600,
    };

    public static TheoryData<double, bool, AlertPriority, double> Openings => new()
    {
        { 0, false, AlertPriority.None, double.NaN },
        { 4, false, AlertPriority.None, double.NaN },
        { 4.999, false, AlertPriority.None, double.NaN },
        { 5, false, AlertPriority.Medium, 5 },
        { 6.999, false, AlertPriority.Medium, 5 },
        { 7, false, AlertPriority.High, 7 },
        { 20, false, AlertPriority.High, 7 },
        { 3, true, AlertPriority.Low, double.NaN },
        { 4, true, AlertPriority.Low, double.NaN },
        { 5, true, AlertPriority.Medium, 5 },
        { 7, true, AlertPriority.High, 7 },
    };

    [Theory]
    [MemberData(nameof(Openings))]
    public void Observe_FirstScore_OpensAtWhatItReaches(double value, bool single, AlertPriority priority, double threshold)
    {
        foreach (var partial in new[] { false, true })
        {
            var run = new ScoreRun(News2);

            var decision = partial ? run.Partial(0, value, single) : run.Complete(0, value, single);

            Assert.Equal(priority > AlertPriority.None, decision.Change.Changed);
            Assert.Equal(priority, run.Episode.IsLive ? run.Episode.Priority : AlertPriority.None);
            if (decision.Change.Changed)
            {
                Assert.Equal(TransitionKind.Opened, decision.Change.Kind);
                var alone = priority == AlertPriority.Low;
                Assert.Equal(alone ? TransitionReason.SingleParameterReached : TransitionReason.ScoreReached, decision.Reason);
                Assert.Equal(threshold, decision.Threshold);
            }
        }
    }

    [Fact]
    public void Observe_SingleParameterWithoutALevelForIt_OpensNothing()
    {
        var run = new ScoreRun(News2 with { SingleParameter = AlertPriority.None });

        Assert.False(run.Complete(0, 3, single: true).Change.Changed);
    }

    [Fact]
    public void Observe_SingleParameterUnderAHigherPriority_NeitherRaisesNorKeepsTheHigher()
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 5);

        Assert.False(run.Complete(60, 3, single: true).Change.Changed);
        var lowered = run.Complete(360, 3, single: true);

        Assert.Equal((TransitionKind.Deescalated, "open low"), (lowered.Change.Kind, run.Now));
    }

    [Fact]
    public void Observe_SingleParameterGone_IsOverAfterTheClearingTime()
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 3, single: true);

        Assert.Empty(run.Complete(60, 300, 2));
        Assert.Equal(TransitionKind.Resolved, run.Complete(360, 2).Change.Kind);
    }

    [Fact]
    public void Observe_SingleParameterPersists_KeepsTheEpisodeWhateverTheTotal()
    {
        var run = new ScoreRun(News2);
        for (var second = 0; second <= 7200; second += 60)
        {
            run.Complete(second, 3, single: true);
        }

        Assert.Equal("open low", run.Now);
        Assert.Equal(0, run.Episode.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Observe_HigherScore_RaisesAtOnceCompleteOrNot(bool partial)
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 5);

        var decision = partial ? run.Partial(60, 7) : run.Complete(60, 7);

        Assert.Equal(
            (TransitionKind.Escalated, TransitionReason.ScoreReached, 7.0),
            (decision.Change.Kind, decision.Reason, decision.Threshold));
        Assert.Equal("open high", run.Now);
        Assert.Equal(ScoreRun.Start, run.Episode.OpenedEventTime);
    }

    [Theory]
    [InlineData(359.999, false)]
    [InlineData(360, true)]
    public void Observe_ClearingTime_EndsFromTheWholeTimeOn(double seconds, bool ends)
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 6);
        run.Complete(60, 2);

        var decision = run.Complete(seconds, 2);

        Assert.Equal(ends, decision.Change.Changed);
        Assert.True(!ends || decision is { Change.Kind: TransitionKind.Resolved, Reason: TransitionReason.ScoreCleared });
        Assert.Equal(ends ? "closed" : "open medium", run.Now);
    }

    [Fact]
    public void Observe_NoClearingTime_EndsWithTheFirstCompleteScoreBelow()
    {
        var run = new ScoreRun(News2 with { ClearSeconds = 0 });
        run.Complete(0, 6);

        Assert.Equal(TransitionKind.Resolved, run.Complete(60, 2).Change.Kind);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(4.5)]
    [InlineData(4.001)]
    public void Observe_OneScoreThatStillHoldsDuringTheClearingTime_StartsItAnew(double between)
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 6);
        run.Complete(60, 240, 2);
        run.Complete(300, between);

        Assert.Empty(run.Complete(360, 600, 2));
        Assert.Equal(TransitionKind.Resolved, run.Complete(660, 2).Change.Kind);
    }

    [Theory]
    [InlineData(4, "closed")]
    [InlineData(4.001, "open medium")]
    [InlineData(5, "open medium")]
    public void Observe_Hysteresis_HoldsUntilTheScoreIsThatFarBelow(double value, string after)
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 5);
        run.Complete(60, 7200, value);

        Assert.Equal(after, run.Now);
    }

    [Theory]
    [InlineData(6.001, "open high")]
    [InlineData(6, "open medium")]
    [InlineData(4.001, "open medium")]
    [InlineData(4, "closed")]
    public void Observe_FromTheHigherLevelDown_EndsWhereTheScoreStays(double value, string after)
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 8);

        var changes = run.Complete(60, 7200, value);

        Assert.Equal(after, run.Now);
        Assert.Equal(after == "open high" ? 0 : 1, changes.Count);
        Assert.All(changes, c => Assert.Equal(TransitionReason.ScoreCleared, c.Reason));
    }

    [Theory]
    [InlineData(0.5, "closed")]
    [InlineData(0.51, "open medium")]
    [InlineData(0.599, "open medium")]
    public void Observe_RiskOfAModel_ClearsBelowItsHysteresis(double value, string after)
    {
        var run = new ScoreRun(Risk);
        Assert.False(run.Complete(0, 0.599).Change.Changed);
        Assert.Equal(TransitionKind.Opened, run.Complete(60, 0.6).Change.Kind);
        run.Complete(120, 3600, value);

        Assert.Equal(after, run.Now);
    }

    [Theory]
    [InlineData("open high", 8, 0)]
    [InlineData("open high", 8, 6)]
    [InlineData("open medium", 5, 0)]
    [InlineData("open medium", 5, 4)]
    public void Observe_PartialScoresBelow_NeverLowerOrEndButLeaveItInDoubt(string opened, double first, double below)
    {
        var run = new ScoreRun(News2);
        run.Complete(0, first);
        Assert.Equal(opened, run.Now);

        var changes = run.Partial(60, 24 * 3600, below);

        var doubt = Assert.Single(changes);
        Assert.Equal((TransitionKind.BecameIndeterminate, TransitionReason.InputsStale), (doubt.Change.Kind, doubt.Reason));
        Assert.Equal(opened + " doubtful", run.Now);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(4.5)]
    public void Observe_PartialScoresThatStillHold_LeaveNoDoubt(double value)
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 5);

        Assert.Empty(run.Partial(60, 7200, value));
        Assert.Equal("open medium", run.Now);
    }

    [Theory]
    [InlineData(false, 5, TransitionKind.BecameDeterminate)]
    [InlineData(true, 5, TransitionKind.BecameDeterminate)]
    [InlineData(false, 4.5, TransitionKind.BecameDeterminate)]
    [InlineData(false, 7, TransitionKind.Escalated)]
    [InlineData(true, 7, TransitionKind.Escalated)]
    public void Observe_ScoreThatHoldsUnderDoubt_EndsTheDoubt(bool partial, double value, TransitionKind kind)
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 5);
        run.Partial(60, 3600, 1);
        Assert.Equal("open medium doubtful", run.Now);

        var decision = partial ? run.Partial(3660, value) : run.Complete(3660, value);

        Assert.Equal((true, kind), (decision.Change.Changed, decision.Change.Kind));
        Assert.False(run.Episode.Indeterminate);
        Assert.True(kind == TransitionKind.Escalated || decision.Reason == TransitionReason.InputsBack);
    }

    [Fact]
    public void Observe_CompleteScoresBelowUnderDoubt_EndTheEpisodeOnceTheyLastedTheClearingTime()
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 5);
        run.Partial(60, 3600, 1);

        run.Complete(3660, 3960, 1);

        Assert.Equal("closed", run.Now);
    }

    [Fact]
    public void Observe_Latching_StaysUntilAcknowledgedAndRecurs()
    {
        var run = new ScoreRun(News2 with { Latching = true });
        run.Complete(0, 5);
        Assert.Equal(TransitionKind.Latched, Assert.Single(run.Complete(60, 3600, 1)).Change.Kind);
        Assert.Equal(TransitionKind.Recurred, run.Complete(3660, 7).Change.Kind);
        Assert.Equal("open high", run.Now);
        run.Complete(3720, 7200, 1);
        Assert.Equal("latched high", run.Now);
        Assert.Equal(TransitionKind.Resolved, run.Episode.Acknowledge().Kind);
    }

    [Fact]
    public void Observe_PartialScoreOnALatchedEpisode_MayBringItBackButNotEndIt()
    {
        var run = new ScoreRun(News2 with { Latching = true });
        run.Complete(0, 5);
        run.Complete(60, 3600, 1);

        Assert.Empty(run.Partial(3660, 7200, 1));
        Assert.Equal("latched medium", run.Now);
        Assert.Equal(TransitionKind.Recurred, run.Partial(7260, 5).Change.Kind);
    }

    [Fact]
    public void Observe_ReopenedAfterClearing_ClearsOnlyAfterAWholeClearingTimeAgain()
    {
        var run = new ScoreRun(News2);
        run.Complete(0, 5);
        run.Complete(60, 360, 1);
        Assert.Equal("closed", run.Now);
        run.Complete(420, 5);

        Assert.Empty(run.Complete(480, 720, 1));
        Assert.Equal(TransitionKind.Resolved, run.Complete(780, 1).Change.Kind);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Observe_RandomScores_PartialNeverLowersAndReachedIsAlwaysAlarmed(int seed)
    {
        var random = new Random(seed);
        var run = new ScoreRun(News2);
        for (var second = 0; second < 300_000; second += 60)
        {
            var before = run.Episode.IsLive ? run.Episode.Priority : AlertPriority.None;
            var value = random.Next(0, 10);
            var partial = random.Next(3) > 0;

            _ = partial ? run.Partial(second, value) : run.Complete(second, value);

            var after = run.Episode.IsLive ? run.Episode.Priority : AlertPriority.None;
            Assert.True(!partial || after >= before, $"second {second}: a partial score lowered {before} to {after}");
            var reached = value >= 7 ? AlertPriority.High : value >= 5 ? AlertPriority.Medium : AlertPriority.None;
            Assert.True(after >= reached, $"second {second}: {value} is alarmed at {after}");
            Assert.True(value < 5 || !run.Episode.Indeterminate || (value < 7 && after == AlertPriority.High));
        }
    }
}
