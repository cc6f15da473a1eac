// Every answer that a service, or something in front of it, can give to frames makes the sender do the right thing.
using System.Collections.Concurrent;
using System.Globalization;
using Acceptance.Tests.Web;
using MedAI.Schemas.V1;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Host.Send;
using MedAI.Streaming.Host.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Acceptance.Tests.Send;

public sealed class AnswersTests
{
    private readonly HurriedTime _time = new();
    private readonly Scripted _service = new();

    [Theory]
    [InlineData("202", "1a 2a 3a", 1)]
    [InlineData("429 202", "1a 2a 3a", 2)]
    [InlineData("429:7 503:7 202", "1a 2a 3a", 3)]
    [InlineData("503 500 502 408 202", "1a 2a 3a", 5)]
    [InlineData("abort abort 202", "1a 2a 3a", 3)]
    [InlineData("422 {\"accepted\":2,\"refused\":[{\"line\":2,\"reason\":\"other_patient\",\"detail\":\"x\"}]}", "1a 2r:other_patient 3a", 1)]
    [InlineData("400 {\"accepted\":0,\"refused\":[{\"line\":3,\"reason\":\"c\"},{\"line\":1,\"reason\":\"a\"},{\"line\":2,\"reason\":\"b\"}]}", "1r:a 2r:b 3r:c", 1)]
    [InlineData("400 {\"code\":\"no_such\",\"detail\":\"no\"}", "1r:no_such 2r:no_such 3r:no_such", 1)]
    [InlineData("400 not-json", "1r:http_400 2r:http_400 3r:http_400", 1)]
    [InlineData("413 {\"accepted\":1,\"refused\":[{\"line\":2,\"reason\":\"too_many_frames\"}]} 202", "1a 2a 3a", 2)]
    [InlineData("413 {\"accepted\":1,\"refused\":[{\"line\":1,\"reason\":\"malformed\"},{\"line\":3,\"reason\":\"body_too_long\"}]} 202", "1r:malformed 2a 3a", 2)]
    [InlineData("413 {\"accepted\":0,\"refused\":[{\"line\":1,\"reason\":\"body_too_long\"}]} 202", "1r:body_too_long 2a 3a", 2)]
    [InlineData("413 not-json 202 413 not-json 413 not-json 202", "1a 2r:too_large 3a", 5)]
    [InlineData("422 {\"accepted\":9,\"refused\":[]}", "1r:http_422 2r:http_422 3r:http_422", 1)]
    [InlineData("422 {\"accepted\":2,\"refused\":[{\"line\":7,\"reason\":\"x\"}]}", "1r:http_422 2r:http_422 3r:http_422", 1)]
    [InlineData("422 {\"accepted\":1,\"refused\":[{\"line\":2,\"reason\":\"x\"}]}", "1r:http_422 2r:http_422 3r:http_422", 1)]
    public async Task An_answer_decides_what_becomes_of_each_frame(string script, string expected, int requests)
    {
        var (fates, counts) = await SendAsync(script);

        Assert.Equal(expected, fates);
        Assert.Equal(requests, counts.Requests);
        Assert.Equal(_service.Received.Count, counts.Sent);
        Assert.Equal(_service.Received.Count - 3, counts.Resent);
    }

    [Fact]
    public async Task A_service_that_never_answers_well_is_given_up_after_a_while_and_not_sooner()
    {
        var began = _time.GetTimestamp();

        var (fates, counts) = await SendAsync(string.Join(' ', Enumerable.Repeat("503:7", 100)));

        Assert.Equal("1u:busy 2u:busy 3u:busy", fates);
        Assert.Equal(9, counts.Busy);
        Assert.InRange(_time.GetElapsedTime(began).TotalSeconds, 50, 62);
    }

    [Theory]
    [InlineData("401", "does not let this in")]
    [InlineData("403", "does not let this in")]
    [InlineData("404", "takes no frames")]
    [InlineData("415", "takes no frames")]
    public async Task Where_to_send_again_is_no_use_the_sending_fails(string script, string part)
    {
        var failure = await Assert.ThrowsAsync<FailureException>(() => SendAsync(script));

        Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, _service.Received.Count);
    }

    [Fact]
    public async Task The_key_goes_with_every_request()
    {
        await SendAsync("429 202", key: "medai_secret");

        Assert.Equal(["Bearer medai_secret", "Bearer medai_secret"], _service.Keys);
    }

    private async Task<(string Fates, SendCounts Counts)> SendAsync(string script, string? key = null)
    {
        _service.Play(script);
        await using var running = await RunningService.StartAsync(null, _service);
        using var route = new HttpRoute(
            new ServiceClient(new SendTarget.Http(running.Client.BaseAddress!), key, 1, _time), new HttpForm(FrameForm.Protobuf, true, false));
        var tally = new SendTally(null, _time);
        var lane = new Lane(
            route.OpenLane(), null, new LaneOptions { Lanes = 1 }, tally, _time, TestContext.Current.CancellationToken);
        var deliveries = Enumerable.Range(1, 3).Select(i => new Delivery(Frame((ulong)i))).ToArray();
        foreach (var delivery in deliveries)
        {
            await lane.HandAsync(new LaneItem(delivery, _time.GetTimestamp()));
        }

        // They all wait when it begins, so they go together.
        lane.Complete();
        await lane.RunAsync();
        return (string.Join(' ', deliveries.Select(InWords)), tally.Counts);
    }

    private static string InWords(Delivery delivery) => string.Create(CultureInfo.InvariantCulture, $"{delivery.Frame.Sequence}") + delivery.Fate switch
    {
        Fate.Acknowledged => "a",
        Fate.Refused => $"r:{delivery.Reason}",
        _ => $"u:{delivery.Reason}",
    };

    private static FrameElement Frame(ulong sequence) =>
        new(0, "p1", "d1", MedAI.Streaming.Domain.Vitals.SourceClass.Bedside, 1, sequence, 1000, [new(MedAI.Streaming.Domain.Vitals.VitalSign.SpO2, 97)]);

    // Answers in turn as told: a status, a status with seconds to wait, a status with a body, or a connection that breaks.
    private sealed class Scripted : IEndpointGroup
    {
        private readonly ConcurrentQueue<string> _script = [];

        public ConcurrentQueue<ulong> Received { get; } = [];

        public ConcurrentQueue<string> Keys { get; } = [];

        public void Play(string script)
        {
            foreach (var step in System.Text.RegularExpressions.Regex.Matches(script, @"(abort|\d{3})(:\d+)?( \{\S.*?\}(?= \d|$)| not-json)?"))
            {
                _script.Enqueue(step.ToString()!);
            }
        }

        public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/frames", AnswerAsync).AllowAnyone();

        private async Task AnswerAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            foreach (var frame in FrameBatch.Parser.ParseFrom(body.ToArray()).Frames)
            {
                Received.Enqueue(frame.Sequence);
            }

            Keys.Enqueue(context.Request.Headers.Authorization.ToString());
            Assert.True(_script.TryDequeue(out var step), "more requests than expected");
            if (step == "abort")
            {
                context.Abort();
                return;
            }

            context.Response.StatusCode = int.Parse(step[..3], CultureInfo.InvariantCulture);
            if (step.Length > 4 && step[3] == ':')
                context.Response.Headers.RetryAfter = step[4..];
            var text = step.Length > 4 && step[3] == ' ' ? step[4..] : "{}";
            context.Response.ContentType = "application/problem+json";
            await context.Response.WriteAsync(text);
        }
    }
}
