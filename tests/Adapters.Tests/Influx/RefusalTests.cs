// What a refusal of the server is taken for: a verdict on points, a request that must be taken apart, or a mistake that somebody must mend.
using System.Collections.Concurrent;
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.TestKit.Influx;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Influx;

public sealed class RefusalTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private readonly SpillFolder _folder = new();
    private readonly ConcurrentQueue<string> _reports = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Write_TooLargeForTheServer_IsHalvedUntilItFits()
    {
        using var server = new StubServer(request => new(request.Lines.Length > 700 ? 413 : 204));
        using var store = InfluxSeriesStore.Open(Options(server), _folder.Path);

        store.Write(0, 1, Points.Seconds(0, 5000));
        await Eventually.Async(() => store.Status.Waiting == 0, Soon, "the points to be delivered");

        Assert.Equal((5000, 0, (string?)null), (store.Status.Written, store.Status.Rejected, store.Status.Trouble));
        Assert.Equal(5000, server.Requests.Where(request => request.Lines.Length <= 700).SelectMany(request => request.Lines).Distinct().Count());
    }

    [Fact]
    public async Task Write_OneBadLineThatRefusesTheWhole_IsFoundAndTheOthersStored()
    {
        using var server = new StubServer(request =>
            request.Text.Contains("patient=bad", StringComparison.Ordinal) ? new(400, """{"code":"invalid","message":"no"}""") : new(204));
        using var store = InfluxSeriesStore.Open(Options(server), _folder.Path);

        store.Write(0, 1, Points.Seconds(0, 3000).Add("bad", "x", Points.Morning, 1));
        await Eventually.Async(() => store.Status.Waiting == 0, Soon, "the points to be delivered");

        Assert.Equal((3000, 1, (string?)null), (store.Status.Written, store.Status.Rejected, store.Status.Trouble));
        Assert.Contains("400 no", Assert.Single(_reports), StringComparison.Ordinal);
        Assert.InRange(server.Requests.Count, 10, 30);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(413)]
    public async Task Write_ABatchThatMustBeTakenApart_HoldsTheFlowUpForOneRequest(int status)
    {
        var asked = 0;
        using var more = new ManualResetEventSlim();
        using var server = new StubServer(request =>
        {
            if (Interlocked.Increment(ref asked) > 1) more.Wait();
            return request.Lines.Length > 10 ? new(status, """{"code":"invalid","message":"no"}""") : new(204);
        });
        using var store = InfluxSeriesStore.Open(Options(server), _folder.Path);

        await Task.Run(() => store.Write(0, 1, Points.Seconds(0, 300)), TestContext.Current.CancellationToken).WaitAsync(Soon, TestContext.Current.CancellationToken);

        Assert.Equal((300, (string?)null), (store.Status.Waiting, store.Status.Trouble));
        more.Set();
        await Eventually.Async(() => store.Status.Waiting == 0, Soon, "the points to be delivered");
        Assert.Equal((300, 0), (store.Status.Written, store.Status.Rejected));
    }

    [Theory]
    [InlineData(400, "no", null)]
    [InlineData(400, "Client sent an HTTP request to an HTTPS server.\n", null)]
    [InlineData(400, "<html><body>The plain HTTP request was sent to HTTPS port</body></html>", null)]
    [InlineData(422, """{"message":"no route"}""", null)]
    [InlineData(400, """{"code":400,"message":"bad request"}""", null)]
    [InlineData(400, """{"error":{"code":400}}""", null)]
    [InlineData(400, "[1]", null)]
    [InlineData(400, "", null)]
    [InlineData(400, "remoteAddr: \"127.0.0.1:5\"; requestURI: /api/v2/write?bucket=x; cannot read gzipped influx line protocol data: unexpected EOF", "1.8.0")]
    public async Task Write_ARefusalThatIsNotOfInfluxItself_IsNoVerdictOnPoints(int status, string text, string? version)
    {
        var isMended = false;
        using var server = new StubServer(_ => Volatile.Read(ref isMended) ? new(204) : new(status, text, Version: version));
        using var store = InfluxSeriesStore.Open(Options(server), _folder.Path);

        store.Write(0, 1, Points.Seconds(0, 5000));
        await Eventually.Async(() => server.Requests.Count > 3, Soon, "more tries");

        Assert.Equal((5000, 0), (store.Status.Waiting, store.Status.Rejected));
        Assert.All(server.Requests, request => Assert.Equal(5000, request.Lines.Length));
        Assert.Contains("check influx.url", store.Status.Trouble, StringComparison.Ordinal);
        Volatile.Write(ref isMended, true);
        await Eventually.Async(() => store.Status.Waiting == 0 && store.Status.Trouble is null, Soon, "the points to be delivered");
        Assert.Equal((5000, 0), (store.Status.Written, store.Status.Rejected));
    }

    [Theory]
    [InlineData(400, """{"error":"database is required"}""")]
    [InlineData(400, """{"code":"invalid","message":"a mistake of the set-up"}""")]
    [InlineData(400, """{"error":"partial write: max-series-per-database limit exceeded: (5) dropped=99999"}""")]
    [InlineData(413, "")]
    public async Task Write_EveryPointRefusedAlikeForNoReasonOfItsOwn_NothingIsLost(int status, string text)
    {
        var isMended = false;
        using var server = new StubServer(_ => Volatile.Read(ref isMended) ? new(204) : new(status, text));
        using var store = InfluxSeriesStore.Open(Options(server), _folder.Path);

        store.Write(0, 1, Points.Seconds(0, 300));
        await Eventually.Async(() => store.Status.Trouble is not null, Soon, "the trouble to be told");

        Assert.Equal((300, 0), (store.Status.Waiting, store.Status.Rejected));
        Assert.Contains("all 300 points are refused alike", store.Status.Trouble, StringComparison.Ordinal);
        Volatile.Write(ref isMended, true);
        await Eventually.Async(() => store.Status.Waiting == 0 && store.Status.Trouble is null, Soon, "the points to be delivered");
        Assert.Equal((300, 0), (store.Status.Written, store.Status.Rejected));
    }

    [Theory]
    [InlineData("""{"code":"invalid","message":"unable to parse something: bad timestamp"}""")]
    [InlineData("""{"error":"partial write: field type conflict: input field \"value\" is type float dropped=99999"}""")]
    [InlineData("""{"error":"partial write: points beyond retention policy dropped=99999"}""")]
    [InlineData("""{"error":"parsing failed for write_lp endpoint"}""")]
    public async Task Write_EveryPointRefusedForWhatItIs_EndsAndIsCounted(string text)
    {
        using var server = new StubServer(_ => new(400, text));
        using var store = InfluxSeriesStore.Open(Options(server), _folder.Path);

        store.Write(0, 1, Points.Seconds(0, 5000));
        await Eventually.Async(() => store.Status.Waiting == 0, Soon, "the points to be given up");

        Assert.Equal((0, 5000, (string?)null), (store.Status.Written, store.Status.Rejected, store.Status.Trouble));
        Assert.InRange(server.Requests.Count, 1, 500);
        Assert.Contains("did not take 5000 of 5000", Assert.Single(_reports), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, """{"error":"partial write: points beyond retention policy dropped=7"}""", 7)]
    [InlineData(422, """{"code":"unprocessable entity","message":"failure writing points to database: partial write: points beyond retention policy dropped=3"}""", 3)]
    [InlineData(400, """{"error":"partial write: unable to parse 'garbage': missing fields\nunable to parse 'more x': invalid field format dropped=0"}""", 2)]
    [InlineData(400, """{"error":"partial write: unable to parse 'say dropped=9 ': bad dropped=1"}""", 10)]
    [InlineData(400, """{"error":"partial write: something new"}""", 1)]
    [InlineData(400, """{"error":"partial write: dropped=99999"}""", 10)]
    public void Of_PartialWrites_CountsWhatWasDropped(int status, string text, int rejected) =>
        Assert.Equal(rejected, WriteRefusal.Of(new(status, text), 10).Rejected);

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task Write_SomebodyMustMendSomething_NothingIsLost(int status)
    {
        var isMended = false;
        using var server = new StubServer(_ => new(Volatile.Read(ref isMended) ? 204 : status));
        using var store = InfluxSeriesStore.Open(Options(server), _folder.Path);

        store.Write(0, 1, Points.Seconds(0, 10));
        Assert.Equal((10, 0), (store.Status.Waiting, store.Status.Rejected));
        Assert.Contains("influx.", store.Status.Trouble, StringComparison.Ordinal);
        Volatile.Write(ref isMended, true);

        await Eventually.Async(() => store.Status.Written == 10 && store.Status.Trouble is null, Soon, "the points to be delivered");
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
