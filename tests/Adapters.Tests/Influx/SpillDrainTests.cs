// How what waits is delivered before a process ends, and that no failure ends the one that delivers.
using System.Collections.Concurrent;
using System.Text;
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.TestKit.Influx;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Influx;

public sealed class SpillDrainTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private readonly SpillFolder _folder = new();
    private readonly FailingDisk _disk = new();
    private readonly WatchedClock _clock = new();
    private readonly ConcurrentQueue<string> _reports = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(typeof(IOException), "the disk where they wait fails: nobody thought of this")]
    [InlineData(typeof(NotSupportedException), "NotSupportedException: nobody thought of this")]
    public async Task Run_AnyFailureOfTheDisk_IsToldAndTriedAgain(Type kind, string told)
    {
        using var server = new StubServer(_ => new(204));
        using var parts = new Parts(this, server);
        parts.Spill.Append([Batch(3)]);
        _disk.Fails = (call, _, _) => call == DiskCall.Read
            ? throw (Exception)Activator.CreateInstance(kind, "nobody thought of this")! : false;
        using var drain = parts.Start();
        for (var tries = 1; tries <= 3; tries++)
        {
            await Eventually.Async(() => _clock.Pauses.Count >= tries, Soon, "a pause");
            Assert.Equal(told, drain.Trouble);
            _clock.EndPauses();
        }

        _disk.Fails = (_, _, _) => false;
        await Eventually.Async(
            () =>
            {
                _clock.EndPauses();
                return parts.Spill.IsEmpty && drain.Trouble is null;
            },
            Soon, "what waits to be delivered");
        Assert.Contains(told, Assert.Single(_reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hurry_WhileItPauses_TriesAtOnceAndDeliversEverything()
    {
        var isAway = true;
        using var server = new StubServer(_ => new(Volatile.Read(ref isAway) ? 503 : 204));
        using var parts = new Parts(this, server);
        for (var n = 0; n < 40; n++)
            parts.Spill.Append([Batch(100)]);
        using var drain = parts.Start();
        await Eventually.Async(() => _clock.Pauses.Count == 1, Soon, "the pause");
        Volatile.Write(ref isAway, false);

        await HurryAsync(drain, Parts.Bound).WaitAsync(Soon, TestContext.Current.CancellationToken);

        Assert.True(parts.Spill.IsEmpty);
        Assert.Equal(4000, server.Requests.Skip(1).Sum(request => request.Lines.Length));
    }

    // A flow's own attempt, which failed during the pause, is none of those that were asked for.
    [Fact]
    public async Task Hurry_AFlowHadJustTriedInVain_TriesAllTheSame()
    {
        var isAway = true;
        using var server = new StubServer(_ => new(Volatile.Read(ref isAway) ? 503 : 204));
        using var parts = new Parts(this, server);
        parts.Spill.Append([Batch(5)]);
        using var drain = parts.Start();
        await Eventually.Async(() => _clock.Pauses.Count == 1, Soon, "the pause");
        drain.Wake(new DeliveryOutcome(Delivery.Held, "it was away"));
        Volatile.Write(ref isAway, false);

        await HurryAsync(drain, Parts.Bound).WaitAsync(Soon, TestContext.Current.CancellationToken);

        Assert.True(parts.Spill.IsEmpty);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Hurry_ServerStaysAway_ReturnsWithTheNextFailureAndGoesOnTrying()
    {
        using var server = new StubServer(_ => new(503));
        using var parts = new Parts(this, server);
        parts.Spill.Append([Batch(5)]);
        using var drain = parts.Start();
        await Eventually.Async(() => _clock.Pauses.Count == 1, Soon, "the pause");

        await HurryAsync(drain, Parts.Bound).WaitAsync(Soon, TestContext.Current.CancellationToken);

        Assert.Equal((5L, 2), (parts.Spill.Lines, server.Requests.Count));
        Assert.Contains("503", drain.Trouble, StringComparison.Ordinal);
        await Eventually.Async(() => _clock.Pauses.Count == 2, Soon, "the next pause");
    }

    [Fact]
    public async Task Hurry_ServerThatNeverAnswers_ReturnsWhenItsTimeIsOver()
    {
        using var answer = new ManualResetEventSlim();
        using var asked = new ManualResetEventSlim();
        using var server = new StubServer(_ =>
        {
            asked.Set();
            answer.Wait();
            return new(204);
        });
        using var parts = new Parts(this, server);
        parts.Spill.Append([Batch(5)]);
        using var drain = parts.Start();
        asked.Wait(Soon, TestContext.Current.CancellationToken);

        var hurry = HurryAsync(drain, Parts.OtherBound);
        await Eventually.Async(() => _clock.Pauses.Contains(Parts.OtherBound), Soon, "the bound to be set");
        Assert.False(hurry.IsCompleted);
        _clock.EndPauses();

        await hurry.WaitAsync(Soon, TestContext.Current.CancellationToken);
        Assert.Equal(5, parts.Spill.Lines);
        answer.Set();
    }

    [Fact]
    public async Task Hurry_NothingWaits_Returns()
    {
        using var server = new StubServer(_ => new(204));
        using var parts = new Parts(this, server);
        using var drain = parts.Start();

        await HurryAsync(drain, Parts.Bound).WaitAsync(Soon, TestContext.Current.CancellationToken);

        Assert.Empty(server.Requests);
    }

    private static Task HurryAsync(SpillDrain drain, TimeSpan atMost) =>
        Task.Run(() => drain.Hurry(atMost), TestContext.Current.CancellationToken);

    private static LineBatch Batch(int lines) =>
        LineBatch.Pack(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("m v=1 1\n", lines))), lines);

    private sealed class Parts : IDisposable
    {
        /// <summary>It never rings (<see cref="WatchedClock"/>).</summary>
        public static readonly TimeSpan Bound = TimeSpan.FromSeconds(76);

        /// <summary>It rings with the pauses.</summary>
        public static readonly TimeSpan OtherBound = TimeSpan.FromSeconds(20);

        private readonly InfluxOptions _options;
        private readonly InfluxClient _client;

        public Parts(SpillDrainTests test, StubServer server)
        {
            _options = new InfluxOptions
            {
                Url = server.Url,
                Timeout = TimeSpan.FromSeconds(75),
                BatchLines = 250,
                Time = test._clock,
                Report = test._reports.Enqueue,
                SpillAge = TimeSpan.FromDays(1000),
            };
            Spill = Spill.Open(test._folder.Path, _options, test._disk.Open);
            _client = new InfluxClient(_options);
        }

        public Spill Spill { get; }

        public SpillDrain Start() => SpillDrain.Start(Spill, new LineSender(_client, _options, new InfluxCounters()), _options);

        public void Dispose()
        {
            _client.Dispose();
            Spill.Dispose();
        }
    }
}
