// Ten thousand mutated requests of the control plane: no fault, and what is logged the flow can read.
using System.Text;
using MedAI.Streaming.Pipeline.Wire;
using Xunit;

namespace Acceptance.Tests.Web;

public sealed class ControlMutationTests(ITestOutputHelper output) : ControlServiceTests
{
    private const int Requests = 10_000;

    private static readonly (string Method, string Path, string Body)[] Sound =
    [
        ("PUT", "", "{'ageYears':71,'sex':'female','admission':'2026-03-01T08:00:00Z','ward':'w','bed':'7','pregnant':false,'spo2Scale':{'orderedBy':'x'}}"),
        ("PUT", "/devices/d1", "{'from':1000,'by':'nurse'}"),
        ("DELETE", "/devices/d1", "{'until':'2026-03-01T11:00:00Z','by':'nurse'}"),
        ("PUT", "/limits", "{'by':'x','limits':[{'rule':'limit.spo2.low','enabled':true,'levels':[{'threshold':88,'priority':'low'}],'delaySeconds':9}]}"),
        ("POST", "/acknowledgements", "{'rule':'limit.spo2.low','opened':1000,'ordinal':2,'by':'x'}"),
        ("POST", "/discharge", "{'at':'2026-03-01T11:00:00Z','by':'x'}"),
    ];

    [Fact]
    public async Task Mutated_requests_are_answered_and_what_is_logged_can_be_read()
    {
        var replayed = int.TryParse(Environment.GetEnvironmentVariable("MEDAI_SEED"), out var seed);
        var first = replayed ? seed : 2_000_000;
        var count = replayed ? 1 : Requests;
        output.WriteLine($"seeds {first} to {first + count - 1}; MEDAI_SEED=n replays one");
        var writer = new RecordWriter();
        var record = new System.Buffers.ArrayBufferWriter<byte>();
        var statuses = new SortedDictionary<int, int>();
        await using var service = await StartAsync();
        for (seed = first; seed < first + count; seed++)
        {
            var random = new Random(seed);
            var (method, path, text) = Sound[random.Next(Sound.Length)];
            var body = Encoding.UTF8.GetBytes(text.Replace('\'', '"'));
            for (var i = random.Next(3); i > 0; i--)
            {
                body = MutatedBodies.Mutate(random, body);
            }

            var (status, answer, _) = await service.SendAsync(
                new HttpMethod(method), $"/v1/patients/p{random.Next(3)}{path}", content: FrameBodies.Of(body, "application/json"));

            Assert.True(
                status is 200 or 201 or 202 or 400 or 404 or 409 or 413 or 422, $"MEDAI_SEED={seed}: {status} {answer}\n{service.Notes}");
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            foreach (var element in Logged())
            {
                record.ResetWrittenCount();
                writer.Write(element, record);
                var read = ControlDecoder.Decode((RecordKind)record.WrittenSpan[0], 0, 0, record.WrittenSpan[RecordFraming.HeaderSize..]);
                Assert.True(read?.Key == element.Key, $"MEDAI_SEED={seed}: {element}");
            }
        }

        output.WriteLine(string.Join(", ", statuses));
        Assert.Equal("", service.Notes.ToString());
        Assert.All(replayed ? [] : new[] { 200, 202, 400, 409, 422 }, status => Assert.InRange(statuses[status], 100, count));
    }
}
