// The door for live input: everybody who was told "durable" is in the log, everybody else was told why not.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Logs;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;
using Proto = MedAI.Schemas.V1;

namespace MedAI.Streaming.Pipeline.Tests.Live;

public sealed class LogGatewayTests
{
    private readonly InMemoryEventLog _log = new(3);
    private readonly TestClock _clock = new();
    private long _lag;

    [Fact]
    public async Task Append_ManyCallers_AllAreInTheLogInTheOrderOfEach()
    {
        var gateway = Gateway(new LogGatewayOptions());
        var run = gateway.RunAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(caller => Task.Run(async () =>
        {
            var answers = new List<AppendResult>();
            for (var i = 0; i < 5; i++)
            {
                answers.Add(await gateway.AppendAsync(Frames($"p{caller}", i * 3, 3), TestContext.Current.CancellationToken));
            }

            return answers;
        })));
        gateway.Complete();
        await run;

        Assert.All(answers.SelectMany(a => a), a => Assert.True(a.IsDurable));
        Assert.Equal(3000, gateway.Appended);
        Assert.Equal(0, gateway.Waits);
        var logged = Logged();
        Assert.Equal(3000, logged.Count);
        Assert.All(
            logged.GroupBy(f => f.Patient),
            patient => Assert.Equal(Enumerable.Range(1, 15).Select(i => (ulong)i), patient.Select(f => f.Sequence)));
    }

    [Fact]
    public async Task Append_ClockGoesBack_ArrivalTimesDoNot()
    {
        var gateway = Gateway(new LogGatewayOptions());
        var run = gateway.RunAsync();
        foreach (var seconds in new[] { 100, -50, 20, -30, 90 })
        {
            _clock.Pass(TimeSpan.FromSeconds(seconds));
            await gateway.AppendAsync(Frames("p", 0, 1), TestContext.Current.CancellationToken);
        }

        gateway.Complete();
        await run;

        Assert.Equal([100_000, 100_000, 100_000, 100_000, 130_000], Logged().Select(f => f.ArrivalTime));
    }

    [Fact]
    public async Task Append_LogIsFull_TellsEveryCallerAndKeepsNothing()
    {
        var gateway = Gateway(new LogGatewayOptions());
        var run = gateway.RunAsync();
        _log.BeforeAppend = () => throw new StoreException(StoreFailure.DiskFull, "full");

        var failed = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
            await Assert.ThrowsAsync<StoreException>(
                () => gateway.AppendAsync(Frames($"p{i}", 0, 2), TestContext.Current.CancellationToken))));
        _log.BeforeAppend = null;
        var after = await gateway.AppendAsync(Frames("later", 0, 1), TestContext.Current.CancellationToken);
        gateway.Complete();
        await run;

        Assert.All(failed, f => Assert.Equal(StoreFailure.DiskFull, f.Failure));
        Assert.True(after.IsDurable);
        Assert.Equal("later", Assert.Single(Logged()).Patient);
        Assert.Equal(1, gateway.Appended);
    }

    [Fact]
    public async Task Append_TooManyWait_TurnsAwayAndLosesNone()
    {
        var gateway = Gateway(new LogGatewayOptions { MaxWaiting = 10, RetryAfter = TimeSpan.FromSeconds(3) });

        // Nobody appends yet: all of them wait.
        var waiting = Enumerable.Range(0, 5).Select(i => gateway.AppendAsync(Frames($"p{i}", 0, 2), default)).ToArray();
        var turnedAway = await gateway.AppendAsync(Frames("much", 0, 1), TestContext.Current.CancellationToken);
        var run = gateway.RunAsync();
        var answers = await Task.WhenAll(waiting);
        var again = await gateway.AppendAsync(Frames("much", 0, 50), TestContext.Current.CancellationToken);
        gateway.Complete();
        await run;

        Assert.Equal(AppendResult.Busy(TimeSpan.FromSeconds(3)), turnedAway);
        Assert.All(answers, a => Assert.True(a.IsDurable));
        Assert.True(again.IsDurable);
        Assert.Equal(60, Logged().Count);
    }

    [Fact]
    public async Task Append_FlowsAreFarBehind_TurnsAway()
    {
        var gateway = Gateway(new LogGatewayOptions { MaxLag = 1000 });
        var run = gateway.RunAsync();
        _lag = 1001;
        Assert.False((await gateway.AppendAsync(Frames("p", 0, 1), TestContext.Current.CancellationToken)).IsDurable);
        _lag = 1000;
        Assert.True((await gateway.AppendAsync(Frames("p", 0, 1), TestContext.Current.CancellationToken)).IsDurable);
        gateway.Complete();
        await run;
        Assert.Single(Logged());
    }

    [Fact]
    public async Task Complete_WhileSomeWait_AppendsThemAndTakesNoMore()
    {
        var gateway = Gateway(new LogGatewayOptions());
        var waiting = gateway.AppendAsync(Frames("p", 0, 4), TestContext.Current.CancellationToken);
        gateway.Complete();
        await gateway.RunAsync();

        Assert.True((await waiting).IsDurable);
        Assert.Equal(4, Logged().Count);
        var refused = await Assert.ThrowsAsync<StoreException>(
            () => gateway.AppendAsync(Frames("p", 4, 1), TestContext.Current.CancellationToken));
        Assert.Equal(StoreFailure.Unavailable, refused.Failure);
    }

    private static LogElement[] Frames(string patient, int from, int count) =>
    [
        .. Enumerable.Range(from, count).Select(i => new FrameElement(
            0, patient, "d", SourceClass.Bedside, 1, (ulong)i + 1, 1000 * i, [new RecordedReading(VitalSign.HeartRate, 70)])),
    ];

    private LogGateway Gateway(LogGatewayOptions options) => new(
        new LogAppender(_log), options, new ArrivalClock(_clock, long.MinValue), () => _lag);

    private List<(string Patient, ulong Sequence, long ArrivalTime)> Logged() =>
    [
        .. LoggedFrames.Records(_log)
            .Select(r => (Frame: Proto.Frame.Parser.ParseFrom(r.Payload), r.ArrivalTime))
            .Select(r => (r.Frame.Patient, r.Frame.Sequence, r.ArrivalTime)),
    ];
}
