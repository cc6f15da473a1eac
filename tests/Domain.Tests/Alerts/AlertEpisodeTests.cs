// Every state of an episode under every call, written as one table, and what ordinals and opening times name.
using MedAI.Streaming.Domain.Alerts;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Alerts;

public class AlertEpisodeTests
{
    private const long At = 1_700_000_000_000;

    // A state, a call, and what follows: the transition ("-" for none) and the state after it.
    public static TheoryData<string, string, string> Table => new()
    {
        { "closed", "hold low", "Opened: open low" },
        { "closed", "hold high", "Opened: open high" },
        { "closed", "lower low", "-: closed" },
        { "closed", "end", "-: closed" },
        { "closed", "end latching", "-: closed" },
        { "closed", "doubt", "-: closed" },
        { "closed", "end doubt", "-: closed" },
        { "closed", "acknowledge", "-: closed" },
        { "closed", "close", "-: closed" },

        { "open medium", "hold low", "-: open medium" },
        { "open medium", "hold medium", "-: open medium" },
        { "open medium", "hold high", "Escalated: open high" },
        { "open medium", "lower low", "Deescalated: open low" },
        { "open medium", "lower medium", "-: open medium" },
        { "open medium", "lower high", "-: open medium" },
        { "open medium", "end", "Resolved: closed" },
        { "open medium", "end latching", "Latched: latched medium" },
        { "open medium", "doubt", "BecameIndeterminate: open medium doubtful" },
        { "open medium", "end doubt", "-: open medium" },
        { "open medium", "acknowledge", "Acknowledged: open medium acknowledged" },
        { "open medium", "close", "Resolved: closed" },

        { "open medium doubtful", "hold low", "BecameDeterminate: open medium" },
        { "open medium doubtful", "hold medium", "BecameDeterminate: open medium" },
        { "open medium doubtful", "hold high", "Escalated: open high" },
        { "open medium doubtful", "lower low", "Deescalated: open low" },
        { "open medium doubtful", "lower high", "-: open medium doubtful" },
        { "open medium doubtful", "end", "Resolved: closed" },
        { "open medium doubtful", "end latching", "Latched: latched medium" },
        { "open medium doubtful", "doubt", "-: open medium doubtful" },
        { "open medium doubtful", "end doubt", "BecameDeterminate: open medium" },
        { "open medium doubtful", "acknowledge", "Acknowledged: open medium doubtful acknowledged" },

        { "open medium acknowledged", "hold low", "-: open medium acknowledged" },
        { "open medium acknowledged", "hold medium", "-: open medium acknowledged" },
        { "open medium acknowledged", "hold high", "Escalated: open high" },
        { "open medium acknowledged", "lower low", "Deescalated: open low acknowledged" },
        { "open medium acknowledged", "lower medium", "-: open medium acknowledged" },
        { "open medium acknowledged", "end", "Resolved: closed" },
        { "open medium acknowledged", "end latching", "Resolved: closed" },
        { "open medium acknowledged", "doubt", "BecameIndeterminate: open medium doubtful acknowledged" },
        { "open medium acknowledged", "end doubt", "-: open medium acknowledged" },
        { "open medium acknowledged", "acknowledge", "-: open medium acknowledged" },

        { "open medium doubtful acknowledged", "hold medium", "Recurred: open medium" },
        { "open medium doubtful acknowledged", "hold high", "Escalated: open high" },
        { "open medium doubtful acknowledged", "lower low", "Deescalated: open low acknowledged" },
        { "open medium doubtful acknowledged", "end", "Resolved: closed" },
        { "open medium doubtful acknowledged", "end latching", "Resolved: closed" },
        { "open medium doubtful acknowledged", "doubt", "-: open medium doubtful acknowledged" },
        { "open medium doubtful acknowledged", "end doubt", "Recurred: open medium" },
        { "open medium doubtful acknowledged", "acknowledge", "-: open medium doubtful acknowledged" },
        { "open medium doubtful acknowledged", "close", "Resolved: closed" },

        { "latched medium", "hold low", "Recurred: open low" },
        { "latched medium", "hold medium", "Recurred: open medium" },
        { "latched medium", "hold high", "Recurred: open high" },
        { "latched medium", "lower low", "-: latched medium" },
        { "latched medium", "end", "-: latched medium" },
        { "latched medium", "end latching", "-: latched medium" },
        { "latched medium", "doubt", "-: latched medium" },
        { "latched medium", "end doubt", "-: latched medium" },
        { "latched medium", "acknowledge", "Resolved: closed" },
        { "latched medium", "close", "Resolved: closed" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Call_InEveryState_ChangesWhatTheTableSays(string state, string call, string expected)
    {
        var episode = In(state);
        var ordinal = episode.Ordinal;
        Assert.Equal(state, Describe(in episode));

        var change = Call(ref episode, call, At + 60_000);

        Assert.Equal(expected, $"{(change.Changed ? change.Kind.ToString() : "-")}: {Describe(in episode)}");
        var reopened = expected.StartsWith("Opened", StringComparison.Ordinal);
        Assert.Equal(reopened ? 0 : change.Changed ? ordinal + 1 : ordinal, episode.Ordinal);
        Assert.Equal(EpisodeState.Closed != episode.State, episode.IsLive);
    }

    [Theory]
    [InlineData("hold low", "Opened: open low")]
    [InlineData("hold high", "Opened: open high")]
    [InlineData("lower low", "-: closed")]
    [InlineData("end", "-: closed")]
    [InlineData("end latching", "-: closed")]
    [InlineData("doubt", "-: closed")]
    [InlineData("end doubt", "-: closed")]
    [InlineData("acknowledge", "-: closed")]
    public void Call_AfterAClosedEpisode_IsAsBeforeTheFirst(string call, string expected)
    {
        var episode = In("open high doubtful acknowledged");
        episode.End(true);

        var change = Call(ref episode, call, At + 60_000);

        Assert.Equal(expected, $"{(change.Changed ? change.Kind.ToString() : "-")}: {Describe(in episode)}");
    }

    [Fact]
    public void Default_BeforeAnything_IsClosed()
    {
        var episode = default(AlertEpisode);

        Assert.Equal(EpisodeState.Closed, episode.State);
        Assert.False(episode.IsLive);
        Assert.Equal(EpisodeChange.None, default);
        Assert.False(EpisodeChange.None.Changed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(At)]
    [InlineData(-5)]
    public void Hold_FirstOpening_HasOrdinal0AtItsEventTime(long eventTime)
    {
        var episode = default(AlertEpisode);

        episode.Hold(eventTime, AlertPriority.Low);

        Assert.Equal((eventTime, 0), (episode.OpenedEventTime, episode.Ordinal));
    }

    [Fact]
    public void Hold_WhileLive_KeepsTheOpeningTime()
    {
        var episode = In("open low");

        episode.Hold(At + 1_000, AlertPriority.Medium);
        Assert.Equal((At, 1), (episode.OpenedEventTime, episode.Ordinal));

        episode.End(true);
        episode.Hold(At + 9_000, AlertPriority.High);
        Assert.Equal((At, 3), (episode.OpenedEventTime, episode.Ordinal));
    }

    [Fact]
    public void Hold_AgainAtTheSameEventTime_GoesOnCountingSoThatNoIdIsUsedTwice()
    {
        var episode = default(AlertEpisode);
        var ids = new HashSet<(long, int)>();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(TransitionKind.Opened, episode.Hold(At, AlertPriority.Medium).Kind);
            Assert.True(ids.Add((episode.OpenedEventTime, episode.Ordinal)));
            Assert.Equal(TransitionKind.Resolved, episode.End(false).Kind);
            Assert.True(ids.Add((episode.OpenedEventTime, episode.Ordinal)));
        }

        Assert.Equal(9, episode.Ordinal);
    }

    [Fact]
    public void Hold_AtALaterEventTime_StartsAFreshCountAndNothingOfTheLastIsLeft()
    {
        var episode = In("open high doubtful acknowledged");
        episode.End(true);

        episode.Hold(At + 1, AlertPriority.Low);

        Assert.Equal("open low", Describe(in episode));
        Assert.Equal((At + 1, 0), (episode.OpenedEventTime, episode.Ordinal));
    }

    [Fact]
    public void End_AcknowledgedThenEscalated_LatchesBecauseTheAcknowledgementWasOfLess()
    {
        var episode = In("open medium acknowledged");
        episode.Hold(At + 1_000, AlertPriority.High);

        Assert.Equal(TransitionKind.Latched, episode.End(true).Kind);
    }

    [Fact]
    public void End_AfterRecurrence_LatchesAgainUntilSomebodyAcknowledges()
    {
        var episode = In("latched medium");
        episode.Hold(At + 1_000, AlertPriority.Medium);

        Assert.Equal(TransitionKind.Latched, episode.End(true).Kind);
        Assert.Equal(TransitionKind.Resolved, episode.Acknowledge().Kind);
        Assert.False(episode.IsLive);
    }

    [Fact]
    public void Acknowledge_AfterEscalation_CanBeGivenAgain()
    {
        var episode = In("open medium acknowledged");
        episode.Hold(At + 1_000, AlertPriority.High);

        Assert.Equal(TransitionKind.Acknowledged, episode.Acknowledge().Kind);
        Assert.Equal(TransitionKind.Resolved, episode.End(true).Kind);
    }

    // The last call is made after a person looked; "newest" is the ordinal that the person saw.
    [Theory]
    [InlineData("hold low", "hold high", false)]
    [InlineData("hold low", "lower low", true)]
    [InlineData("hold high", "lower low", true)]
    [InlineData("hold low", "doubt", true)]
    [InlineData("hold low", "end latching", true)]
    [InlineData("end latching", "hold low", false)]
    [InlineData("doubt", "end doubt", true)]
    public void Acknowledge_OfWhatWasSeen_HoldsUnlessMoreCameSince(string seen, string since, bool holds)
    {
        var episode = In("open low");
        Call(ref episode, seen, At);
        var (opened, ordinal) = (episode.OpenedEventTime, episode.Ordinal);
        Call(ref episode, since, At + 1000);

        Assert.Equal(holds, episode.Acknowledge(opened, ordinal).Changed);
    }

    [Fact]
    public void Acknowledge_TheEndOfDoubtTookBack_NeedsToBeSeenAnew()
    {
        var episode = In("open medium doubtful acknowledged");
        var seen = episode.Ordinal;
        episode.EndDoubt();

        Assert.False(episode.Acknowledge(At, seen).Changed);
        Assert.True(episode.Acknowledge(At, episode.Ordinal).Changed);
    }

    [Theory]
    [InlineData(At - 1)]
    [InlineData(At + 1)]
    public void Acknowledge_AnotherEpisode_ChangesNothing(long opened)
    {
        var episode = In("open medium");

        Assert.False(episode.Acknowledge(opened).Changed);
        Assert.False(episode.Acknowledge(opened, int.MaxValue).Changed);
        Assert.True(episode.Acknowledge(At).Changed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Calls_InAnyOrder_NameEveryTransitionOnceAndNeverLeaveAnImpossibleState(int seed)
    {
        string[] calls =
        [
            "hold low", "hold medium", "hold high", "lower low", "lower medium", "end", "end latching", "doubt",
            "end doubt", "acknowledge", "close",
        ];
        var random = new Random(seed);
        var episode = default(AlertEpisode);
        var ids = new HashSet<(long, int)>();
        var time = At;
        for (var i = 0; i < 20_000; i++)
        {
            time += random.Next(3);
            var before = (episode.OpenedEventTime, episode.Ordinal, Describe(in episode));

            var change = Call(ref episode, calls[random.Next(calls.Length)], time);

            Assert.True(!change.Changed || ids.Add((episode.OpenedEventTime, episode.Ordinal)));
            Assert.True(change.Changed || before == (episode.OpenedEventTime, episode.Ordinal, Describe(in episode)));
            Assert.True(!episode.Indeterminate || episode.State == EpisodeState.Open);
            Assert.True(episode.State != EpisodeState.Latched || !episode.Acknowledged);
            Assert.True(!episode.IsLive || episode.Priority > AlertPriority.None);
        }
    }

    private static AlertEpisode In(string state)
    {
        var words = state.Split(' ');
        var episode = default(AlertEpisode);
        if (words[0] == "closed")
        {
            return episode;
        }

        episode.Hold(At, Priority(words[1]));
        if (words[0] == "latched")
        {
            episode.End(true);
        }

        if (words.Contains("doubtful"))
        {
            episode.Doubt();
        }

        if (words.Contains("acknowledged"))
        {
            episode.Acknowledge();
        }

        return episode;
    }

    private static EpisodeChange Call(ref AlertEpisode episode, string call, long eventTime) => call.Split(' ') switch
    {
        ["hold", var priority] => episode.Hold(eventTime, Priority(priority)),
        ["lower", var priority] => episode.Lower(Priority(priority)),
        ["end"] => episode.End(false),
        ["end", "latching"] => episode.End(true),
        ["doubt"] => episode.Doubt(),
        ["end", "doubt"] => episode.EndDoubt(),
        ["acknowledge"] => episode.Acknowledge(),
        ["close"] => episode.Close(),
        _ => throw new ArgumentException(call, nameof(call)),
    };

    private static string Describe(ref readonly AlertEpisode episode) => episode.State == EpisodeState.Closed
        ? "closed"
        : episode.State.ToString().ToLowerInvariant() + " " + episode.Priority.ToString().ToLowerInvariant()
            + (episode.Indeterminate ? " doubtful" : "") + (episode.Acknowledged ? " acknowledged" : "");

    private static AlertPriority Priority(string word) => Enum.Parse<AlertPriority>(word, ignoreCase: true);
}
