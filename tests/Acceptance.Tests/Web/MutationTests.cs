// A hundred thousand mutated bodies against the real endpoint: no fault, no crash, and everything is accounted for.
using System.Net.Http.Headers;
using System.Text.Json;
using Google.Protobuf;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web.Frames;
using MedAI.Streaming.Host.Web.Patients;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.InMemory;
using Xunit;
using Proto = MedAI.Schemas.V1;

namespace Acceptance.Tests.Web;

public sealed class MutationTests(ITestOutputHelper output)
{
    private const int Bodies = 100_000;
    private const int Lanes = 4;

    private static readonly HttpSettings Settings =
        RunningService.Settings with { MaxLineBytes = 4096, MaxBodyBytes = 50_000, MaxFrames = 100 };

    [Fact]
    public async Task Mutated_bodies_are_answered_and_everything_in_them_is_accounted_for()
    {
        var replayed = int.TryParse(Environment.GetEnvironmentVariable("MEDAI_SEED"), out var seed);
        var first = replayed ? seed : 1_000_000;
        var count = replayed ? 1 : Bodies;
        output.WriteLine($"seeds {first} to {first + count - 1}; MEDAI_SEED=n replays one");
        var statuses = new int[600];

        await Task.WhenAll(Enumerable.Range(0, Math.Min(Lanes, count)).Select(lane => Task.Run(() => RunAsync(lane, first, count, statuses))));

        output.WriteLine(string.Join(", ", statuses.Select((n, status) => (n, status)).Where(one => one.n > 0).Select(one => $"{one.status}: {one.n}")));
        Assert.Equal(count, statuses.Sum());

        // Otherwise the mutations are too tame, or too wild, to show anything.
        Assert.All(replayed ? [] : new[] { 202, 400, 413, 415, 422 }, status => Assert.InRange(statuses[status], count / 500, count * 3 / 4));
    }

    // A lane has an endpoint and a log of its own and sends one body after the other, so that each answer can be held against the log.
    private static async Task RunAsync(int lane, int first, int count, int[] statuses)
    {
        var log = new CountingGateway();
        using var directory = new PatientDirectory(new InMemoryDirectoryStore());
        await using var service = await RunningService.StartAsync(Settings, null, new FrameEndpoints(log, directory, Settings));
        for (var seed = first + lane; seed < first + count; seed += Lanes)
        {
            var body = MutatedBodies.Of(seed);
            log.Clear();
            var content = new ByteArrayContent(body.Sent);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(body.MediaType);
            if (body.IsGzip)
                content.Headers.ContentEncoding.Add("gzip");

            var (status, answer) = (0, default(JsonElement));
            try
            {
                (status, answer, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: content);
                Check(body, status, answer, log);
            }
            catch (Exception wrong)
            {
                throw new InvalidOperationException($"MEDAI_SEED={seed}: status {status}, answer {answer}\n{service.Notes}", wrong);
            }

            Interlocked.Increment(ref statuses[status]);
        }

        Assert.Equal("", service.Notes.ToString());
    }

    private static void Check(MutatedBody body, int status, JsonElement answer, CountingGateway log)
    {
        Assert.True(status is 202 or 400 or 413 or 415 or 422, $"{status}");
        if (!answer.TryGetProperty("refused", out var list))
        {
            Assert.Contains(answer.GetProperty("code").GetString(), new[] { "empty_body", "media_type" });
            Assert.Equal(0, log.Frames + log.Refused);
            return;
        }

        var refused = list.EnumerateArray().Select(one => (Line: one.GetProperty("line").GetInt32(), Reason: one.GetProperty("reason").GetString()!)).ToArray();
        var accepted = answer.GetProperty("accepted").GetInt32();

        // What is acknowledged is in the log, and what is not stands in the answer and in the log.
        Assert.Equal(accepted, log.Frames);
        Assert.Equal(refused.Length == 0, status == 202);
        Assert.Equal(refused.Select(one => one.Line).Distinct().Order(), refused.Select(one => one.Line));
        Assert.InRange(log.Refused, refused.Length, int.MaxValue);

        var isCut = refused.Any(one => one.Reason is "body_too_long" or "too_many_frames");
        var isWhole = !isCut && (!body.IsGzip || (body.IsSoundlyPacked && status != 0));
        if (isWhole && Expected(body, refused.Length > 0 && refused[^1].Reason is "malformed" or "truncated") is { } expected)
            Assert.Equal(expected, accepted + refused.Length);
    }

    // How many things there are in a body, as somebody else counts them; null where nobody can say.
    private static int? Expected(MutatedBody body, bool mayHaveStopped)
    {
        switch (body.MediaType)
        {
            case MutatedBodies.Ndjson:
                var (lines, start) = (0, 0);
                for (var i = 0; i <= body.Plain.Length; i++)
                {
                    if (i < body.Plain.Length && body.Plain[i] != '\n')
                        continue;

                    lines += body.Plain[start..i].All(b => b is (byte)' ' or (byte)'\t' or (byte)'\r') ? 0 : 1;
                    start = i + 1;
                }

                return lines;
            case MutatedBodies.Json:
                try
                {
                    using var json = JsonDocument.Parse(body.Plain);
                    return json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement.GetArrayLength() : 1;
                }
                catch (JsonException)
                {
                    return null;
                }

            case MutatedBodies.Protobuf when !mayHaveStopped:
                try
                {
                    return Proto.FrameBatch.Parser.ParseFrom(body.Plain).Frames.Count;
                }
                catch (InvalidProtocolBufferException)
                {
                    return null;
                }

            default:
                return null;
        }
    }

    /// <summary>Writes what it is given as the log would, and reads it as the flow would.</summary>
    private sealed class CountingGateway : ILogGateway
    {
        private readonly RecordWriter _writer = new();
        private readonly System.Buffers.ArrayBufferWriter<byte> _record = new();

        public int Frames { get; private set; }

        /// <summary>In readings.</summary>
        public int Refused { get; private set; }

        public void Clear() => (Frames, Refused) = (0, 0);

        public Task<AppendResult> AppendAsync(IReadOnlyList<LogElement> elements, CancellationToken stop)
        {
            foreach (var element in elements)
            {
                _record.ResetWrittenCount();
                _writer.Write(element, _record);
                var payload = _record.WrittenSpan[RecordFraming.HeaderSize..];
                if (element is RefusedElement refused)
                {
                    Assert.Equal(refused.ToString(), ControlDecoder.Decode(RecordKind.Refused, 0, 0, payload)!.ToString());
                    Refused += refused.Readings;
                    continue;
                }

                var frame = default(Frame);
                Assert.Equal(RejectReason.None, FrameDecoder.Decode(payload, true, ref frame, out _, out _, []));
                Frames++;
            }

            return Task.FromResult(AppendResult.Durable);
        }
    }
}
