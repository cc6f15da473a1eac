// Holds the law of limits against the rule as it reads in words, computed anew from the whole history of each random patient.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Alerts;

public class LimitLawModelTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Observe_RandomReadings_AgreesWithTheWholeHistory(int seed)
    {
        var random = new Random(seed);
        var rule = RandomRule(random);
        var state = default(RuleState);
        var history = new List<Reading>();
        var expected = (State: EpisodeState.Closed, Priority: AlertPriority.None);
        var time = LimitRun.Start;
        for (var i = 0; i < 400; i++)
        {
            var far = random.Next(12) == 0;
            time += far ? 400_000 : random.Next(1, 4) * 1_000;
            var value = 100 + random.Next(-12, 13);
            history.Add(new(time, value, !far));
            if (random.Next(40) == 0)
            {
                state.Episode.Acknowledge();
                expected.State = expected.State == EpisodeState.Latched ? EpisodeState.Closed : expected.State;
            }

            var acknowledged = state.Episode.Acknowledged;

            var before = state.Episode.Ordinal;
            var decision = LimitLaw.Observe(ref state, rule, time, value, rule.DelaySeconds * 1000L, !far);

            expected = Next(expected, rule, history, acknowledged);
            Assert.Equal(expected.State, state.Episode.State);
            Assert.True(!state.Episode.IsLive || expected.Priority == state.Episode.Priority, $"reading {i}");
            var (changed, kind) = decision.Change;
            Assert.True(!changed || kind == TransitionKind.Opened || state.Episode.Ordinal == before + 1);
            Assert.Equal(
                state.Episode.IsLive || LimitLaw.Beyond(rule.Side, value, rule.Levels[0].Threshold), LimitLaw.IsActive(in state));
        }
    }

    private static (EpisodeState State, AlertPriority Priority) Next(
        (EpisodeState State, AlertPriority Priority) now, LimitRule rule, List<Reading> history, bool acknowledged)
    {
        var reached = AlertPriority.None;
        var held = AlertPriority.None;
        foreach (var level in rule.Levels)
        {
            reached = BeyondForTheDelay(rule, level, history) ? level.Priority : reached;
            held = Inside(rule, level, history[^1].Value) < rule.Hysteresis || Inside(rule, level, history[^1].Value) < 0
                ? level.Priority
                : held;
        }

        if (now.State != EpisodeState.Open)
        {
            return reached > AlertPriority.None ? (EpisodeState.Open, reached) : now;
        }

        if (reached > now.Priority)
        {
            return (EpisodeState.Open, reached);
        }

        if (held == AlertPriority.None)
        {
            return (rule.Latching && !acknowledged ? EpisodeState.Latched : EpisodeState.Closed, now.Priority);
        }

        return (EpisodeState.Open, held < now.Priority ? held : now.Priority);
    }

    // The readings up to now were beyond the level without a break, and the first of them is at least the delay old.
    private static bool BeyondForTheDelay(LimitRule rule, AlertLevel level, List<Reading> history)
    {
        var first = history.Count;
        while (first > 0 && Inside(rule, level, history[first - 1].Value) < 0)
        {
            first--;
            if (!history[first].Unbroken)
            {
                break;
            }
        }

        return first < history.Count && history[^1].Time - history[first].Time >= rule.DelaySeconds * 1000L;
    }

    // How far inside the threshold a value is; negative: beyond it.
    private static double Inside(LimitRule rule, AlertLevel level, double value) =>
        rule.Side == LimitSide.Above ? level.Threshold - value : value - level.Threshold;

    private static LimitRule RandomRule(Random random)
    {
        var side = random.Next(2) == 0 ? LimitSide.Above : LimitSide.Below;
        var sign = side == LimitSide.Above ? 1 : -1;
        var levels = new List<AlertLevel>();
        var threshold = 100 + (sign * random.Next(0, 4));
        for (var priority = random.Next(1, 4); priority <= 3; priority++)
        {
            levels.Add(new(threshold, (AlertPriority)priority));
            threshold += sign * random.Next(1, 5);
        }

        return new()
        {
            Id = "limit.random",
            Vital = VitalSign.HeartRate,
            Side = side,
            Levels = levels,
            DelaySeconds = random.Next(0, 8),
            Hysteresis = random.Next(0, 5),
            Latching = random.Next(2) == 0,
        };
    }

    private readonly record struct Reading(long Time, double Value, bool Unbroken);
}
