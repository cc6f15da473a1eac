// What the endpoints for reading out give, page by page, and to whom.
using System.Text.Json;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

public sealed class ReadingEndpointsTests
{
    private const string Minute = "2026-03-02T08:0";

    [Fact]
    public async Task Series_come_by_time_with_their_flags_in_words_and_without_numbers_that_are_none()
    {
        await using var service = await ReadingService.StartAsync();
        Write(service, "p/1", ("spo2", 1000, 91.5, PointFlags.None), ("score.news2", 60_000, 7, PointFlags.Partial),
            ("model.sepsis", 60_000, double.NaN, PointFlags.Provisional), ("heart_rate", 2000, 80, PointFlags.Late | PointFlags.Questionable));

        var body = await service.GetOkAsync("/v1/patients/p%2F1/series");

        Assert.Equal(
            [
                "1970-01-01T00:00:01.000Z spo2 91.5 []", "1970-01-01T00:00:02.000Z heart_rate 80 [late,questionable]",
                "1970-01-01T00:01:00.000Z model.sepsis null [provisional]", "1970-01-01T00:01:00.000Z score.news2 7 [partial]",
            ],
            Points(body));
        Assert.Equal(JsonValueKind.Null, body.GetProperty("nextCursor").ValueKind);
    }

    [Theory]
    [InlineData("series?series=spo2", "spo2")]
    [InlineData("series?from=2000&until=60000", "heart_rate")]
    [InlineData("series?from=1970-01-01T00:00:02Z&until=1970-01-01T01:00:03%2B01:00", "heart_rate")]
    [InlineData("scores", "model.sepsis score.news2")]
    [InlineData("scores?series=score.news2", "score.news2")]
    [InlineData("series?series=absent", "")]
    public async Task A_query_narrows_a_series(string path, string expected)
    {
        await using var service = await ReadingService.StartAsync();
        Write(service, "p", ("spo2", 1000, 91.5, PointFlags.None), ("score.news2", 60_000, 7, PointFlags.Partial),
            ("model.sepsis", 60_000, 0.2, PointFlags.None), ("heart_rate", 2000, 80, PointFlags.None));

        var body = await service.GetOkAsync($"/v1/patients/p/{path}");

        Assert.Equal(expected, string.Join(' ', body.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("series").GetString())));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Pages_of_a_series_put_together_are_the_whole(int seed)
    {
        await using var service = await ReadingService.StartAsync();
        var random = new Random(seed);
        string[] series = ["spo2", "heart_rate", "score.news2"];

        // Few times and few values, so that points fall together and are even equal.
        Write(service, "p", [.. Enumerable.Range(0, 300).Select(_ =>
            (series[random.Next(3)], (long)random.Next(12), (double)random.Next(4), (PointFlags)random.Next(4)))]);
        var whole = Points(await service.GetOkAsync("/v1/patients/p/series?limit=10000"));

        foreach (var limit in (int[])[1, 7, 50, 300])
        {
            var pages = new List<string>();
            for (var cursor = ""; cursor is not null;)
            {
                var body = await service.GetOkAsync($"/v1/patients/p/series?limit={limit}&cursor={cursor}");
                Assert.InRange(body.GetProperty("items").GetArrayLength(), 1, limit);
                pages.AddRange(Points(body));
                cursor = body.GetProperty("nextCursor").GetString();
            }

            Assert.Equal(whole, pages);
        }
    }

    [Fact]
    public async Task An_episode_tells_what_an_acknowledgement_has_to_name()
    {
        await using var service = await ReadingService.StartAsync();
        service.Decide(
            Decided.Of("p", "limit.spo2.low", 1000, 0, TransitionKind.Opened),
            Decided.Of("p", "limit.spo2.low", 1000, 1, TransitionKind.Escalated, AlertPriority.High),
            Decided.Of("p", "limit.spo2.low", 1000, 2, TransitionKind.Acknowledged, AlertPriority.High),
            Decided.Of("p", "limit.spo2.low", 1000, 3, TransitionKind.Deescalated),
            Decided.Of("p", "limit.heart_rate.high", 500, 0, TransitionKind.Opened),
            Decided.Of("p", "limit.heart_rate.high", 500, 1, TransitionKind.Resolved),
            Decided.Of("q", "limit.heart_rate.high", 500, 0, TransitionKind.Opened));

        var open = (await service.GetOkAsync("/v1/patients/p/episodes?state=open")).GetProperty("items").EnumerateArray().Single();
        var all = (await service.GetOkAsync("/v1/patients/p/episodes")).GetProperty("items").EnumerateArray();

        Assert.Equal(
            ("limit.spo2.low", "open", "medium", "high", true, 1, 4),
            (Word(open, "rule"), Word(open, "state"), Word(open, "priority"), Word(open, "highestPriority"),
                open.GetProperty("acknowledged").GetBoolean(), open.GetProperty("alarmOrdinal").GetInt32(), open.GetProperty("transitions").GetInt32()));
        Assert.Equal("limit.spo2.low Opened", Word(open.GetProperty("opened"), "text"));
        Assert.Equal("deescalated", Word(open.GetProperty("last"), "kind"));
        Assert.Equal(["limit.spo2.low open", "limit.heart_rate.high closed"], all.Select(e => $"{Word(e, "rule")} {Word(e, "state")}"));
    }

    [Fact]
    public async Task Pages_of_episodes_stay_together_while_new_ones_open()
    {
        await using var service = await ReadingService.StartAsync();
        service.Decide([.. Enumerable.Range(0, 25).SelectMany(n => new[] { "a", "b" }.Select(rule =>
            Decided.Of("p", rule, n * 1000, 0, TransitionKind.Opened)))]);
        var whole = await AllAsync();
        var pages = new List<string>();
        var opened = 100;
        for (var cursor = ""; cursor is not null;)
        {
            var body = await service.GetOkAsync($"/v1/patients/p/episodes?limit=7&cursor={cursor}");
            pages.AddRange(body.GetProperty("items").EnumerateArray().Select(Name));
            cursor = body.GetProperty("nextCursor").GetString();
            service.Decide(Decided.Of("p", "a", opened++ * 1000, 0, TransitionKind.Opened));
        }

        Assert.Equal(whole, pages);
        Assert.Equal(50, whole.Length);

        async Task<string[]> AllAsync() =>
            [.. (await service.GetOkAsync("/v1/patients/p/episodes?limit=1000")).GetProperty("items").EnumerateArray().Select(Name)];

        static string Name(JsonElement episode) => $"{Word(episode, "rule")} {Word(episode, "openedEventTime")}";
    }

    [Fact]
    public async Task Every_alert_carries_its_text_inputs_missing_and_model()
    {
        await using var service = await ReadingService.StartAsync();
        service.Decide([.. Enumerable.Range(0, 60).Select(n => Decided.Number(n))]);

        var items = (await service.GetOkAsync("/v1/alerts?limit=1000")).GetProperty("items").EnumerateArray().ToArray();

        Assert.Equal(60, items.Length);
        var twelfth = items[12];
        Assert.Equal("number 12 \"quoted\" \u00e9 <b>\nsecond line", Word(twelfth, "text"));
        Assert.Equal(["mon 0/1/12/spo2"], twelfth.GetProperty("inputs").EnumerateArray().Select(i => i.GetString()));
        Assert.Equal(["lactate", "temperature:stale"], twelfth.GetProperty("missing").EnumerateArray().Select(i => i.GetString()));
        Assert.Equal("sepsis-vitals@2.1.0", Word(twelfth, "modelVersion"));
        Assert.Equal(("belowLimit", "physiological", "low"), (Word(twelfth, "reason"), Word(twelfth, "alert"), Word(twelfth, "priority")));
        Assert.Equal(JsonValueKind.Null, items[11].GetProperty("value").ValueKind);
        Assert.Equal(Minute + "0:12.000Z", Word(twelfth, "eventTime"));
    }

    [Fact]
    public async Task An_alert_that_a_model_raised_says_what_moved_it()
    {
        await using var service = await ReadingService.StartAsync();
        service.Decide([.. Enumerable.Range(0, 20).Select(n => Decided.Number(n))]);

        var items = (await service.GetOkAsync("/v1/alerts?limit=1000")).GetProperty("items").EnumerateArray().ToArray();

        var explanation = items[12].GetProperty("explanation");
        Assert.Equal(
            """{"input":"respiratory_rate","logit":0.84,"value":31,"change":6.5,"unit":"/min","direction":"high"}""",
            explanation.GetProperty("contributions")[0].GetRawText());
        Assert.Equal(
            """{"input":"lactate","logit":-0.5,"value":null,"change":null,"unit":"mmol/L","direction":null}""",
            explanation.GetProperty("contributions")[1].GetRawText());
        Assert.Equal(
            """[{"input":"sex_male","logit":0.1,"value":1,"change":0,"unit":null,"direction":null}]""",
            explanation.GetProperty("background").GetRawText());
        Assert.Equal("""[{"hoursAgo":2,"share":0.4},{"hoursAgo":0,"share":0.25}]""", explanation.GetProperty("attention").GetRawText());
        Assert.Equal((0.19, 1, 0.12), (Number(explanation, "riskBefore"), Number(explanation, "hoursBefore"), Number(explanation, "riskChange")));
        Assert.Equal(JsonValueKind.Null, items[18].GetProperty("explanation").GetProperty("riskBefore").ValueKind);
        Assert.Equal(JsonValueKind.Null, items[11].GetProperty("explanation").ValueKind);

        static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();
    }

    [Fact]
    public async Task A_filter_that_lets_little_through_still_says_where_to_read_on()
    {
        await using var service = await ReadingService.StartAsync();
        service.Decide([.. Enumerable.Range(0, 12_000).Select(n => Decided.Number(n, patients: 12_000))]);

        var first = await service.GetOkAsync("/v1/alerts?patient=p11500");
        var second = await service.GetOkAsync($"/v1/alerts?patient=p11500&cursor={Word(first, "nextCursor")}");
        var third = await service.GetOkAsync($"/v1/alerts?patient=p11500&cursor={Word(second, "nextCursor")}");

        Assert.Equal((0, true), (first.GetProperty("items").GetArrayLength(), first.GetProperty("isMore").GetBoolean()));
        Assert.Equal((1, false), (second.GetProperty("items").GetArrayLength(), second.GetProperty("isMore").GetBoolean()));
        Assert.Equal((0, false, "12000"), (third.GetProperty("items").GetArrayLength(), third.GetProperty("isMore").GetBoolean(), Word(third, "nextCursor")));
    }

    [Fact]
    public async Task Dead_letters_come_in_pages_by_partition_offset_and_index()
    {
        await using var service = await ReadingService.StartAsync();
        var batch = Decided.Batch();
        batch.DeadLetters.AddRange(
            from partition in Enumerable.Range(0, 2)
            from offset in Enumerable.Range(0, 4)
            from index in Enumerable.Range(0, 2)
            select new DeadLetter(partition, offset * 5, index, 1, offset == 0 ? "" : $"p{partition}", "out_of_range", "spo2 900 %"));
        service.State.Commit(batch);
        var seen = new List<string>();
        for (var cursor = ""; cursor is not null;)
        {
            var body = await service.GetOkAsync($"/v1/deadletters?limit=3&cursor={cursor}");
            seen.AddRange(body.GetProperty("items").EnumerateArray().Select(d => $"{d.GetProperty("partition")}/{d.GetProperty("offset")}/{d.GetProperty("index")}"));
            cursor = body.GetProperty("nextCursor").GetString();
        }

        Assert.Equal(batch.DeadLetters.Select(d => $"{d.Partition}/{d.Offset}/{d.Index}"), seen);
        Assert.Equal(6, (await service.GetOkAsync("/v1/deadletters?patient=p1")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_page_of_dead_letters_looks_at_so_many_and_says_where_to_read_on()
    {
        await using var service = await ReadingService.StartAsync();
        var batch = Decided.Batch();
        batch.DeadLetters.AddRange(Enumerable.Range(0, 12_000).Select(n => new DeadLetter(0, n, 0, 1, n == 11_500 ? "p" : "", "malformed", "x")));
        service.State.Commit(batch);

        var first = await service.GetOkAsync("/v1/deadletters?patient=p");
        var second = await service.GetOkAsync($"/v1/deadletters?patient=p&cursor={Word(first, "nextCursor")}");

        Assert.Equal((0, "0.9999.0"), (first.GetProperty("items").GetArrayLength(), Word(first, "nextCursor")));
        Assert.Equal(11_500, Assert.Single(second.GetProperty("items").EnumerateArray()).GetProperty("offset").GetInt64());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, second.GetProperty("nextCursor").ValueKind);
    }

    [Fact]
    public async Task The_ward_shows_who_is_watched_here_and_whether_that_is_kept_up()
    {
        await using var service = await ReadingService.StartAsync(isWatched: patient => patient != "gone");
        service.Decide(Decided.Number(1));
        foreach (var view in (PatientView[])[View("b", "icu", "2"), View("a", "icu", "10"), View("gone", "icu", "1"), View("c", "", "") with { AlarmScore = 0.07 }])
        {
            service.Picture.Patient(view);
        }

        var ward = await service.GetOkAsync("/v1/ward");
        service.Trouble = "The disk is full.";
        service.Clock.Pass(TimeSpan.FromSeconds(1));
        var later = await service.GetOkAsync("/v1/ward?ward=icu");

        Assert.Equal(["c", "a", "b"], ward.GetProperty("patients").EnumerateArray().Select(p => Word(p, "patient")));
        Assert.Equal(0.07, ward.GetProperty("patients")[0].GetProperty("alarmScore").GetDouble());
        Assert.Equal(JsonValueKind.Null, ward.GetProperty("patients")[1].GetProperty("alarmScore").ValueKind);
        Assert.Equal((true, "1"), (ward.GetProperty("isCurrent").GetBoolean(), Word(ward, "cursor")));
        Assert.Equal(["a", "b"], later.GetProperty("patients").EnumerateArray().Select(p => Word(p, "patient")));
        Assert.False(later.GetProperty("isCurrent").GetBoolean());
        Assert.True(ward.GetProperty("patients")[0].GetProperty("vitals")[0].GetProperty("stale").GetBoolean());
    }

    [Fact]
    public async Task A_key_for_one_ward_sees_its_patients_and_nobody_else()
    {
        await using var service = await ReadingService.StartAsync(new Callers());
        service.Picture.Patient(View("mine", "icu", "1"));
        service.Picture.Patient(View("other", "er", "1"));
        service.Decide(
            Decided.Of("mine", "a", 1, 0, TransitionKind.Opened), Decided.Of("other", "a", 2, 0, TransitionKind.Opened),
            Decided.Of("unknown", "a", 3, 0, TransitionKind.Opened), Decided.Of("mine", "a", 4, 0, TransitionKind.Opened));
        var batch = Decided.Batch();
        batch.DeadLetters.AddRange(((string[])["mine", "other", ""]).Select((p, i) => new DeadLetter(0, i, 0, 1, p, "malformed", "x")));
        service.State.Commit(batch);

        Assert.Equal(["mine"], Patients(await service.GetOkAsync("/v1/ward", "icu"), "patients"));
        Assert.Equal(["mine", "mine"], Patients(await service.GetOkAsync("/v1/alerts", "icu"), "items"));
        Assert.Equal(["mine"], Patients(await service.GetOkAsync("/v1/deadletters", "icu"), "items"));
        Assert.Equal(3, (await service.GetOkAsync("/v1/deadletters", "all")).GetProperty("items").GetArrayLength());
        foreach (var what in (string[])["series", "scores", "episodes"])
        {
            await service.GetOkAsync($"/v1/patients/mine/{what}", "icu");
            await service.GetOkAsync($"/v1/patients/other/{what}", "all");
            foreach (var patient in (string[])["other", "unknown", "never-heard-of"])
            {
                var (status, body) = await service.GetAsync($"/v1/patients/{patient}/{what}", "icu");
                Assert.Equal((403, "ward_not_allowed"), (status, Word(body, "code")));
            }
        }

        using var listener = await service.ListenAsync("?cursor=", token: "icu");
        await listener.NextAlertAsync();
        Assert.Equal("mine|a|4|0", (await listener.NextAlertAsync()).GetProperty("id").GetString());

        static IEnumerable<string?> Patients(JsonElement body, string list) =>
            body.GetProperty(list).EnumerateArray().Select(item => Word(item, "patient"));
    }

    private static PatientView View(string patient, string ward, string bed) => new(
        patient, ward, bed, 60_000, 61_000, [new VitalView(VitalSign.SpO2, 91, 1000, SourceClass.Wearable, Stale: true)],
        new ScoreView(5, Partial: true, [("RR", 3), ("SpO2", -1)]), 60_000, double.NaN, long.MinValue,
        [new EpisodeView("limit.spo2.low", AlertKind.Physiological, AlertPriority.High, 1000, Latched: true, Indeterminate: false, Acknowledged: false)]);

    private static void Write(ReadingService service, string patient, params IReadOnlyList<(string Series, long Time, double Value, PointFlags Flags)> points)
    {
        var batch = new SeriesBatch { Patients = { patient } };
        foreach (var (series, time, value, flags) in points)
        {
            if (!batch.Names.Contains(series))
                batch.Names.Add(series);
            batch.Points.Add(new SeriesPoint(0, (ushort)batch.Names.IndexOf(series), time, value, flags));
        }

        service.Series.Write(0, 1, batch);
    }

    private static IEnumerable<string> Points(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(point =>
        $"{Word(point, "time")} {Word(point, "series")} {point.GetProperty("value").GetRawText()} "
        + $"[{string.Join(',', point.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()))}]");

    private static string? Word(JsonElement element, string name) => element.GetProperty(name).GetString();

    private sealed class Callers : ICallerSource
    {
        public Caller? Identify(ReadOnlySpan<char> token) => token switch
        {
            "all" => new("a", Scopes.Read, [], []),
            "icu" => new("i", Scopes.Read, [], ["icu"]),
            _ => null,
        };
    }
}
