// What the control plane refuses: with the field that is wrong, or with what stands in the way and what to do about it.
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Web;
using Xunit;

namespace Acceptance.Tests.Web;

public sealed class ControlRefusalsTests : ControlServiceTests
{
    private const string D1 = "/v1/patients/p1/devices/d1";

    [Theory]
    [InlineData("PUT /v1/patients/p1", "{'ageYears':131}", "ageYears", "from 0 to 130")]
    [InlineData("PUT /v1/patients/p1", "{'ageYears':'71'}", "ageYears", "a number")]
    [InlineData("PUT /v1/patients/p1", "{'ageYears':1e999}", "ageYears", "a number")]
    [InlineData("PUT /v1/patients/p1", "{'sex':'m'}", "sex", "male, female")]
    [InlineData("PUT /v1/patients/p1", "{'admission':'yesterday'}", "admission", "RFC 3339")]
    [InlineData("PUT /v1/patients/p1", "{'admission':'2026-03-01T12:01:01Z'}", "admission", "ahead of now")]
    [InlineData("PUT /v1/patients/p1", "{'ward':''}", "ward", "1 to 128 characters")]
    [InlineData("PUT /v1/patients/p1", "{'bed':7}", "bed", "1 to 128 characters")]
    [InlineData("PUT /v1/patients/p1", "{'pregnant':'no'}", "pregnant", "true or false")]
    [InlineData("PUT /v1/patients/p1", "{'spo2Scale':2}", "spo2Scale", "an object")]
    [InlineData("PUT /v1/patients/p1", "{'spo2Scale':{}}", "spo2Scale.orderedBy", "is needed")]
    [InlineData("PUT /v1/patients/p1", "{'birthDate':'1950-01-01'}", "birthDate", "is not known; there is ageYears")]
    [InlineData("PUT /v1/patients/p1", "[]", "", "an object")]
    [InlineData("PUT /v1/patients/%20p", "{}", "id", "1 to 128 characters")]
    [InlineData("PUT /v1/patients/a%2Fb", "{}", "id", "no slash")]
    [InlineData("PUT /v1/patients/p%07", "{}", "id", "1 to 128 characters")]
    [InlineData("PUT " + D1, "{}", "by", "is needed")]
    [InlineData("PUT " + D1, "{'by':'x','from':'2026-03-01T12:01:01Z'}", "from", "ahead of now")]
    [InlineData("PUT /v1/patients/p1/devices/%0A", "{'by':'x'}", "device", "1 to 128 characters")]
    [InlineData("DELETE " + D1 + "?until=soon", null, "until", "RFC 3339")]
    [InlineData("DELETE " + D1 + "?til=5", null, "til", "is not known")]
    [InlineData("PUT /v1/patients/p1/limits", "{'by':'x'}", "limits", "is needed")]
    [InlineData("PUT /v1/patients/p1/limits", "{'by':'x','limits':{}}", "limits", "a list")]
    [InlineData("PUT /v1/patients/p1/limits", "{'by':'x','limits':[7]}", "limits[0]", "an object")]
    [InlineData("PUT /v1/patients/p1/limits", "{'by':'x','limits':[{}]}", "limits[0].rule", "is needed")]
    [InlineData("PUT /v1/patients/p1/limits", "{'by':'x','limits':[{'rule':'a','levels':[{'threshold':1}]}]}", "limits[0].levels[0].priority", "is needed")]
    [InlineData("PUT /v1/patients/p1/limits", "{'by':'x','limits':[{'rule':'limit.nothing','enabled':false}]}", "limits", "not the id of a limit rule")]
    [InlineData("PUT /v1/patients/p1/limits", "{'by':'x','limits':[{'rule':'limit.spo2.low'}]}", "limits", "0 levels")]
    [InlineData("POST /v1/patients/p1/acknowledgements", "{'rule':'r','by':'x','opened':1}", "ordinal", "is needed")]
    [InlineData("POST /v1/patients/p1/acknowledgements", "{'rule':'r','by':'x','ordinal':1}", "opened", "is needed")]
    [InlineData("POST /v1/patients/p1/acknowledgements", "{'rule':'r','by':'x','ordinal':-1,'opened':1}", "ordinal", "a whole number")]
    [InlineData("POST /v1/patients/p1/acknowledgements", "{'rule':'r','by':'x','ordinal':1.5,'opened':1}", "ordinal", "a whole number")]
    [InlineData("POST /v1/patients/p1/discharge", "{'at':'2026-03-01T12:01:01Z','by':'x'}", "at", "ahead of now")]
    [InlineData("POST /v1/patients/p1/discharge", "{}", "by", "is needed")]
    public async Task A_field_that_is_wrong_is_named(string request, string? body, string field, string part)
    {
        await using var service = await StartAsync();
        await DoAsync(service, "PUT", "/v1/patients/p1", "{}");
        Logged();

        var (status, answer) = await SendAsync(service, request.Split(' ')[0], request.Split(' ')[1], body);

        Assert.Equal((422, "invalid"), (status, answer.GetProperty("code").GetString()));
        Assert.Contains(part, answer.GetProperty("errors").GetProperty(field).GetString(), StringComparison.Ordinal);
        Assert.Empty(Logged());
    }

    [Theory]
    [InlineData("", 400, "empty_body")]
    [InlineData("{'ageYears':", 400, "malformed")]
    [InlineData("{'ageYears':1,'ageYears':2}", 400, "malformed")]
    [InlineData("{'ward':'\\ud800'}", 400, "malformed")]
    [InlineData("{'\\ud800':1}", 400, "malformed")]
    [InlineData("[[[[[[[[[[[[]]]]]]]]]]]]", 400, "malformed")]
    [InlineData("{} {}", 400, "malformed")]
    public async Task A_body_that_is_not_json_is_refused(string body, int status, string code)
    {
        await using var service = await StartAsync();

        Assert.Equal((status, code), await RefusedAsync(service, "PUT", "/v1/patients/p1", body));
    }

    [Fact]
    public async Task A_body_that_is_too_long_or_of_another_kind_is_refused()
    {
        await using var service = await StartAsync();

        Assert.Equal((413, "body_too_long"), await RefusedAsync(service, "PUT", "/v1/patients/p1", $"{{'ward':'{new string('x', 70_000)}'}}"));
        var (status, _, _) = await service.SendAsync(HttpMethod.Put, "/v1/patients/p1", content: FrameBodies.Of("ageYears=7", "application/x-www-form-urlencoded"));
        Assert.Equal(415, status);
    }

    [Fact]
    public async Task What_stands_in_the_way_is_a_conflict_that_says_what_to_do()
    {
        await using var service = await StartAsync();
        await DoAsync(service, "PUT", "/v1/patients/p1", "{}");
        await DoAsync(service, "PUT", "/v1/patients/p2", "{}");
        await DoAsync(service, "PUT", D1, "{'from':5000,'by':'x'}");
        Logged();

        Assert.Equal((409, "worn_since"), await RefusedAsync(service, "PUT", D1, "{'from':6000,'by':'x'}"));
        Assert.Equal((409, "overlap"), await RefusedAsync(service, "PUT", "/v1/patients/p2/devices/d1", "{'from':5000,'by':'x'}"));
        Assert.Equal((409, "inverted"), await RefusedAsync(service, "DELETE", D1 + "?until=4999"));
        Assert.Equal((409, "inverted"), await RefusedAsync(service, "POST", "/v1/patients/p1/discharge", "{'at':4999,'by':'x'}"));
        Assert.Equal((404, "never_worn"), await RefusedAsync(service, "DELETE", "/v1/patients/p2/devices/d1"));
        await DoAsync(service, "DELETE", D1 + "?until=7000");
        Assert.Equal((409, "ended_before"), await RefusedAsync(service, "DELETE", D1 + "?until=8000"));
        Assert.Equal((409, "overlap"), await RefusedAsync(service, "PUT", "/v1/patients/p2/devices/d1", "{'from':6999,'by':'x'}"));
        await DoAsync(service, "POST", "/v1/patients/p1/discharge", "{'at':9000,'by':'x'}");
        Assert.Equal((409, "discharged_before"), await RefusedAsync(service, "POST", "/v1/patients/p1/discharge", "{'at':9001,'by':'x'}"));

        Assert.Equal(2, Logged().Length);
    }

    [Theory]
    [InlineData("GET", "/v1/patients/nobody", null)]
    [InlineData("PUT", "/v1/patients/nobody/devices/d1", "{'by':'x'}")]
    [InlineData("DELETE", "/v1/patients/nobody/devices/d1", null)]
    [InlineData("PUT", "/v1/patients/nobody/limits", "{'by':'x','limits':[]}")]
    [InlineData("POST", "/v1/patients/nobody/acknowledgements", "{'rule':'r','opened':1,'ordinal':0,'by':'x'}")]
    [InlineData("POST", "/v1/patients/nobody/discharge", "{'by':'x'}")]
    public async Task A_patient_who_is_not_known_is_404(string method, string path, string? body)
    {
        await using var service = await StartAsync();

        Assert.Equal((404, "unknown_patient"), await RefusedAsync(service, method, path, body));
        Assert.Empty(Logged());
    }

    [Theory]
    [InlineData("ingest", "GET", "/v1/patients", null, 403)]
    [InlineData("read", "GET", "/v1/patients", null, 200)]
    [InlineData("control", "GET", "/v1/patients", null, 200)]
    [InlineData("read, ingest", "PUT", "/v1/patients/p1", "{}", 403)]
    [InlineData("control", "PUT", "/v1/patients/p1", "{}", 201)]
    public async Task Reading_and_changing_need_their_scopes(string scopes, string method, string path, string? body, int expected)
    {
        await using var service = await StartAsync(new Caller("k", Enum.Parse<Scopes>(scopes, ignoreCase: true), [], []));

        var (status, _) = await SendAsync(service, method, path, body);

        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task A_key_for_some_wards_and_devices_touches_no_others()
    {
        foreach (var (id, ward) in new[] { ("mine", "icu"), ("theirs", "er"), ("nowhere", null) })
        {
            Directory.Put(new(new PatientFactsElement(0, id, Ward: ward), []));
        }

        Directory.Put("mon-9", DeviceHistory.Empty.Associate("theirs", 1, 1, "x").History);
        await using var service = await StartAsync(new Caller("k", Scopes.All, ["mon-*"], ["icu"]));

        Assert.Equal(1, (await DoAsync(service, "GET", "/v1/patients")).GetProperty("patients").GetArrayLength());
        (string Method, string Path, string? Body)[] refused =
        [
            ("GET", "/v1/patients/theirs", null), ("GET", "/v1/patients/nowhere", null), ("PUT", "/v1/patients/theirs", "{'ward':'icu'}"),
            ("PUT", "/v1/patients/mine", "{'ward':'er'}"), ("PUT", "/v1/patients/mine", "{}"), ("PUT", "/v1/patients/new", "{}"),
            ("PUT", "/v1/patients/theirs/devices/mon-1", "{'by':'x'}"), ("PUT", "/v1/patients/mine/devices/pump-1", "{'by':'x'}"),
            ("PUT", "/v1/patients/mine/devices/mon-9", "{'by':'x'}"), ("DELETE", "/v1/patients/mine/devices/pump-1", null),
            ("POST", "/v1/patients/theirs/discharge", "{'by':'x'}"), ("PUT", "/v1/patients/theirs/limits", "{'by':'x','limits':[]}"),
            ("POST", "/v1/patients/theirs/acknowledgements", "{'rule':'r','opened':1,'ordinal':0,'by':'x'}"),
        ];
        foreach (var (method, path, body) in refused)
        {
            Assert.Equal(403, (await RefusedAsync(service, method, path, body)).Status);
        }

        Assert.Empty(Logged());
        await DoAsync(service, "PUT", "/v1/patients/mine", "{'ward':'icu','bed':'2'}");
        await DoAsync(service, "PUT", "/v1/patients/mine/devices/mon-1", "{'by':'x'}");
        await DoAsync(service, "PUT", "/v1/patients/new", "{'ward':'icu'}");
    }

    [Fact]
    public async Task A_key_for_some_wards_does_not_take_over_a_patient_who_is_monitored_and_not_entered()
    {
        Watched.Add("p1");
        await using (var limited = await StartAsync(new Caller("k", Scopes.All, [], ["icu"])))
        {
            Assert.Equal((403, "ward_not_allowed"), await RefusedAsync(limited, "PUT", "/v1/patients/p1", "{'ward':'icu'}"));
            Assert.Empty(Logged());
            await DoAsync(limited, "PUT", "/v1/patients/p2", "{'ward':'icu'}");
        }

        await using (var whole = await StartAsync())
        {
            await DoAsync(whole, "PUT", "/v1/patients/p1", "{'ward':'icu'}");
        }

        await using var again = await StartAsync(new Caller("k", Scopes.All, [], ["icu"]));
        await DoAsync(again, "PUT", "/v1/patients/p1", "{'ward':'icu','bed':'2'}");
    }

    // Many people at once, each wanting the one device: everybody gets it or a conflict, and log and directory agree on the order.
    [Fact]
    public async Task Changes_at_the_same_time_are_decided_one_after_the_other()
    {
        await using var service = await StartAsync();
        for (var i = 0; i < 8; i++)
        {
            await DoAsync(service, "PUT", $"/v1/patients/p{i}", "{}");
        }

        Logged();
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => SendAsync(
            service, "PUT", $"/v1/patients/p{i % 8}/devices/d1", $"{{'from':{1000 + i},'by':'x'}}")));

        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 409, $"{answer.Status}"));
        var history = DeviceHistory.Empty;
        foreach (var record in Logged().Cast<DeviceAssociationElement>())
        {
            history = (record.Until is null
                ? history.Associate(record.Patient, record.From, 0, record.By)
                : history.End(record.Patient, record.Until, 0, record.By)).History;
        }

        Assert.Equal(Directory.Device("d1").Intervals, history.Intervals);
        Assert.Equal(answers.Count(answer => answer.Status == 200), history.Intervals.Count);
    }
}
