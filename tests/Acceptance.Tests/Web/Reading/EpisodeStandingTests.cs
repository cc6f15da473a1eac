// An episode told again from its transitions stands where the state machine left it, whatever happened to it.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Host.Web.Reading;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

public sealed class EpisodeStandingTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Of_AnyHistory_StandsWhereTheStateMachineLeftIt(int seed)
    {
        var random = new Random(seed);
        var episode = default(AlertEpisode);
        var transitions = new List<TransitionRecord>();
        for (var step = 0; step < 200; step++)
        {
            var change = Step(ref episode, random, step * 1000L);
            if (!change.Changed)
                continue;

            transitions.Add(Decided.Of("p", "rule", episode.OpenedEventTime, episode.Ordinal, change.Kind, episode.Priority));
            var told = EpisodeStanding.Of(transitions).Last();
            Assert.Equal(
                (episode.State, episode.Indeterminate, episode.Acknowledged, episode.Priority, episode.Ordinal),
                (told.State, told.Indeterminate, told.Acknowledged, told.Last.Priority, told.Last.Ordinal));
        }

        Assert.Contains(transitions, t => t.Kind == TransitionKind.Resolved);
        Assert.Equal(transitions.Select(t => t.OpenedEventTime).Distinct().Count(), EpisodeStanding.Of(transitions).Count());
    }

    [Fact]
    public void Of_AlarmsAndOtherChanges_NamesTheNewestThatCalledForAttention()
    {
        var told = EpisodeStanding.Of(
        [
            Decided.Of("p", "rule", 0, 0, TransitionKind.Opened),
            Decided.Of("p", "rule", 0, 1, TransitionKind.Escalated, AlertPriority.High),
            Decided.Of("p", "rule", 0, 2, TransitionKind.Deescalated, AlertPriority.Low),
            Decided.Of("p", "rule", 0, 3, TransitionKind.BecameIndeterminate, AlertPriority.Low),
        ]).Single();

        Assert.Equal((1, AlertPriority.High, 4), (told.AlarmOrdinal, told.Highest, told.Transitions));
    }

    private static EpisodeChange Step(ref AlertEpisode episode, Random random, long time) => random.Next(7) switch
    {
        0 or 1 => episode.Hold(time, (AlertPriority)random.Next(1, 4)),
        2 => episode.Lower((AlertPriority)random.Next(1, 4)),
        3 => episode.End(latching: random.Next(2) == 0),
        4 => episode.Doubt(),
        5 => random.Next(2) == 0 ? episode.EndDoubt() : episode.HoldAnew(time, (AlertPriority)random.Next(1, 4)),
        _ => episode.Acknowledge(),
    };
}
