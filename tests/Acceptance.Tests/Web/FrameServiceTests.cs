// What tests of POST /v1/frames share: the endpoint over a log's double, bodies in every form, and answers taken apart.
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Frames;
using MedAI.Streaming.Host.Web.Patients;
using MedAI.Streaming.TestKit.InMemory;
using Xunit;
using static Acceptance.Tests.Web.FrameBodies;
using Proto = MedAI.Schemas.V1;

namespace Acceptance.Tests.Web;

public abstract class FrameServiceTests
{
    private protected GatewayDouble Gateway { get; } = new();

    private protected PatientDirectory Directory { get; } = new(new InMemoryDirectoryStore());

    private protected Task<RunningService> StartAsync(HttpSettings? settings = null, Caller? caller = null) => RunningService.StartAsync(
        settings ?? RunningService.Settings, caller is null ? null : new OneCaller(caller),
        new FrameEndpoints(Gateway, Directory, settings ?? RunningService.Settings));

    private protected static Task<(int Status, JsonElement Body, HttpResponseMessage Response)> PostAsync(RunningService service, string lines) =>
        service.SendAsync(HttpMethod.Post, "/v1/frames", content: Of(lines, "application/x-ndjson"));

    private protected static (int Line, string Reason)[] Refused(JsonElement answer) => [.. answer.GetProperty("refused").EnumerateArray().Select(one =>
    {
        Assert.Matches(@"[.)]$", one.GetProperty("detail").GetString()!);
        return (one.GetProperty("line").GetInt32(), one.GetProperty("reason").GetString()!);
    })];

    // The second frame of a body may be too long.
    private protected static byte[] Body(string form, int count, int first = 1, int tooLong = 0)
    {
        if (form.StartsWith("application/x-protobuf", StringComparison.Ordinal))
        {
            var batch = new Proto.FrameBatch { Frames = { Enumerable.Range(first, count).Select(Message) } };
            if (tooLong > 0)
                batch.Frames[1].Readings[0].Name = new string('x', tooLong);
            return batch.ToByteArray();
        }

        var frames = Enumerable.Range(first, count).Select(n => Frame(n)).ToArray();
        if (tooLong > 0)
            frames[1] = frames[1].Replace("\"d1\"", $"\"{new string('x', tooLong)}\"", StringComparison.Ordinal);
        var isArray = form.StartsWith("application/json", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(isArray && count > 1 ? $"[{string.Join(',', frames)}]" : string.Join('\n', frames));
    }

    private protected static Proto.Frame Message(int sequence) => new()
    {
        Patient = "p1",
        Device = "d1",
        Source = Proto.SourceClass.Bedside,
        Epoch = 1,
        Sequence = (ulong)sequence,
        EventTimeMs = 1_714_550_400_000 + (1000L * sequence),
        Readings =
        {
            new Proto.Reading { Vital = Proto.VitalSign.HeartRate, Value = 60 }, new Proto.Reading { Vital = Proto.VitalSign.Spo2, Value = 97 },
        },
    };

    // Whoever comes with any token is this one.
    private sealed class OneCaller(Caller caller) : ICallerSource
    {
        public Caller? Identify(ReadOnlySpan<char> token) => caller;
    }
}
