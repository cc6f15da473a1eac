// Thousands of queries put together at random: each is answered as the description says, and none is a fault of the program.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

public sealed class QueryMutationTests
{
    private const int Requests = 4000;

    private static readonly string[] Paths =
    [
        "/v1/ward", "/v1/alerts", "/v1/deadletters", "/v1/patients/p1/series", "/v1/patients/p1/scores", "/v1/patients/p1/episodes",
        "/v1/patients/%01/series", "/v1/patients/%FF%FE/episodes", "/v1/patients/a%2Fb%252Fc/scores", "/v1/patients/%C3%A9/series", "/v1/patients//series",
        "/v1/patients/../ward", "/v1/patients/p1/./episodes", "/v1/alerts/stream/more",
    ];

    private static readonly string[] Names =
        ["cursor", "limit", "from", "until", "series", "state", "patient", "priority", "kind", "ward", "Cursor", "", "x", "%00", "a%20b", "[]"];

    private static readonly string[] Values =
    [
        "", "0", "1", "5", "1000", "10001", "-1", "+5", "9223372036854775807", "-9223372036854775808", "1e3", "0x1", "NaN", "null", "spo2", "score.news2",
        "open", "all", "high", "none", "technical", "p1", "2026-03-02T08:00:00Z", "2026-03-02T08:00:00.1234567%2B01:00", "2026-02-30T00:00:00Z",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "1.2", "1.2.3", "5.limit.spo2.low", "-62135596800000.0", "9223372036854775807.2147483647",
        "%F0%9F%92%93", "%ED%A0%80", "%", "%zz", "a\tb", "'\"<>", "..", "x.x.x",
    ];

    [Fact]
    public async Task Every_query_has_an_answer_and_none_is_a_fault()
    {
        await using var service = await ReadingService.StartAsync();
        service.Decide([.. Enumerable.Range(0, 20).Select(n => Decided.Number(n, patients: 2))]);
        service.Decide(
            Decided.Of("p1", "limit.spo2.low", -62_135_596_800_000, 0, TransitionKind.Opened),
            Decided.Of("p1", "x", 253_402_300_000_000, 0, TransitionKind.Opened));
        var batch = new SeriesBatch { Patients = { "p1" }, Names = { "spo2", "score.news2" } };
        batch.Points.AddRange(Enumerable.Range(0, 50).Select(n => new SeriesPoint(0, (ushort)(n % 2), n / 5, n, (PointFlags)(n % 16))));
        service.Series.Write(0, 1, batch);
        var random = new Random(20260302);
        var statuses = new Dictionary<int, int>();
        for (var n = 0; n < Requests; n++)
        {
            var query = string.Join('&', Enumerable.Range(0, random.Next(4)).Select(_ => $"{Pick(Names)}={Pick(Values)}"));
            var path = $"{Pick(Paths)}?{query}";

            var (status, _) = await service.GetAsync(path);

            Assert.True(status is 200 or 400 or 404, $"{path}: {status}");
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
        }

        Assert.All([200, 400, 404], status => Assert.True(statuses[status] > Requests / 50, $"{status}: {statuses[status]}"));

        string Pick(string[] from) => from[random.Next(from.Length)];
    }
}
