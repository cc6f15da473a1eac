// How requests look on the wire, and what is done about each kind of answer.
using System.Collections.Concurrent;
using System.Globalization;
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Influx;
using MedAI.Streaming.TestKit.Waiting;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Influx;

public sealed class StubInfluxTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private readonly SpillFolder _folder = new();
    private readonly ConcurrentQueue<string> _reports = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(InfluxVersion.One, "/write", "db=medai;rp=raw;precision=ns", "Basic dTpw")]
    [InlineData(InfluxVersion.Two, "/api/v2/write", "org=ward 7;bucket=medai;precision=ns", "Token t0ken")]
    [InlineData(InfluxVersion.Three, "/api/v2/write", "bucket=medai;precision=ns", "Token t0ken")]
    public void Write_EachVersion_HasItsPathItsRightsAndGzip(InfluxVersion version, string path, string query, string rights)
    {
        using var server = new StubServer(_ => new(204));
        var options = Options(server) with
        {
            Version = version,
            RetentionPolicy = version == InfluxVersion.One ? "raw" : null,
            Organisation = version == InfluxVersion.Two ? "ward 7" : null,
            Token = "t0ken",
            User = "u",
            Password = "p",
        };
        using var store = InfluxSeriesStore.Open(options, _folder.Path);

        store.Write(0, 1, Points.Seconds(0, 12_000));

        Assert.Equal([5000, 5000, 2000], server.Requests.Select(request => request.Lines.Length));
        Assert.All(server.Requests, request =>
        {
            Assert.Equal(("POST", path, rights, "gzip"), (request.Method, request.Path, request.Headers["Authorization"], request.Headers["Content-Encoding"]));
            Assert.Equal(query, string.Join(';', request.Query.AllKeys.Select(key => $"{key}={request.Query[key]}")));
            Assert.Equal(0x8b1f, BitConverter.ToUInt16(request.Body));
            Assert.True(request.Body.Length < request.Text.Length / 5);
        });
        Assert.Equal(12_000, server.Requests.SelectMany(request => request.Lines).Distinct().Count());
    }

    [Fact]
    public async Task Write_ServerAsksToComeLater_IsLeftAloneSoLong()
    {
        var clock = new WatchedClock();
        var answers = 0;
        using var server = new StubServer(_ => Interlocked.Increment(ref answers) <= 2 ? new(429, "", $"{60 * answers}") : new(204));
        using var store = InfluxSeriesStore.Open(Options(server) with { Time = clock, LongestPause = TimeSpan.FromSeconds(1) }, _folder.Path);

        store.Write(0, 1, Points.Seconds(0, 10));
        await Eventually.Async(() => clock.Pauses.Count == 1, Soon, "the pause");
        Assert.Equal(1, answers);
        clock.EndPauses();
        await Eventually.Async(() => clock.Pauses.Count == 2, Soon, "the next pause");
        Assert.Equal(2, answers);
        clock.EndPauses();

        Assert.Collection(
            clock.Pauses, pause => Assert.InRange(pause.TotalSeconds, 60, 66), pause => Assert.InRange(pause.TotalSeconds, 120, 132));
        await Eventually.Async(() => store.Status.Waiting == 0, Soon, "the points to be delivered");
        Assert.Equal((10, 0), (store.Status.Written, store.Status.Rejected));
    }

    [Fact]
    public async Task Write_ServerFails_PausesGrowAndEnd()
    {
        var clock = new WatchedClock();
        using var server = new StubServer(_ => new(503));
        var options = Options(server) with { Time = clock, FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(10) };
        using (var store = InfluxSeriesStore.Open(options, _folder.Path))
        {
            store.Write(0, 1, Points.Seconds(0, 10));
            for (var pauses = 1; pauses <= 7; pauses++)
            {
                await Eventually.Async(() => clock.Pauses.Count >= pauses, Soon, "a pause");
                clock.EndPauses();
            }
        }

        double[] whole = [1, 2, 4, 8, 10, 10, 10];
        Assert.All(clock.Pauses.Take(7).Zip(whole), pause => Assert.InRange(pause.First.TotalSeconds, pause.Second / 2, pause.Second));
        Assert.True(clock.Pauses.Take(7).Distinct().Count() > 4, "no jitter");
    }

    [Fact]
    public void Next_TwoSeeds_AreNotInStep()
    {
        var options = new InfluxOptions { Url = new Uri("http://localhost") };
        var (one, same, other) = (new RetryPause(options), new RetryPause(options), new RetryPause(options with { Seed = 2 }));
        var pauses = Enumerable.Range(0, 10).Select(_ => (one.Next(null), same.Next(null), other.Next(null))).ToList();

        Assert.All(pauses, pause => Assert.Equal(pause.Item1, pause.Item2));
        Assert.True(pauses.Count(pause => pause.Item1 != pause.Item3) > 5);
    }

    [Fact]
    public async Task Write_AfterATrouble_KeepsTheOrder()
    {
        var isAway = true;
        using var server = new StubServer(_ => new(Volatile.Read(ref isAway) ? 500 : 204));
        using var store = InfluxSeriesStore.Open(Options(server), _folder.Path);
        var batch = new SeriesBatch();
        for (var value = 0; value < 300; value++)
        {
            batch.Points.Clear();
            store.Write(0, value + 1, batch.Add("p", "x", Points.Morning, value));
            if (value == 100) Volatile.Write(ref isAway, false);
        }

        await Eventually.Async(() => store.Status.Waiting == 0, Soon, "the points to be delivered");

        var taken = server.Requests.SkipWhile(request => request.Lines.Length == 0).SelectMany(request => request.Lines)
            .Select(line => int.Parse(line.Split("value=")[1].Split(',')[0], CultureInfo.InvariantCulture)).ToList();
        var firstTaken = taken.LastIndexOf(0);
        Assert.Equal(Enumerable.Range(0, 300), taken.Skip(firstTaken));
    }

    [Fact]
    public async Task Write_ServerThatDoesNotAnswer_HoldsTheFlowUpOnce()
    {
        using var answer = new ManualResetEventSlim();
        using var server = new StubServer(_ =>
        {
            answer.Wait();
            return new(204);
        });
        using var store = InfluxSeriesStore.Open(
            Options(server) with { Patience = TimeSpan.FromMilliseconds(300), Timeout = TimeSpan.FromSeconds(60) }, _folder.Path);

        var since = TimeProvider.System.GetTimestamp();
        for (var round = 0; round < 50; round++)
            store.Write(0, round + 1, Points.Seconds(round * 10, 10));
        var took = TimeProvider.System.GetElapsedTime(since);

        Assert.Equal(500, store.Status.Waiting);
        Assert.True(took < TimeSpan.FromSeconds(10), $"50 writes took {took}");
        answer.Set();
        await Eventually.Async(() => store.Status.Waiting == 0, Soon, "the points to be delivered");
    }

    [Fact]
    public void Write_ManyBatchesToASlowServer_HoldsTheFlowUpNoLongerThanItsPatience()
    {
        var clock = new TestClock();
        var asked = 0;
        using var later = new ManualResetEventSlim();
        using var server = new StubServer(_ =>
        {
            if (Interlocked.Increment(ref asked) > 2) later.Wait();
            clock.Pass(TimeSpan.FromSeconds(1.5));
            return new(204);
        });
        using var store = InfluxSeriesStore.Open(
            Options(server) with { Patience = TimeSpan.FromSeconds(2), Time = clock, BatchLines = 10 }, _folder.Path);

        store.Write(0, 1, Points.Seconds(0, 100));

        // A third attempt of the flow's own would have failed.
        Assert.Equal((20, 80, (string?)null), (store.Status.Written, store.Status.Waiting, store.Status.Trouble));
        later.Set();
    }

    [Fact]
    public void Write_AwayAndTheDiskCannotBeWritten_SaysSo()
    {
        using var server = new StubServer(_ => new(503, "later"));
        using var store = InfluxSeriesStore.Open(Options(server), _folder.Path);
        Directory.Delete(_folder.Path, recursive: true);

        var failure = Assert.Throws<StoreException>(() => store.Write(0, 1, Points.Seconds(0, 10)));

        Assert.Contains("503 later", failure.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (store.AppliedOffset(0), store.Status.Waiting));
    }

    [Theory]
    [InlineData(503, "", StoreFailure.Unavailable)]
    [InlineData(200, "<html>", StoreFailure.Other)]
    [InlineData(200, "{}", StoreFailure.Other)]
    [InlineData(200, """{"results":[{"series":[{"columns":["time"],"values":[[1]]}]}]}""", StoreFailure.Other)]
    [InlineData(401, """{"error":"no"}""", StoreFailure.Other)]
    public void Read_AnswersThatAreNone_AreFailures(int status, string text, StoreFailure failure)
    {
        using var server = new StubServer(_ => new(status, text));
        using var store = InfluxSeriesStore.OpenForReading(Options(server));

        Assert.Equal(failure, Assert.Throws<StoreException>(() => store.Read("p").Count()).Failure);
    }

    [Fact]
    public void Read_AskedByAStrangeId_CannotLeaveItsQuotes()
    {
        using var server = new StubServer(_ => new(200, """{"results":[{"statement_id":0}]}"""));
        using var store = InfluxSeriesStore.OpenForReading(Options(server) with { Database = "a&db=b" });

        Assert.Empty(store.Read("x' OR 'a' = 'a\\", "score.'", 5, 6));

        var request = Assert.Single(server.Requests);
        Assert.Equal("a&db=b", request.Query["db"]);
        Assert.Equal(
            "SELECT \"value\", \"flags\", \"series\" FROM \"score\" WHERE \"patient\" = 'x\\' OR \\'a\\' = \\'a%5C' AND \"series\" = 'score.\\'' "
            + "AND time >= 5ms AND time < 6ms LIMIT 5000",
            request.Query["q"]);
    }

    private InfluxOptions Options(StubServer server) => new()
    {
        Url = server.Url,
        Organisation = "ward",
        Patience = TimeSpan.FromSeconds(79),
        Timeout = TimeSpan.FromSeconds(75),
        FirstPause = TimeSpan.FromMilliseconds(10),
        LongestPause = TimeSpan.FromMilliseconds(50),
        Report = _reports.Enqueue,
    };
}
