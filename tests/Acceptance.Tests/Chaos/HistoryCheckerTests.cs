// The checker on histories made by hand: silent where all is well, and a number and a sentence for each thing that is wrong.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Host.Chaos.Checking;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using Xunit;

namespace Acceptance.Tests.Chaos;

public sealed class HistoryCheckerTests
{
    private static readonly TransitionRecord Opened = new(
        "p1", "limit.spo2.low", 2000, 0, TransitionKind.Opened, AlertKind.Physiological, AlertPriority.High, TransitionReason.BelowLimit,
        2000, 2100, 80, 85, "d1/1/2/spo2", "", "", "SpO2 80 % is below 85 %.");

    private static readonly TransitionRecord Resolved = Opened with
    {
        Ordinal = 1,
        Kind = TransitionKind.Resolved,
        EventTime = 3000,
        ArrivalTime = 3100,
        Reason = TransitionReason.BackInsideLimit,
        Value = double.NaN,
    };

    private static readonly PointKey Point = new("p1", "spo2", "d1", 2000);

    private static readonly DeadLetter Letter = new(0, 12, 0, 1, "p1", "malformed", "spo2 is no number");

    /// <summary>Two frames, one of them twice; an episode; a page; a point; one frame that was lost on purpose.</summary>
    private static History Whole { get; } = new()
    {
        Sent = [Sent(1, 1000), Sent(2, 2000), Sent(3, 3000) with { Sent = 0, Outcome = SentOutcome.Lost }],
        Logged = [Logged(10, 1, 1000), Logged(11, 2, 2000)],
        Published = [Alert(0, Opened, 100), Alert(1, Resolved)],
        Expected = [Opened, Resolved],
        ExpectedPages = new Dictionary<string, long> { [Opened.Id] = 100 },
        DeadLetters = [Letter],
        ExpectedDeadLetters = [Letter],
        Series = new Dictionary<PointKey, PointValue> { [Point] = new(80, PointFlags.None) },
        ExpectedSeries = new Dictionary<PointKey, PointValue> { [Point] = new(80, PointFlags.None) },
        SinkTransitions = [Opened, Resolved],
        SinkHoldsTransitions = true,
    };

    public static TheoryData<string, int, int, int, int, string> Wrongs() => new()
    {
        { "an acknowledged frame is not in the log", 1, 0, 0, 0, "d1/1/2 of p1 was acknowledged" },
        { "an acknowledged frame is in the log with another time", 1, 0, 1, 0, "d1/1/2 of p1 was acknowledged" },
        { "an acknowledged frame is in the log for another patient", 1, 0, 1, 0, "nobody sent it so" },
        { "a frame is in the log with two contents", 0, 1, 0, 0, "other content again, at 0/12" },
        { "a frame nobody sent is in the log", 0, 0, 1, 0, "d1/1/9 of p1 at 0/12" },
        { "a frame that was kept back on purpose is in the log", 0, 0, 1, 0, "d1/1/3" },
        { "a transition was not published", 2, 0, 0, 0, "was not published: p1" },
        { "a transition nobody expects was published", 0, 0, 1, 0, "nobody expects p1" },
        { "a transition was published with other content only", 1, 0, 1, 0, "and should be" },
        { "a transition was published with its content and another", 0, 1, 1, 0, "other content again, at 0/2" },
        { "a page was not published", 1, 0, 0, 0, "page for p1|limit.spo2.low|2000|0 was not published" },
        { "a page nobody expects was published", 0, 0, 1, 0, "page for p1|limit.spo2.low|2000|1 at 0/1: nobody expects it" },
        { "a page was published with two delays", 0, 1, 1, 0, "page p1|limit.spo2.low|2000|0 was published with other content" },
        { "frames of one patient are in two partitions", 0, 1, 0, 0, "frames of p1 are in partition 0 and, at 1/1, in another" },
        { "a dead letter was not published", 1, 0, 0, 0, "was not published" },
        { "a dead letter nobody expects was published", 0, 0, 1, 0, "nobody expects DeadLetter" },
        { "a dead letter was published with its content and another", 0, 1, 1, 0, "was published before with other content" },
        { "a point is missing", 0, 0, 0, 1, "is missing" },
        { "a point has another value", 0, 0, 0, 1, "and should be" },
        { "a point has another flag", 0, 0, 0, 1, "and should be" },
        { "a point nobody expects is there", 0, 0, 0, 1, "nobody expects it" },
        { "a transition is twice in the series store", 0, 1, 0, 0, "under more than one key" },
        { "a transition is not in the series store", 0, 0, 0, 1, "is not in the series store" },
        { "a transition in the series store says something else", 0, 0, 0, 1, "and should be" },
        { "a transition nobody expects is in the series store", 0, 0, 0, 1, "nobody expects it" },
        { "no transition is in the series store", 0, 0, 0, 2, "is not in the series store" },
    };

    [Fact]
    public void Check_WhatShouldBe_IsClean()
    {
        var verdict = HistoryChecker.Check(Whole);

        Assert.True(verdict.IsClean, string.Join('\n', verdict.Findings));
        Assert.Empty(verdict.Findings);
        Assert.Equal((0, 2, 2, 2), (verdict.RepeatsAbsorbed, verdict.FramesAcknowledged, verdict.FramesLogged, verdict.TransitionsExpected));
    }

    [Fact]
    public void Check_EqualRepeats_AreCountedAndHarmless()
    {
        var verdict = HistoryChecker.Check(Whole with
        {
            Logged = [.. Whole.Logged, Logged(12, 2, 2000), Logged(13, 2, 2000)],
            Published = [.. Whole.Published, Alert(2, Opened, 100), Alert(3, Opened), Page(4, Opened, 100)],
        });

        Assert.True(verdict.IsClean, string.Join('\n', verdict.Findings));
        Assert.Equal(5, verdict.RepeatsAbsorbed);
    }

    [Fact]
    public void Check_PageApartFromItsTransition_IsClean() => Assert.True(HistoryChecker.Check(Whole with
    {
        Published = [Alert(0, Opened), Alert(1, Resolved), Page(2, Opened, 100)],
    }).IsClean);

    [Theory]
    [InlineData(SentOutcome.Undelivered)]
    [InlineData(SentOutcome.Refused)]
    public void Check_FrameWithoutAcknowledgement_MayOrMayNotBeInTheLog(object outcome)
    {
        var sent = Sent(4, 4000) with { Outcome = (SentOutcome)outcome };
        var without = Whole with { Sent = [.. Whole.Sent, sent] };

        Assert.True(HistoryChecker.Check(without).IsClean);
        Assert.True(HistoryChecker.Check(without with { Logged = [.. Whole.Logged, Logged(12, 4, 4000)] }).IsClean);
    }

    [Fact]
    public void Check_SeriesNotGathered_AreNotCompared()
    {
        var none = new Dictionary<PointKey, PointValue>();
        var history = Whole with { Series = none, ExpectedSeries = none, SinkTransitions = [], SinkHoldsTransitions = false };

        Assert.True(HistoryChecker.Check(history).IsClean);
    }

    [Theory]
    [MemberData(nameof(Wrongs))]
    public void Check_SomethingWrong_CountsAndSaysIt(string wrong, int lost, int doubled, int invented, int series, string words)
    {
        var verdict = HistoryChecker.Check(With(wrong));

        Assert.Equal((lost, doubled, invented, series), (verdict.Lost, verdict.Doubled, verdict.Invented, verdict.SeriesDifferences));
        Assert.False(verdict.IsClean);
        Assert.Contains(verdict.Findings, finding => finding.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public void Check_ManyFindings_TellsTheFirstAndTheNumber()
    {
        var verdict = HistoryChecker.Check(Whole with
        {
            Logged = [.. Whole.Logged, .. Enumerable.Range(0, 50).Select(i => Logged(100 + i, (ulong)(100 + i), 5000))],
        });

        Assert.Equal(50, verdict.Invented);
        Assert.Equal(Findings.Told + 1, verdict.Findings.Count);
        Assert.Equal("invented: and 30 more.", verdict.Findings[^1]);
    }

    private static History With(string wrong) => wrong switch
    {
        "an acknowledged frame is not in the log" => Whole with { Logged = [Whole.Logged[0]] },
        "an acknowledged frame is in the log with another time" => Whole with { Logged = [Whole.Logged[0], Logged(11, 2, 2001)] },
        "an acknowledged frame is in the log for another patient" =>
            Whole with { Logged = [Whole.Logged[0], Logged(11, 2, 2000) with { Patient = "p2" }] },
        "a frame is in the log with two contents" => Whole with { Logged = [.. Whole.Logged, Logged(12, 2, 2000) with { Content = 7 }] },
        "a frame nobody sent is in the log" => Whole with { Logged = [.. Whole.Logged, Logged(12, 9, 2000)] },
        "a frame that was kept back on purpose is in the log" => Whole with { Logged = [.. Whole.Logged, Logged(12, 3, 3000)] },
        "a transition was not published" => Whole with { Published = [Alert(1, Resolved)] },
        "a transition nobody expects was published" =>
            Whole with { Published = [.. Whole.Published, Alert(2, Opened with { OpenedEventTime = 9000 })] },
        "a transition was published with other content only" =>
            Whole with { Published = [Alert(0, Opened, 100), Alert(1, Resolved with { ArrivalTime = 3200 })] },
        "a transition was published with its content and another" =>
            Whole with { Published = [.. Whole.Published, Alert(2, Resolved with { Text = "?" })] },
        "a page was not published" => Whole with { Published = [Alert(0, Opened), Alert(1, Resolved)] },
        "a page nobody expects was published" => Whole with { Published = [Alert(0, Opened, 100), Alert(1, Resolved, 0)] },
        "a page was published with two delays" => Whole with { Published = [.. Whole.Published, Page(2, Opened, 5)] },
        "frames of one patient are in two partitions" => Whole with { Logged = [.. Whole.Logged, Logged(1, 2, 2000) with { Partition = 1 }] },
        "a dead letter was not published" => Whole with { DeadLetters = [] },
        "a dead letter nobody expects was published" => Whole with { DeadLetters = [Letter, Letter with { Index = 1 }] },
        "a dead letter was published with its content and another" =>
            Whole with { DeadLetters = [Letter, Letter, Letter with { Readings = 2 }] },
        "a point is missing" => Whole with { Series = new Dictionary<PointKey, PointValue>() },
        "a point has another value" => Whole with { Series = Points(Point, new(81, PointFlags.None)) },
        "a point has another flag" => Whole with { Series = Points(Point, new(80, PointFlags.Late)) },
        "a point nobody expects is there" =>
            Whole with { ExpectedSeries = new Dictionary<PointKey, PointValue>() },
        "a transition is twice in the series store" => Whole with { SinkTransitions = [.. Whole.SinkTransitions, Opened with { EventTime = 2001 }] },
        "a transition is not in the series store" => Whole with { SinkTransitions = [Opened] },
        "a transition in the series store says something else" =>
            Whole with { SinkTransitions = [Opened with { Priority = AlertPriority.Low }, Resolved] },
        "a transition nobody expects is in the series store" =>
            Whole with { SinkTransitions = [.. Whole.SinkTransitions, Opened with { Ordinal = 2 }] },
        "no transition is in the series store" => Whole with { SinkTransitions = [] },
        _ => throw new ArgumentOutOfRangeException(nameof(wrong), wrong, "It is not in the table."),
    };

    private static Dictionary<PointKey, PointValue> Points(PointKey key, PointValue value) => new() { [key] = value };

    private static SentFrame Sent(ulong sequence, long time) => new(new("d1", 1, sequence), "p1", time, "-", 1, SentOutcome.Acknowledged);

    private static LoggedFrame Logged(long offset, ulong sequence, long time) => new(0, offset, new("d1", 1, sequence), "p1", time);

    private static PublishedAlert Alert(long offset, TransitionRecord transition, long? page = null) =>
        new(0, offset, new TransitionId(transition.Patient, transition.Rule, transition.OpenedEventTime, transition.Ordinal), transition, page);

    private static PublishedAlert Page(long offset, TransitionRecord transition, long delay) =>
        Alert(offset, transition, delay) with { Transition = null };
}
