// POST /v1/frames at its limits: too long, too many, packed too well, a log that is busy or full, and senders that go away.
using System.Net.Sockets;
using System.Text;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;
using static Acceptance.Tests.Web.FrameBodies;

namespace Acceptance.Tests.Web;

public sealed class FrameLimitsTests : FrameServiceTests
{
    [Theory]
    [InlineData("application/x-ndjson")]
    [InlineData("application/json")]
    [InlineData("application/x-protobuf")]
    public async Task A_frame_that_is_too_long_is_refused_and_those_around_it_are_kept(string form)
    {
        await using var service = await StartAsync(RunningService.Settings with { MaxLineBytes = 1024 });
        foreach (var length in new[] { 2_000, 100_000, 1_000_000 })
        {
            var body = Body(form, 3, tooLong: length);

            var (status, answer, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: Of(body, form));

            Assert.Equal(413, status);
            Assert.Equal([(2, "line_too_long")], Refused(answer));
        }

        Assert.Equal([1, 3, 1, 3, 1, 3], Gateway.Frames.Select(frame => (int)frame.Sequence));
        Assert.All(Gateway.Refused, one => Assert.InRange(one.Text.Length, 1, 200));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_keeps_what_came_before_and_says_where_to_go_on(bool isPacked)
    {
        await using var service = await StartAsync(RunningService.Settings with { MaxBodyBytes = 4096, MaxLineBytes = 1024 });
        var lines = Enumerable.Range(1, 100).Select(n => Frame(n)).ToArray();
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));

        var (status, answer, _) = await service.SendAsync(
            HttpMethod.Post, "/v1/frames", content: isPacked ? Packed(Gzip(bytes)) : Ndjson(lines));

        var accepted = answer.GetProperty("accepted").GetInt32();
        Assert.Equal(413, status);
        Assert.InRange(accepted, 5, 99);
        Assert.Equal([(accepted + 1, "body_too_long")], Refused(answer));
        Assert.Equal(Enumerable.Range(1, accepted), Gateway.Frames.Select(frame => (int)frame.Sequence));
    }

    [Fact]
    public async Task A_body_of_just_the_limit_is_taken()
    {
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(1, 20).Select(n => Frame(n))));
        await using var service = await StartAsync(RunningService.Settings with { MaxBodyBytes = bytes.Length, MaxLineBytes = 1024 });

        var (status, _, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: Of(bytes, "application/x-ndjson"));

        Assert.Equal((202, 20), (status, Gateway.Frames.Count()));
    }

    // A few kilobytes that become gigabytes: unpacked no further than a body may be long.
    [Fact]
    public async Task A_packed_bomb_costs_no_more_than_the_limit()
    {
        await using var service = await StartAsync();
        var bomb = Gzip(new byte[256 << 20]);
        var before = GC.GetTotalAllocatedBytes();

        var (status, answer, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: Packed(bomb));

        Assert.Equal(413, status);
        Assert.Equal([(1, "body_too_long")], Refused(answer));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 << 20);
    }

    [Theory]
    [InlineData("application/x-ndjson")]
    [InlineData("application/json")]
    [InlineData("application/x-protobuf")]
    public async Task More_frames_than_a_request_may_have_are_cut_where_to_go_on(string form)
    {
        await using var service = await StartAsync(RunningService.Settings with { MaxFrames = 7 });

        var (status, answer, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: Of(Body(form, 20), form));

        Assert.Equal((413, 7), (status, answer.GetProperty("accepted").GetInt32()));
        Assert.Equal([(8, "too_many_frames")], Refused(answer));
        Assert.Equal(7, Gateway.Frames.Count());
    }

    public static TheoryData<string, byte[]> BrokenGzip
    {
        get
        {
            var whole = Gzip(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(1, 200).Select(n => Frame(n)))));
            byte[] flipped = [.. whole];
            flipped[whole.Length / 2] ^= 0x55;
            byte[] checksum = [.. whole];
            checksum[^8] ^= 1;
            return new()
            {
                { "plain text", "hello, hello, hello, hello"u8.ToArray() }, { "cut in the data", whole[..(whole.Length / 2)] },
                { "cut in the trailer", whole[..^3] }, { "cut before the trailer", whole[..^8] }, { "flipped", flipped },
                { "checksum", checksum }, { "two members", [.. whole, .. whole] }, { "header only", whole[..10] },
            };
        }
    }

    [Theory]
    [MemberData(nameof(BrokenGzip))]
    public async Task A_packed_body_that_is_not_whole_is_refused_as_a_whole(string _, byte[] body)
    {
        await using var service = await StartAsync();

        var (status, answer, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: Packed(body));

        Assert.Equal((400, 0), (status, answer.GetProperty("accepted").GetInt32()));
        Assert.Equal([(1, "truncated")], Refused(answer));
        Assert.Empty(Gateway.Frames);
        Assert.Single(Gateway.Refused);
    }

    [Fact]
    public async Task Many_refusals_are_all_told_and_are_kept_one_by_one_up_to_a_hundred()
    {
        await using var service = await StartAsync();

        var (status, answer, _) = await PostAsync(
            service, string.Join('\n', Enumerable.Range(1, 250).Select(n => n % 5 == 0 ? Frame(n, patient: null) : "x")));

        Assert.Equal((422, 250), (status, Refused(answer).Length));
        Assert.Equal(102, Gateway.Refused.Count());
        Assert.Equal(200, Gateway.Refused.Where(one => one.Reason == RejectReason.Malformed).Sum(one => one.Readings));
        Assert.Equal(100, Gateway.Refused.Where(one => one.Reason == RejectReason.DeviceNotAssociated).Sum(one => one.Readings));
    }

    [Fact]
    public async Task A_busy_log_sends_the_sender_away_for_the_time_it_says()
    {
        await using var service = await StartAsync();
        Gateway.Instead = () => Task.FromResult(AppendResult.Busy(TimeSpan.FromMilliseconds(2_300)));

        var (status, answer, response) = await PostAsync(service, Frame(1));

        Assert.Equal((429, "busy", TimeSpan.FromSeconds(3)), (status, answer.GetProperty("code").GetString(), response.Headers.RetryAfter!.Delta));
    }

    [Fact]
    public async Task A_full_disk_is_503_and_the_same_request_is_taken_once_there_is_space()
    {
        await using var service = await StartAsync();
        Gateway.Instead = () => Task.FromException<AppendResult>(new StoreException(StoreFailure.DiskFull, "full"));
        var (full, answer, response) = await PostAsync(service, Frame(1));
        Gateway.Instead = null;
        var (freed, _, _) = await PostAsync(service, Frame(1));

        Assert.Equal((503, "disk_full", 202), (full, answer.GetProperty("code").GetString(), freed));
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Single(Gateway.Frames);
    }

    [Fact]
    public async Task Bodies_that_wait_for_the_log_fill_the_room_for_all_and_leave_it_again()
    {
        await using var service = await StartAsync(RunningService.Settings with { MaxBodyBytes = 4096, MaxLineBytes = 1024, MaxBytesInFlight = 5000 });
        var lines = string.Join('\n', Enumerable.Range(1, 18).Select(n => Frame(n)));
        var durable = new TaskCompletionSource<AppendResult>();
        var waits = new TaskCompletionSource();
        Gateway.Instead = () =>
        {
            waits.SetResult();
            return durable.Task;
        };

        var first = PostAsync(service, lines);
        await waits.Task;
        var (second, _, response) = await PostAsync(service, lines);
        Gateway.Instead = null;
        durable.SetResult(AppendResult.Durable);

        Assert.Equal(429, second);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(202, (await first).Status);
        Assert.Equal(202, (await PostAsync(service, lines)).Status);
    }

    [Fact]
    public async Task A_sender_who_was_refused_before_its_body_was_read_goes_on_with_the_same_connection()
    {
        await using var service = await StartAsync(RunningService.Settings with { MaxBodyBytes = 4096, MaxLineBytes = 1024 });
        for (var i = 1; i <= 20; i++)
        {
            var refused = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: Of(new byte[300_000], "text/plain"));
            var taken = await PostAsync(service, Frame(i));

            Assert.Equal((415, 202), (refused.Status, taken.Status));
        }
    }

    // The client promises more than it sends and goes away.
    [Fact]
    public async Task A_sender_that_goes_away_is_no_fault_and_leaves_nothing()
    {
        await using var service = await StartAsync();
        using (var socket = new TcpClient("127.0.0.1", service.Client.BaseAddress!.Port))
        {
            var head = $"POST /v1/frames HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: 100000\r\n\r\n{Frame(1)}\n";
            await socket.GetStream().WriteAsync(Encoding.UTF8.GetBytes(head), TestContext.Current.CancellationToken);
        }

        // The service ends in order, which it could not while the request hung.
        await service.StopAsync();

        Assert.Empty(Gateway.Elements);
        Assert.Equal("", service.Notes.ToString());
    }
}
