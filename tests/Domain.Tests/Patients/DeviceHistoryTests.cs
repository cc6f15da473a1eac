// Who wore a device when: what is refused and why, and that intervals never overlap whatever is asked for.
using MedAI.Streaming.Domain.Patients;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Patients;

public sealed class DeviceHistoryTests
{
    private const long Now = 1_000;

    [Fact]
    public void Associate_ADeviceNobodyWore_BeginsNow()
    {
        var decision = DeviceHistory.Empty.Associate("a", null, Now, "nurse");

        Assert.Equal(WearOutcome.Changed, decision.Outcome);
        Assert.Equal(new("a", Now, null, "nurse"), decision.Begun);
        Assert.Null(decision.Ended);
        Assert.Equal([decision.Begun!], decision.History.Intervals);
    }

    [Fact]
    public void Associate_ADeviceOfAnother_EndsThereAndBeginsHereAtTheSameTime()
    {
        var decision = Worn("a", 100).Associate("b", 500, Now, "nurse");

        Assert.Equal(new("a", 100, 500, "nurse"), decision.Ended);
        Assert.Equal(new("b", 500, null, "nurse"), decision.Begun);
        Assert.Equal(
            [null, "a", "a", "b", "b"], new long[] { 99, 100, 499, 500, long.MaxValue }.Select(t => decision.History.WornAt(t)?.Patient));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(100L)]
    public void Associate_AgainAsItStands_ChangesNothing(long? from)
    {
        var history = Worn("a", 100);

        var decision = history.Associate("a", from, Now, "other");

        Assert.Equal(WearOutcome.Unchanged, decision.Outcome);
        Assert.Same(history, decision.History);
    }

    [Theory]
    [InlineData("a", 101L, WearOutcome.OtherBeginning)]
    [InlineData("a", 99L, WearOutcome.OtherBeginning)]
    [InlineData("b", 99L, WearOutcome.Overlap)]
    [InlineData("b", 100L, WearOutcome.Overlap)]
    [InlineData("b", 101L, WearOutcome.Changed)]
    public void Associate_AtAnotherTimeThanItStands_IsRefusedWithWhatStands(string patient, long from, WearOutcome expected)
    {
        var decision = Worn("a", 100).Associate(patient, from, Now, "nurse");

        Assert.Equal(expected, decision.Outcome);
        Assert.Equal(expected == WearOutcome.Changed ? null : new WearInterval("a", 100, null, "nurse"), decision.Standing);
    }

    [Theory]
    [InlineData(299L, WearOutcome.Overlap, null)]
    [InlineData(300L, WearOutcome.Changed, 300L)]
    [InlineData(null, WearOutcome.Changed, Now)]
    public void Associate_AfterItWasTakenOff_BeginsNotBeforeThat(long? from, WearOutcome expected, long? begins)
    {
        var history = Worn("a", 100).End("a", 300, Now, "nurse").History;

        var decision = history.Associate("a", from, Now, "nurse");

        Assert.Equal((expected, begins), (decision.Outcome, decision.Begun?.From));
    }

    [Fact]
    public void Associate_WhenTheClockIsBehindWhatStands_BeginsAsSoonAsItCan()
    {
        var decision = Worn("a", Now + 50).Associate("b", null, Now, "nurse");

        Assert.Equal(Now + 51, decision.Begun!.From);
        Assert.Equal(Now + 51, decision.Ended!.Until);
    }

    [Theory]
    [InlineData("a", null, WearOutcome.Changed, Now)]
    [InlineData("a", 200L, WearOutcome.Changed, 200L)]
    [InlineData("a", 100L, WearOutcome.Changed, 100L)]
    [InlineData("a", 99L, WearOutcome.Inverted, null)]
    [InlineData("b", null, WearOutcome.NeverWorn, null)]
    public void End_WhatIsWorn_EndsNotBeforeItBegan(string patient, long? until, WearOutcome expected, long? ended)
    {
        var decision = Worn("a", 100).End(patient, until, Now, "nurse");

        Assert.Equal((expected, ended), (decision.Outcome, decision.Ended?.Until));
    }

    [Theory]
    [InlineData(null, WearOutcome.Unchanged)]
    [InlineData(300L, WearOutcome.Unchanged)]
    [InlineData(301L, WearOutcome.OtherEnd)]
    public void End_Again_ChangesNothingAndRefusesAnotherTime(long? until, WearOutcome expected)
    {
        var history = Worn("a", 100).End("a", 300, Now, "nurse").History;

        var decision = history.End("a", until, Now + 5, "nurse");

        Assert.Equal(expected, decision.Outcome);
        Assert.Same(history, decision.History);
    }

    // Somebody scanned the wrong device: taken back at once, it never was.
    [Fact]
    public void WornAt_AnEmptyInterval_CoversNothing()
    {
        var history = Worn("a", 100).Associate("b", 200, Now, "x").History.End("b", 200, Now, "x").History.Associate("a", 200, Now, "x").History;

        Assert.Equal(["a", "a", "a"], new long[] { 199, 200, 201 }.Select(t => history.WornAt(t)?.Patient));
    }

    [Fact]
    public void Associate_MoreOftenThanIsKept_ForgetsTheOldest()
    {
        var history = DeviceHistory.Empty;
        for (var i = 0; i < DeviceHistory.MaxIntervals + 10; i++)
        {
            history = history.Associate($"p{i % 2}", i * 10, Now, "x").History;
        }

        Assert.Equal((DeviceHistory.MaxIntervals, 100L), (history.Intervals.Count, history.Intervals[0].From));
        Assert.Null(history.WornAt(99));
    }

    [Fact]
    public void Restore_WhatBreaksTheLaw_IsRefused()
    {
        WearInterval open = new("a", 5, null, "");
        Assert.NotNull(DeviceHistory.Restore([]));
        Assert.NotNull(DeviceHistory.Restore([open]));
        Assert.NotNull(DeviceHistory.Restore([open with { Until = 5 }, open]));
        Assert.Null(DeviceHistory.Restore([open, open]));
        Assert.Null(DeviceHistory.Restore([open with { Until = 4 }]));
        Assert.Null(DeviceHistory.Restore([open with { Until = 6 }, open]));
    }

    // Whatever is asked in whatever order: the law holds, a refusal changes nothing, and every instant has one wearer at most.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Decisions_OfAnyKind_KeepTheLaw(int seed)
    {
        var random = new Random(seed);
        var history = DeviceHistory.Empty;
        var changes = 0;
        for (var i = 0; i < 500; i++)
        {
            var patient = $"p{random.Next(3)}";
            long? time = random.Next(3) == 0 ? null : i + random.Next(-20, 20);
            var decision = random.Next(2) == 0 ? history.Associate(patient, time, i, "x") : history.End(patient, time, i, "x");
            Assert.Equal(decision.Outcome == WearOutcome.Changed, !ReferenceEquals(history, decision.History));
            Assert.NotNull(DeviceHistory.Restore(decision.History.Intervals));
            foreach (var before in decision.Ended is null && decision.Begun is null ? [] : history.Intervals.Where(w => w.Until is not null))
            {
                Assert.Contains(before, decision.History.Intervals);
            }

            for (var t = i - 25; t < i + 25; t++)
            {
                Assert.InRange(decision.History.Intervals.Count(w => w.Covers(t)), 0, 1);
            }

            changes += decision.Outcome == WearOutcome.Changed ? 1 : 0;
            history = decision.History;
        }

        Assert.InRange(changes, 50, 400);
    }

    private static DeviceHistory Worn(string patient, long from) => DeviceHistory.Empty.Associate(patient, from, Now, "nurse").History;
}
