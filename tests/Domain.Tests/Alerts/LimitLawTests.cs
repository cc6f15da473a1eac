// Limits at their edges: thresholds, condition delay, hysteresis, levels, broken evidence, charted readings, latching.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Alerts;

public class LimitLawTests
{
    private static readonly LimitRule High = new()
    {
        Id = "limit.heart_rate.high",
        Vital = VitalSign.HeartRate,
        Side = LimitSide.Above,
        Levels = [new(130, AlertPriority.Medium), new(150, AlertPriority.High)],
        DelaySeconds = 10,
        Hysteresis = 5,
    };

    private static readonly LimitRule Low = new()
    {
        Id = "limit.spo2.low",
        Vital = VitalSign.SpO2,
        Side = LimitSide.Below,
        Levels = [new(90, AlertPriority.Medium), new(85, AlertPriority.High)],
        DelaySeconds = 10,
        Hysteresis = 2,
    };

    [Theory]
    [InlineData(LimitSide.Above, 130, false)]
    [InlineData(LimitSide.Above, 130.001, true)]
    [InlineData(LimitSide.Above, 129.999, false)]
    [InlineData(LimitSide.Below, 130, false)]
    [InlineData(LimitSide.Below, 129.999, true)]
    [InlineData(LimitSide.Below, 130.001, false)]
    [InlineData(LimitSide.Above, double.NaN, false)]
    [InlineData(LimitSide.Below, double.NaN, false)]
    [InlineData(LimitSide.Above, double.PositiveInfinity, true)]
    [InlineData(LimitSide.Below, double.NegativeInfinity, true)]
    public void Beyond_AtTheThreshold_IsStrict(LimitSide side, double value, bool beyond) =>
        Assert.Equal(beyond, LimitLaw.Beyond(side, value, 130));

    [Theory]
    [InlineData(9.999, false)]
    [InlineData(10, true)]
    [InlineData(10.001, true)]
    public void Observe_ConditionDelay_OpensFromTheWholeDelayOn(double seconds, bool opens)
    {
        var run = new LimitRun(High);
        Assert.False(run.At(0, 131).Change.Changed);

        var decision = run.At(seconds, 131);

        Assert.Equal(opens, decision.Change.Changed);
        Assert.Equal(opens ? EpisodeState.Open : EpisodeState.Closed, run.Episode.State);
    }

    [Fact]
    public void Observe_Opening_SaysWhyAndAgainstWhat()
    {
        var above = new LimitRun(High);
        above.Through(0, 9, 131);
        Assert.Equal(new Decision(new(true, TransitionKind.Opened), TransitionReason.AboveLimit, 130), above.At(10, 131));
        Assert.Equal((LimitRun.Time(10), 0), (above.Episode.OpenedEventTime, above.Episode.Ordinal));
        Assert.Equal(AlertPriority.Medium, above.Episode.Priority);

        var below = new LimitRun(Low);
        below.Through(0, 9, 84);
        Assert.Equal(new Decision(new(true, TransitionKind.Opened), TransitionReason.BelowLimit, 85), below.At(10, 84));
        Assert.Equal(AlertPriority.High, below.Episode.Priority);
    }

    [Theory]
    [InlineData(130)]
    [InlineData(127)]
    [InlineData(80)]
    public void Observe_OneReadingNotBeyondDuringTheDelay_StartsTheDelayAnew(double between)
    {
        var run = new LimitRun(High);
        run.Through(0, 8, 131);
        run.At(9, between);

        Assert.Empty(run.Through(10, 19, 131));
        Assert.True(run.At(20, 131).Change.Changed);
    }

    [Fact]
    public void Observe_NoDelay_OpensWithTheFirstReading()
    {
        var run = new LimitRun(High with { DelaySeconds = 0 });

        Assert.Equal(TransitionKind.Opened, run.At(0, 131).Change.Kind);
        Assert.Equal(EpisodeState.Open, run.Episode.State);
    }

    [Fact]
    public void Observe_HysteresisBandBeforeAnyEpisode_OpensNothing()
    {
        var run = new LimitRun(High);

        Assert.Empty(run.Through(0, 60, 129));
        Assert.False(run.IsActive);
    }

    [Theory]
    [InlineData(130, true)]
    [InlineData(125.001, true)]
    [InlineData(125, false)]
    [InlineData(124.999, false)]
    public void Observe_HysteresisAbove_HoldsUntilTheValueIsThatFarInside(double value, bool holds)
    {
        var run = new LimitRun(High);
        run.Through(0, 10, 131);

        var decision = run.At(11, value);

        Assert.Equal(holds ? EpisodeState.Open : EpisodeState.Closed, run.Episode.State);
        Assert.Equal(
            holds ? Decision.None.Change : new EpisodeChange(true, TransitionKind.Resolved), decision.Change);
        Assert.True(holds || decision is { Reason: TransitionReason.BackInsideLimit, Threshold: 130 });
    }

    [Theory]
    [InlineData(90, true)]
    [InlineData(91.999, true)]
    [InlineData(92, false)]
    [InlineData(92.001, false)]
    public void Observe_HysteresisBelow_HoldsUntilTheValueIsThatFarInside(double value, bool holds)
    {
        var run = new LimitRun(Low);
        run.Through(0, 10, 89);

        run.At(11, value);

        Assert.Equal(holds ? EpisodeState.Open : EpisodeState.Closed, run.Episode.State);
    }

    [Fact]
    public void Observe_NoHysteresis_IsOverAtTheThreshold()
    {
        var run = new LimitRun(High with { Hysteresis = 0 });
        run.Through(0, 10, 131);

        Assert.False(run.At(11, 130.001).Change.Changed);
        Assert.Equal(TransitionKind.Resolved, run.At(12, 130).Change.Kind);
    }

    [Fact]
    public void Observe_StraightPastBothLevels_OpensAtTheHigher()
    {
        var run = new LimitRun(High);

        var change = Assert.Single(run.Through(0, 30, 160));

        Assert.Equal(new Decision(new(true, TransitionKind.Opened), TransitionReason.AboveLimit, 150), change);
        Assert.Equal(AlertPriority.High, run.Episode.Priority);
    }

    [Theory]
    [InlineData(14.999, false)]
    [InlineData(15, true)]
    public void Observe_HigherLevel_HasADelayOfItsOwn(double seconds, bool escalates)
    {
        var run = new LimitRun(High);
        run.Through(0, 4, 140);
        run.At(5, 160);
        Assert.Equal(TransitionKind.Opened, run.At(10, 160).Change.Kind);
        Assert.Equal(AlertPriority.Medium, run.Episode.Priority);

        var decision = run.At(seconds, 160);

        Assert.Equal(
            escalates ? new Decision(new(true, TransitionKind.Escalated), TransitionReason.AboveLimit, 150) : Decision.None,
            decision,
            EqualityComparer<Decision>.Create((a, b) => a.Change == b.Change && (!a.Change.Changed || a == b)));
    }

    [Theory]
    [InlineData(150, AlertPriority.High)]
    [InlineData(145.001, AlertPriority.High)]
    [InlineData(145, AlertPriority.Medium)]
    [InlineData(125.001, AlertPriority.Medium)]
    [InlineData(125, AlertPriority.None)]
    public void Observe_FromTheHigherLevelDown_KeepsWhatTheHysteresisHolds(double value, AlertPriority priority)
    {
        var run = new LimitRun(High);
        run.Through(0, 10, 160);

        var decision = run.At(11, value);

        Assert.Equal(priority, run.Episode.IsLive ? run.Episode.Priority : AlertPriority.None);
        TransitionKind? kind = priority switch
        {
            AlertPriority.High => null,
            AlertPriority.Medium => TransitionKind.Deescalated,
            _ => TransitionKind.Resolved,
        };
        Assert.Equal(kind, decision.Change.Changed ? decision.Change.Kind : null);
        Assert.True(kind is null || decision.Reason == TransitionReason.BackInsideLimit);
    }

    [Fact]
    public void Observe_AfterDeescalation_EscalatesOnlyAfterTheDelayAnew()
    {
        var run = new LimitRun(High);
        run.Through(0, 10, 160);
        run.At(11, 140);

        Assert.Empty(run.Through(12, 21, 160));
        Assert.Equal(TransitionKind.Escalated, run.At(22, 160).Change.Kind);
    }

    [Fact]
    public void Observe_LowerLevelWhileHigherIsHeld_ChangesNothing()
    {
        var run = new LimitRun(High);
        run.Through(0, 10, 160);

        Assert.Empty(run.Through(11, 60, 147));
        Assert.Equal(AlertPriority.High, run.Episode.Priority);
    }

    [Fact]
    public void Observe_BrokenEvidence_StartsTheDelayAnew()
    {
        var run = new LimitRun(High);
        run.Through(0, 5, 160);

        Assert.False(run.At(900, 160, unbroken: false).Change.Changed);
        Assert.Empty(run.Through(901, 909, 160));
        Assert.Equal(AlertPriority.High, Priority(run.At(910, 160), run));
    }

    [Fact]
    public void Observe_BrokenEvidenceUnderAnOpenEpisode_NeitherEndsNorRaisesIt()
    {
        var run = new LimitRun(High);
        run.Through(0, 10, 140);
        run.Through(11, 15, 160);

        Assert.False(run.At(900, 160, unbroken: false).Change.Changed);
        Assert.False(run.At(909.999, 160).Change.Changed);
        Assert.Equal(TransitionKind.Escalated, run.At(910, 160).Change.Kind);
    }

    [Fact]
    public void Observe_Charted_OpensWithTheFirstReadingEvenAfterAGap()
    {
        var run = new LimitRun(Low);
        Assert.False(run.At(0, 97, charted: true).Change.Changed);

        var decision = run.At(5 * 3600, 88, unbroken: false, charted: true);

        Assert.Equal(new Decision(new(true, TransitionKind.Opened), TransitionReason.BelowLimit, 90), decision);
    }

    [Fact]
    public void Observe_Latching_StaysUntilAcknowledgedAndRecursUnderTheSameName()
    {
        var run = new LimitRun(High with { Latching = true });
        run.Through(0, 10, 131);
        Assert.Equal(TransitionKind.Latched, run.At(11, 100).Change.Kind);
        Assert.Empty(run.Through(12, 60, 100));

        Assert.Empty(run.Through(61, 70, 160));
        var again = run.At(71, 160);
        Assert.Equal((TransitionKind.Recurred, TransitionReason.AboveLimit), (again.Change.Kind, again.Reason));
        Assert.Equal((LimitRun.Time(10), AlertPriority.High), (run.Episode.OpenedEventTime, run.Episode.Priority));

        Assert.Equal(TransitionKind.Latched, run.At(72, 100).Change.Kind);
        Assert.Equal(TransitionKind.Resolved, run.Episode.Acknowledge().Kind);
        Assert.False(run.IsActive);
    }

    [Fact]
    public void Observe_LatchingAndAcknowledged_ResolvesWithTheCondition()
    {
        var run = new LimitRun(High with { Latching = true });
        run.Through(0, 10, 131);
        run.Episode.Acknowledge();

        Assert.Equal(TransitionKind.Resolved, run.At(11, 100).Change.Kind);
    }

    [Theory]
    [InlineData(131, TransitionKind.BecameDeterminate, TransitionReason.InputsBack)]
    [InlineData(126, TransitionKind.BecameDeterminate, TransitionReason.InputsBack)]
    [InlineData(160, TransitionKind.BecameDeterminate, TransitionReason.InputsBack)]
    [InlineData(100, TransitionKind.Resolved, TransitionReason.BackInsideLimit)]
    public void Observe_UnderDoubt_TheNextReadingTells(double value, TransitionKind kind, TransitionReason reason)
    {
        var run = new LimitRun(High);
        run.Through(0, 10, 131);
        run.Episode.Doubt();
        run.State.BeyondSince = default;

        var decision = run.At(600, value, unbroken: false);

        Assert.Equal((true, kind, reason), (decision.Change.Changed, decision.Change.Kind, decision.Reason));
        Assert.False(run.Episode.Indeterminate);
    }

    [Fact]
    public void IsActive_Always_IsWhetherTheNextReadingMayChangeAnything()
    {
        var run = new LimitRun(High);
        Assert.False(run.IsActive);
        run.At(0, 129);
        Assert.False(run.IsActive);
        run.At(1, 131);
        Assert.True(run.IsActive);
        run.At(2, 129);
        Assert.False(run.IsActive);
        run.Through(3, 13, 131);
        Assert.True(run.IsActive);
        run.At(14, 127);
        Assert.True(run.IsActive);
        run.At(15, 100);
        Assert.False(run.IsActive);
    }

    [Fact]
    public void IsActive_OnlyTheThirdLevelsDelayRuns_IsTrue()
    {
        var state = default(RuleState);
        state.BeyondSince[2] = LimitRun.Start;

        Assert.True(LimitLaw.IsActive(in state));
    }

    private static AlertPriority Priority(in Decision decision, LimitRun run) =>
        decision.Change.Changed ? run.Episode.Priority : AlertPriority.None;
}
