// A query that is not understood is refused with the reason; it is never half obeyed.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Host.Web.Reading;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

public sealed class BadQueryTests
{
    private const string Series = "/v1/patients/p/series";

    public static TheoryData<string, string> Queries => new()
    {
        { "/v1/ward?bed=1", "bed" },
        { "/v1/ward?ward=", "ward" },
        { Series + "?serie=spo2", "serie" },
        { Series + "?Limit=5", "Limit" },
        { Series + "?limit=0", "limit" },
        { Series + "?limit=10001", "limit" },
        { Series + "?limit=ten", "limit" },
        { Series + "?limit=", "limit" },
        { Series + "?limit=5&limit=6", "limit" },
        { Series + "?from=yesterday", "from" },
        { Series + "?from=2026-03-02", "from" },
        { Series + "?from=2026-03-02T08:00:00+01:00", "from" },
        { Series + "?from=99999999999999999", "from" },
        { Series + "?from=5&until=5", "until" },
        { Series + "?cursor=5", "cursor" },
        { Series + "?cursor=5.-1", "cursor" },
        { Series + "?cursor=a.b.c", "cursor" },
        { Series + "?series=", "series" },
        { Series + "?series=" + new string('x', 300), "series" },
        { "/v1/patients/p/scores?series=spo2", "series" },
        { "/v1/patients/p/scores?limt=1", "limt" },
        { "/v1/patients/p/episodes?state=closed", "state" },
        { "/v1/patients/p/episodes?cursor=x", "cursor" },
        { "/v1/patients/p/episodes?from=5", "from" },
        { "/v1/alerts?priority=urgent", "priority" },
        { "/v1/alerts?priority=High", "priority" },
        { "/v1/alerts?priority=3", "priority" },
        { "/v1/alerts?kind=both", "kind" },
        { "/v1/alerts?patient=", "patient" },
        { "/v1/alerts?limit=1001", "limit" },
        { "/v1/alerts?since=1", "since" },
        { "/v1/alerts/stream?limit=5", "limit" },
        { "/v1/alerts/stream?priority=x", "priority" },
        { "/v1/alerts/stream?cursor=1&cursor=2", "cursor" },
        { "/v1/deadletters?cursor=1.2", "cursor" },
        { "/v1/deadletters?cursor=1.2.x", "cursor" },
        { "/v1/deadletters?reason=x", "reason" },
        { "/v1/deadletters?%00=x", "\0" },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task A_query_that_is_wrong_is_refused_by_the_name_of_its_parameter(string path, string parameter)
    {
        await using var service = await ReadingService.StartAsync();

        var (status, body) = await service.GetAsync(path);

        Assert.Equal((400, "bad_query"), (status, body.GetProperty("code").GetString()));
        Assert.NotEmpty(body.GetProperty("errors").GetProperty(parameter).GetString()!);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_once()
    {
        await using var service = await ReadingService.StartAsync();

        var (_, body) = await service.GetAsync("/v1/patients/p/series?limit=0&from=x&until=y&cursor=z&unknown=1");

        Assert.Equal(["cursor", "from", "limit", "unknown", "until"], body.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order());
    }

    [Theory]
    [InlineData("/v1/alerts?cursor=nonsense")]
    [InlineData("/v1/alerts?cursor=17")]
    public async Task A_place_of_another_history_is_refused(string path)
    {
        await using var service = await ReadingService.StartAsync();

        var (status, body) = await service.GetAsync(path);

        Assert.Equal((400, "bad_cursor"), (status, body.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("%C3%A9%20x", "\u00e9 x")]
    [InlineData("a+b", "a+b")]
    public async Task An_id_in_a_path_is_what_was_sent(string sent, string meant)
    {
        await using var service = await ReadingService.StartAsync();
        service.Decide(Decided.Of(meant, "limit.spo2.low", 1000, 0, TransitionKind.Opened));

        var body = await service.GetOkAsync($"/v1/patients/{sent}/episodes");

        Assert.Equal(meant, body.GetProperty("items")[0].GetProperty("patient").GetString());
    }

    [Fact]
    public void A_parameter_that_an_endpoint_does_not_name_is_not_read() => Assert.Throws<InvalidOperationException>(() =>
        new RequestQuery(new QueryCollection(), ["limit"]).Text("cursor"));
}
