// The control plane as people use it: every change is a control record in the log and an entry in the directory, and may be repeated.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Patients;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace Acceptance.Tests.Web;

public sealed class ControlEndpointsTests : ControlServiceTests
{
    private const string D1 = "/v1/patients/p1/devices/d1";

    [Fact]
    public async Task Facts_are_logged_once_and_shown_again()
    {
        await using var service = await StartAsync();
        const string Body =
            """
            {'ageYears':71.5,'sex':'female','admission':'2026-03-01T08:00:00Z','ward':'HDU, east','bed':'7','pregnant':false,
             'spo2Scale':{'orderedBy':'Dr. Né'}}
            """;

        var (created, shown) = await SendAsync(service, "PUT", "/v1/patients/p%C3%A9%201", Body);
        var (again, _) = await SendAsync(service, "PUT", "/v1/patients/p%C3%A9%201", Body);

        Assert.Equal((201, 200), (created, again));
        Assert.Equal(
            [new PatientFactsElement(0, "pé 1", 71.5, false, 1_772_352_000_000, "HDU, east", "7", "Dr. Né")], Logged());
        Assert.Equal(
            """{"id":"pé 1","ageYears":71.5,"sex":"female","admission":"2026-03-01T08:00:00.000Z","ward":"HDU, east","bed":"7","pregnant":false,"spo2Scale":{"orderedBy":"Dr. Né"},"devices":[],"limits":[],"limitsBy":null,"discharged":null}""",
            shown.GetRawText());
        Assert.Equal(shown.GetRawText(), (await DoAsync(service, "GET", "/v1/patients/p%C3%A9%201")).GetRawText());
    }

    [Fact]
    public async Task Facts_that_are_put_again_replace_all_of_those_before()
    {
        await using var service = await StartAsync();
        await DoAsync(service, "PUT", "/v1/patients/p1", "{'ageYears':71,'ward':'w','pregnant':true}");

        var (status, shown) = await SendAsync(service, "PUT", "/v1/patients/p1", "{'sex':'other','ageYears':null}");

        Assert.Equal((200, "unknown"), (status, shown.GetProperty("sex").GetString()));
        Assert.Equal(new PatientFactsElement(0, "p1"), Logged()[^1]);
    }

    [Fact]
    public async Task A_device_that_another_patient_wears_ends_there_and_begins_here_in_one_append()
    {
        await using var service = await StartAsync();
        await DoAsync(service, "PUT", "/v1/patients/p1", "{}");
        await DoAsync(service, "PUT", "/v1/patients/p2", "{}");
        var first = await DoAsync(service, "PUT", D1, "{'from':1000,'by':'nurse a'}");
        var appends = 0;
        Logged();
        Gateway.Appending = _ => appends++;

        var second = await DoAsync(service, "PUT", "/v1/patients/p2/devices/d1", "{'from':'1970-01-01T00:00:05Z','by':'nurse b'}");

        Assert.Equal(
            """{"patient":"p1","device":"d1","from":"1970-01-01T00:00:01.000Z","until":null,"by":"nurse a","takenFrom":null}""", first.GetRawText());
        Assert.Equal(
            """{"patient":"p2","device":"d1","from":"1970-01-01T00:00:05.000Z","until":null,"by":"nurse b","takenFrom":"p1"}""", second.GetRawText());
        Assert.Equal(1, appends);
        Assert.Equal(
            [
                new DeviceAssociationElement(0, "p1", "d1", 1000, 5000, "nurse b"),
                new DeviceAssociationElement(0, "p2", "d1", 5000, null, "nurse b"),
            ],
            Logged());
        Assert.Equal("p1", Directory.Device("d1").WornAt(4999)!.Patient);
        Assert.Equal("p2", Directory.Device("d1").WornAt(5000)!.Patient);
    }

    [Fact]
    public async Task An_association_is_from_now_on_unless_it_says_otherwise_and_may_be_repeated()
    {
        await using var service = await StartAsync();
        await DoAsync(service, "PUT", "/v1/patients/p1", "{}");
        var from = Time.Milliseconds;
        await DoAsync(service, "PUT", D1, "{'by':'x'}");
        Logged();
        Time.Advance(TimeSpan.FromMinutes(5));

        var again = await DoAsync(service, "PUT", D1, "{'by':'y'}");
        await DoAsync(service, "PUT", D1, $"{{'from':{from},'by':'y'}}");

        Assert.Empty(Logged());
        Assert.Equal("x", again.GetProperty("by").GetString());
        Assert.Equal(from, Directory.Device("d1").Current!.From);
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("?until=5000&by=z", null, "z")]
    [InlineData("?until=1970-01-01T00:00:05Z", null, null)]
    [InlineData("", "{'until':5000,'by':'z'}", "z")]
    public async Task A_device_is_taken_off_now_or_at_the_time_that_query_or_body_says(string query, string? body, string? by)
    {
        await using var service = await StartAsync(new Caller("k1", Scopes.All, [], []));
        await DoAsync(service, "PUT", "/v1/patients/p1", "{}");
        await DoAsync(service, "PUT", D1, "{'from':1000,'by':'x'}");
        Logged();

        await DoAsync(service, "DELETE", D1 + query, body);
        await DoAsync(service, "DELETE", D1 + query, body);
        await DoAsync(service, "DELETE", D1);

        var until = query.Length == 0 && body is null ? Time.Milliseconds : 5000;
        Assert.Equal([new DeviceAssociationElement(0, "p1", "d1", 1000, until, by ?? "key k1")], Logged());
        Assert.Null(Directory.Device("d1").Current);
    }

    [Fact]
    public async Task Limits_of_a_patient_replace_those_before_and_are_logged_once()
    {
        await using var service = await StartAsync();
        await DoAsync(service, "PUT", "/v1/patients/p1", "{}");
        Logged();
        const string Body =
            """
            {'by':'Dr. A','limits':[{'rule':'limit.spo2.low','levels':[{'threshold':88,'priority':'medium'},{'threshold':84,'priority':'high'}],'delaySeconds':20},
             {'rule':'limit.heart_rate.high','enabled':false}]}
            """;

        var shown = await DoAsync(service, "PUT", "/v1/patients/p1/limits", Body);
        await DoAsync(service, "PUT", "/v1/patients/p1/limits", Body);

        var logged = Assert.IsType<PatientLimitsElement>(Assert.Single(Logged()));
        Assert.Equal(("p1", "Dr. A", 2), (logged.Patient, logged.By, logged.Limits.Count));
        Assert.Equal([new AlertLevel(88, AlertPriority.Medium), new AlertLevel(84, AlertPriority.High)], logged.Limits[0].Levels);
        Assert.Equal((20, null), (logged.Limits[0].DelaySeconds, logged.Limits[1].DelaySeconds));
        Assert.Equal(
            """[{"rule":"limit.spo2.low","enabled":true,"levels":[{"threshold":88,"priority":"medium"},{"threshold":84,"priority":"high"}],"delaySeconds":20},{"rule":"limit.heart_rate.high","enabled":false,"levels":[],"delaySeconds":null}]""",
            shown.GetProperty("limits").GetRawText());

        var none = await DoAsync(service, "PUT", "/v1/patients/p1/limits", "{'by':'Dr. B','limits':[]}");
        Assert.Equal(0, none.GetProperty("limits").GetArrayLength());
        Assert.Empty(Assert.IsType<PatientLimitsElement>(Assert.Single(Logged())).Limits);
    }

    [Fact]
    public async Task An_acknowledgement_is_of_what_was_seen()
    {
        await using var service = await StartAsync();
        await DoAsync(service, "PUT", "/v1/patients/p1", "{}");
        Logged();

        var (status, _) = await SendAsync(
            service, "POST", "/v1/patients/p1/acknowledgements", "{'rule':'limit.spo2.low','opened':'2026-03-01T08:00:00.250Z','ordinal':3,'by':'nurse'}");

        Assert.Equal(202, status);
        Assert.Equal([new AcknowledgementElement(0, "p1", "limit.spo2.low", "nurse", 1_772_352_000_250, 3)], Logged());
    }

    [Fact]
    public async Task A_discharge_takes_every_device_off_and_facts_or_a_device_readmit()
    {
        await using var service = await StartAsync();
        await DoAsync(service, "PUT", "/v1/patients/p1", "{'ward':'w'}");
        await DoAsync(service, "PUT", D1, "{'from':1000,'by':'x'}");
        await DoAsync(service, "PUT", "/v1/patients/p1/devices/d2", "{'from':2000,'by':'x'}");
        Logged();

        var left = await DoAsync(service, "POST", "/v1/patients/p1/discharge", "{'at':9000,'by':'Dr. A'}");
        await DoAsync(service, "POST", "/v1/patients/p1/discharge", "{'by':'Dr. B'}");

        Assert.Equal("1970-01-01T00:00:09.000Z", left.GetProperty("discharged").GetString());
        Assert.Equal([new DischargeElement(0, "p1", 9000, "Dr. A")], Logged());
        Assert.Equal([9000L, 9000L], new[] { "d1", "d2" }.Select(device => Directory.Device(device).WornAt(8999)!.Until!.Value));
        Assert.Equal(0, (await DoAsync(service, "GET", "/v1/patients")).GetProperty("patients").GetArrayLength());
        Assert.Equal(1, (await DoAsync(service, "GET", "/v1/patients?discharged=true")).GetProperty("patients").GetArrayLength());

        // The same facts as before, and logged all the same: they readmit.
        await DoAsync(service, "PUT", "/v1/patients/p1", "{'ward':'w'}");
        Assert.Equal([new PatientFactsElement(0, "p1", Ward: "w")], Logged());
        await DoAsync(service, "POST", "/v1/patients/p1/discharge", "{'by':'Dr. A'}");
        await DoAsync(service, "PUT", D1, "{'by':'x'}");
        Assert.Null(Directory.Patient("p1")!.DischargedAt);
    }

    [Fact]
    public async Task Patients_are_listed_by_id_with_the_devices_they_wear()
    {
        await using var service = await StartAsync();
        foreach (var (id, ward) in new[] { ("b", "icu"), ("a", "er"), ("B", "icu") })
        {
            await DoAsync(service, "PUT", $"/v1/patients/{id}", $"{{'ward':'{ward}'}}");
        }

        await DoAsync(service, "PUT", "/v1/patients/a/devices/d1", "{'from':1,'by':'x'}");
        await DoAsync(service, "PUT", "/v1/patients/b/devices/d1", "{'from':2,'by':'x'}");

        var all = await DoAsync(service, "GET", "/v1/patients");
        var icu = await DoAsync(service, "GET", "/v1/patients?ward=icu");

        Assert.Equal(["B", "a", "b"], all.GetProperty("patients").EnumerateArray().Select(one => one.GetProperty("id").GetString()));
        Assert.Equal([0, 0, 1], all.GetProperty("patients").EnumerateArray().Select(one => one.GetProperty("devices").GetArrayLength()));
        Assert.Equal(["B", "b"], icu.GetProperty("patients").EnumerateArray().Select(one => one.GetProperty("id").GetString()));
        Assert.Equal(1, (await DoAsync(service, "GET", "/v1/patients/a")).GetProperty("devices").GetArrayLength());
    }

    [Fact]
    public async Task What_was_changed_is_there_after_a_restart()
    {
        await using var service = await StartAsync();
        await DoAsync(service, "PUT", "/v1/patients/p1", "{'ageYears':7,'sex':'male','spo2Scale':{'orderedBy':'Dr'}}");
        await DoAsync(service, "PUT", D1, "{'from':1000,'by':'x'}");
        await DoAsync(service, "PUT", "/v1/patients/p1/limits", "{'by':'x','limits':[{'rule':'limit.spo2.low','levels':[{'threshold':88,'priority':'low'}]}]}");
        await DoAsync(service, "POST", "/v1/patients/p1/discharge", "{'at':2000,'by':'x'}");

        var again = new PatientDirectory(Store.Clone());

        var before = Directory.Patient("p1")!;
        var after = again.Patient("p1")!;
        Assert.Equal((before.Facts, before.DischargedAt, "x"), (after.Facts, after.DischargedAt, after.LimitsBy));
        Assert.Equal(before.Limits[0] with { Levels = [] }, after.Limits[0] with { Levels = [] });
        Assert.Equal(before.Limits[0].Levels, after.Limits[0].Levels);
        Assert.Equal(Directory.Device("d1").Intervals, again.Device("d1").Intervals);
    }

    // The process ends after the log and before the directory: whoever asked had no answer and asks again.
    [Fact]
    public async Task A_change_that_was_cut_off_between_log_and_directory_heals_when_it_is_asked_for_again()
    {
        await using var service = await StartAsync();
        await DoAsync(service, "PUT", "/v1/patients/p1", "{}");
        await DoAsync(service, "PUT", D1, "{'from':1000,'by':'x'}");
        Logged();
        foreach (var (method, path, body) in new[]
        {
            ("PUT", "/v1/patients/p1", "{'ward':'w'}"), ("DELETE", D1 + "?until=2000", null), ("PUT", D1, "{'from':3000,'by':'x'}"),
            ("PUT", "/v1/patients/p1/limits", "{'by':'x','limits':[{'rule':'limit.spo2.low','enabled':false}]}"),
            ("POST", "/v1/patients/p1/discharge", "{'at':4000,'by':'x'}"),
        })
        {
            Store.BeforePut = () => throw new StoreException(StoreFailure.DiskFull, "full");
            Assert.Equal((503, "disk_full"), await RefusedAsync(service, method, path, body));
            var first = Logged();
            Store.BeforePut = null;
            await DoAsync(service, method, path, body);
            var second = Logged();
            await DoAsync(service, method, path, body);

            Assert.Equal(first.Select(one => one.ToString()), second.Select(one => one.ToString()));
            Assert.NotEmpty(first);
            Assert.Empty(Logged());
        }
    }

    [Fact]
    public async Task A_busy_log_changes_nothing()
    {
        await using var service = await StartAsync();
        await DoAsync(service, "PUT", "/v1/patients/p1", "{}");
        Gateway.Instead = () => Task.FromResult(AppendResult.Busy(TimeSpan.FromSeconds(1)));

        Assert.Equal((429, "busy"), await RefusedAsync(service, "PUT", D1, "{'by':'x'}"));
        Assert.Equal((429, "busy"), await RefusedAsync(service, "PUT", "/v1/patients/p2", "{}"));

        Assert.Empty(Directory.Device("d1").Intervals);
        Assert.Null(Directory.Patient("p2"));
    }
}
