// Who listens hears every transition once, whatever happens to the connection, and costs the service no more than a place.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Reading;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

public sealed class AlertStreamTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_begins_at_once_with_what_the_service_is_not_and_with_what_is_new()
    {
        await using var service = await ReadingService.StartAsync();
        service.Decide(Decided.Number(1), Decided.Number(2));
        using var listener = await service.ListenAsync();

        Assert.Equal(Notice.SecondaryMonitor, (await listener.NextAsync())!.Comment);
        service.Decide(Decided.Number(3));

        var alert = await listener.NextAlertAsync();
        Assert.Equal(Decided.Number(3).Id, alert.GetProperty("id").GetString());
        Assert.Equal(alert.GetProperty("cursor").GetString(), listener.LastEventId);
        Assert.Empty(Description.Validate(Description.Root.GetProperty("components").GetProperty("schemas").GetProperty("Alert"), alert));
    }

    [Theory]
    [InlineData("", null, 3)]
    [InlineData("?cursor=", null, 1)]
    [InlineData("?cursor=1", null, 2)]
    [InlineData("", "1", 2)]
    [InlineData("?cursor=", "1", 2)]
    [InlineData("?priority=high&cursor=", null, 2)]
    [InlineData("?kind=technical&cursor=", null, 5)]
    [InlineData("?patient=p4&cursor=", null, 4)]
    public async Task A_stream_goes_on_where_it_is_told_to(string query, string? lastEventId, int first)
    {
        await using var service = await ReadingService.StartAsync();
        service.Decide(Decided.Number(1), Decided.Number(2));
        using var listener = await service.ListenAsync(query, lastEventId);
        await listener.NextAsync();
        service.Decide(Decided.Number(3), Decided.Number(4), Decided.Number(5));

        Assert.Equal(Decided.Number(first).Id, (await listener.NextAlertAsync()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_quiet_stream_beats_and_its_place_moves_past_what_was_not_asked_for()
    {
        await using var service = await ReadingService.StartAsync();
        using var listener = await service.ListenAsync("?patient=p3");
        await listener.NextAsync();
        service.Decide(Decided.Number(4), Decided.Number(5));

        for (var beat = 0; beat < 3; beat++)
        {
            service.Clock.Pass(AlertTail.Beat);
            Assert.Equal("heartbeat", (await listener.NextAsync())!.Comment);
        }

        Assert.Equal("2", listener.LastEventId);
    }

    [Fact]
    public async Task Who_follows_only_the_urgent_hears_that_something_became_less_urgent()
    {
        await using var service = await ReadingService.StartAsync();
        using var listener = await service.ListenAsync("?priority=high");
        await listener.NextAsync();
        service.Decide(
            Decided.Of("p", "limit.spo2.low", 1000, 0, TransitionKind.Opened, AlertPriority.High),
            Decided.Of("p", "limit.spo2.low", 1000, 1, TransitionKind.Deescalated, AlertPriority.Low),
            Decided.Of("p", "limit.spo2.low", 1000, 2, TransitionKind.Resolved, AlertPriority.Low),
            Decided.Of("p", "limit.spo2.low", 9000, 0, TransitionKind.Opened, AlertPriority.High));

        string[] heard = [await KindAsync(), await KindAsync(), await KindAsync()];

        Assert.Equal(["opened", "deescalated", "opened"], heard);

        async Task<string> KindAsync() => (await listener.NextAlertAsync()).GetProperty("kind").GetString()!;
    }

    [Theory]
    [InlineData("?cursor=99", null)]
    [InlineData("?cursor=nonsense", null)]
    [InlineData("?cursor=-1", null)]
    [InlineData("", "99")]
    [InlineData("", "no place")]
    public async Task A_place_of_another_history_is_refused_instead_of_waited_for(string query, string? lastEventId)
    {
        await using var service = await ReadingService.StartAsync();
        service.Decide(Decided.Number(1));
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/alerts/stream{query}");
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);

        var (status, body, _) = await service.Running.SendAsync(request);

        Assert.Equal((400, "bad_cursor"), (status, body.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Only_so_many_listen_at_once_and_who_leaves_makes_room()
    {
        await using var service = await ReadingService.StartAsync(mostStreams: 1);
        var first = await service.ListenAsync();

        var (status, body, response) = await service.Running.SendAsync(HttpMethod.Get, "/v1/alerts/stream");
        Assert.Equal((503, "too_many_streams"), (status, body.GetProperty("code").GetString()));
        Assert.NotNull(response.Headers.RetryAfter);
        first.Dispose();
        await Until(() => service.Streams.Clients == 0);

        using var second = await service.ListenAsync();
        Assert.NotNull(await second.NextAsync());
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("for another ward")]
    [InlineData("without the scope")]
    public async Task A_stream_ends_at_the_next_beat_once_its_key_no_longer_holds(string change)
    {
        var callers = new ChangingCaller(new Caller("k", Scopes.Read, [], ["icu"]));
        await using var service = await ReadingService.StartAsync(callers);
        using var listener = await service.ListenAsync(token: "any");
        await listener.NextAsync();
        callers.Now = new Caller("k", Scopes.Read, [], [.. (string[])["icu"]]);
        service.Clock.Pass(AlertTail.Beat);
        Assert.Equal("heartbeat", (await listener.NextAsync())!.Comment);

        callers.Now = change switch
        {
            "revoked" => null,
            "for another ward" => callers.Now with { Wards = ["er"] },
            _ => callers.Now with { Scopes = Scopes.Ingest },
        };
        service.Clock.Pass(AlertTail.Beat);

        Assert.Null(await listener.NextAsync());
        await Until(() => service.Streams.Clients == 0);
    }

    [Fact]
    public async Task A_stream_ends_after_its_time()
    {
        await using var service = await ReadingService.StartAsync();
        using var listener = await service.ListenAsync();
        await listener.NextAsync();

        service.Clock.Pass(TimeSpan.FromMinutes(31));

        while (await listener.NextAsync() is { } heard)
        {
            Assert.Equal("heartbeat", heard.Comment);
        }
    }

    [Fact]
    public async Task A_service_that_stops_ends_its_streams_at_once_also_those_that_nobody_reads()
    {
        await using var service = await ReadingService.StartAsync();
        using var quiet = await service.ListenAsync("?patient=nobody");
        await quiet.NextAsync();
        using var stuck = await RawClient.OpenAsync(service.Client.BaseAddress!, "/v1/alerts/stream?cursor=", Stop);

        // More than any buffer on the way takes.
        for (var i = 0; i < 30; i++)
        {
            service.Decide([.. Enumerable.Range(i * 1000, 1000).Select(n => Decided.Number(n))]);
        }

        await Until(() => service.Streams.Clients == 2 && service.Tail.After("30000", 1) is not null);
        for (long sent = -1; sent != service.Streams.Sent;)
        {
            sent = service.Streams.Sent;
            for (var others = 0; others < 20; others++)
            {
                await service.GetOkAsync("/v1/deadletters");
            }
        }

        var stopping = service.Running.StopAsync();

        // Waiting for what a client does not take would use up the ten seconds that a stop may last.
        await stopping.WaitAsync(TimeSpan.FromSeconds(8), Stop);
        Assert.Null(await quiet.NextAsync());
        Assert.Equal(0, service.Streams.Clients);
    }

    [Fact]
    public async Task A_history_that_cannot_be_read_ends_the_streams_instead_of_leaving_them_silent()
    {
        var history = new FailingHistory();
        await using var service = await ReadingService.StartAsync(history: history);
        using var listener = await service.ListenAsync();
        await listener.NextAsync();

        history.IsBroken = true;
        service.Clock.Pass(AlertTail.Beat);

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (await listener.NextAsync() is not null)
            {
                // A heartbeat may still be on its way.
            }
        });
        var (status, _, _) = await service.Running.SendAsync(HttpMethod.Get, "/v1/alerts/stream");
        Assert.Equal(503, status);
    }

    internal static async Task Until(Func<bool> isSo)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class ChangingCaller(Caller caller) : ICallerSource
    {
        public Caller? Now { get; set; } = caller;

        public Caller? Identify(ReadOnlySpan<char> token) => Now;
    }

    private sealed class FailingHistory : IAlertHistory
    {
        public bool IsBroken { get; set; }

        public IEnumerable<TransitionRecord> Transitions(string? patient = null) => [];

        public IReadOnlyList<(string Cursor, TransitionRecord Transition)> After(string cursor, int limit) =>
            IsBroken ? throw new StoreException(StoreFailure.Other, "the disk is gone") : [];

        public string EndCursor() => IsBroken ? throw new StoreException(StoreFailure.Other, "the disk is gone") : "7";

        public IReadOnlyList<PageRecord> UnsentPages(int limit) => [];

        public void MarkSent(string transitionId) => throw new NotSupportedException();

        public IEnumerable<DeadLetter> DeadLetters((int Partition, long Offset, int Index)? after = null) => [];
    }
}
