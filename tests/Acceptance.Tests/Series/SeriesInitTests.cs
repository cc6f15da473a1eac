// The command series init makes on a real InfluxDB 1.x, and by requests on a stub of 2.x, what keeps points, minutes and hours.
using System.Globalization;
using System.Text.RegularExpressions;
using Acceptance.Tests.Commands;
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.Host;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Influx;
using Xunit;

[assembly: AssemblyFixture(typeof(InfluxFixture))]

namespace Acceptance.Tests.Series;

public sealed partial class SeriesInitTests(InfluxFixture influx) : IDisposable
{
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;
    private readonly ProgramRun _medai = new();
    private readonly string _database = InfluxFixture.UniqueName();

    public void Dispose() => _medai.Dispose();

    [Fact]
    public async Task Version_1_is_set_up_once_and_a_second_time_nothing_changes()
    {
        var url = await Version1Async();

        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("series", "init"));
        Assert.Equal((5, 1), (Lines("made").Length, Lines("kept").Length));
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("series", "init"));
        Assert.Equal((0, 6), (Lines("made").Length, Lines("kept").Length));

        var policies = InfluxServer.Query(url, _database, $"SHOW RETENTION POLICIES ON \"{_database}\"")
            .ToDictionary(row => row["name"].GetString()!, row => (row["duration"].GetString(), row["default"].GetBoolean()));
        Assert.Equal(("720h0m0s", true), policies["raw"]);
        Assert.Equal(("9600h0m0s", false), policies["minute"]);
        Assert.Equal(("0s", false), policies["hour"]);
        Assert.All(Queries(url), query => Assert.Matches("RESAMPLE EVERY (5m FOR 70m|30m FOR 4h)", query));
    }

    [Fact]
    public async Task Version_1_set_up_with_other_days_or_another_query_is_put_right()
    {
        var url = await Version1Async();
        await _medai.RunAsync("series", "init");
        InfluxServer.Query(url, "", $"DROP CONTINUOUS QUERY medai_hour ON \"{_database}\"");
        InfluxServer.Query(url, "", $"CREATE CONTINUOUS QUERY medai_hour ON \"{_database}\" BEGIN SELECT mean(value) INTO x FROM vital GROUP BY time(1h) END");
        _medai.Variables["MEDAI__series__rawDays"] = "7";
        _medai.Variables["MEDAI__series__hourDays"] = "3650";

        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("series", "init"));
        Assert.Equal((3, 3), (Lines("changed").Length, Lines("kept").Length));
        await _medai.RunAsync("series", "init");
        Assert.Equal(6, Lines("kept").Length);
    }

    [Fact]
    public async Task Version_1_with_a_database_made_by_hand_and_a_policy_of_another_name_keeps_its_points()
    {
        var url = await Version1Async();
        InfluxServer.Query(url, "", $"CREATE DATABASE \"{_database}\"");
        using var store = InfluxSeriesStore.Open(
            new InfluxOptions { Url = url, Version = InfluxVersion.One, Database = _database, Patience = TimeSpan.FromMinutes(1) }, _medai.At("spill"));
        Write(store, 1, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), 1, _ => 1, "spo2", "d1");
        _medai.Variables["MEDAI__influx__retentionPolicy"] = "autogen";

        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("series", "init"));

        Assert.Equal((1, 4, 1), (Lines("changed").Length, Lines("made").Length, Lines("kept").Length));
        Assert.Single(store.Read("p1"));
        Assert.All(Queries(url).Take(1), query => Assert.Contains(".autogen.", query, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Points_become_minutes_and_hours_and_what_comes_late_is_folded_in()
    {
        var url = await Version1Async();
        await _medai.RunAsync("series", "init");
        var start = (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / Hour * Hour) - (2 * Hour);
        using var store = InfluxSeriesStore.Open(
            new InfluxOptions { Url = url, Version = InfluxVersion.One, Database = _database, Patience = TimeSpan.FromMinutes(1) }, _medai.At("spill"));
        Write(store, 1, start, 60, n => 70 + (n % 2), "heart_rate", "d1");
        Write(store, 2, start + Minute, 30, _ => 100, "heart_rate", "d1");
        Write(store, 3, start, 1, _ => 7, "score.news2", null);
        Fold(url, start);

        Assert.Equal(
            [(start, 70.5, 70, 71, 60), (start + Minute, 100, 100, 100, 30)], Folded(url, "minute", "vital", "mean, min, max, count"));
        Assert.Equal([(start, (71 * 30 + 70 * 30 + 3000) / 90.0, 70, 100, 90)], Folded(url, "hour", "vital", "mean, min, max, count"));
        Assert.Equal([(start, 7, 7, 7, 1)], Folded(url, "hour", "score", "mean, min, max, count"));
        Assert.Equal("d1", InfluxServer.Query(url, _database, "SELECT * FROM minute.vital")[0]["device"].GetString());

        // An hour later the rest of the second minute comes in.
        Write(store, 4, start + Minute + 30_000, 30, _ => 40, "heart_rate", "d1");
        Fold(url, start);

        Assert.Equal((start + Minute, 70, 40, 100, 60), Folded(url, "minute", "vital", "mean, min, max, count")[1]);
        Assert.Equal([(start, (70.5 + 70) / 2, 40, 100, 120)], Folded(url, "hour", "vital", "mean, min, max, count"));
    }

    [Fact]
    public async Task Statements_are_only_printed_where_nothing_else_was_asked_for()
    {
        _medai.Variables["MEDAI__influx__version"] = "1";
        _medai.Variables["MEDAI__influx__url"] = "http://127.0.0.1:1";
        _medai.Variables["MEDAI__influx__database"] = "ward \"7\"";

        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("series", "init", "--print"));

        Assert.Contains("CREATE RETENTION POLICY \"raw\" ON \"ward \\\"7\\\"\" DURATION 30d REPLICATION 1 SHARD DURATION 1d DEFAULT", _medai.Output, StringComparison.Ordinal);
        Assert.Equal(6, CreateLine().Count(_medai.Output));
    }

    [Fact]
    public async Task Version_2_gets_buckets_tasks_and_names_for_InfluxQL_and_a_second_time_nothing_changes()
    {
        var server = new StubInflux2();
        using var stub = new StubServer(server.Answer);
        Version2(stub.Url);

        Assert.True(await _medai.RunAsync("series", "init") == ExitCodes.Ok, _medai.Error);
        Assert.Equal(8, Lines("made").Length);
        Assert.Equal(
            ["medai:2592000", "medai_hour:0", "medai_minute:34560000"],
            server.Buckets.Select(bucket => $"{bucket["name"]}:{bucket["retentionRules"]!.AsArray().Sum(rule => (int)rule!["everySeconds"]!)}").Order());
        Assert.Equal(
            ["hour=medai_hour false", "minute=medai_minute false", "raw=medai true"],
            server.Mappings.Select(m => $"{m["retention_policy"]}={server.NameOf((string)m["bucketID"]!)} {m["default"]}").Order());
        Assert.Equal(["medai_hour", "medai_minute"], server.Tasks.Select(task => (string)task["name"]!).Order());
        Assert.All(server.Tasks, task => Assert.Contains("range(start: date.truncate(t: -", (string)task["flux"]!, StringComparison.Ordinal));
        Assert.All(stub.Requests, request => Assert.Equal("Token secret", request.Headers["Authorization"]));

        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("series", "init"));
        Assert.Equal((0, 8), (Lines("made").Length, Lines("kept").Length));
        Assert.DoesNotContain(stub.Requests, request => request.Method == "PATCH");
    }

    [Fact]
    public async Task Version_2_set_up_otherwise_is_put_right()
    {
        var server = new StubInflux2();
        using var stub = new StubServer(server.Answer);
        Version2(stub.Url);
        await _medai.RunAsync("series", "init");
        server.Tasks[0]["status"] = "inactive";
        server.Mappings[1]["default"] = true;
        _medai.Variables["MEDAI__series__minuteDays"] = "90";

        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("series", "init"));
        Assert.Equal((3, 5), (Lines("changed").Length, Lines("kept").Length));
        await _medai.RunAsync("series", "init");
        Assert.Equal(8, Lines("kept").Length);
    }

    [Fact]
    public async Task Version_2_without_the_organisation_or_with_a_token_that_may_not_is_told()
    {
        var server = new StubInflux2();
        using var stub = new StubServer(server.Answer);
        Version2(stub.Url);
        _medai.Variables["MEDAI__influx__organisation"] = "another";
        Assert.Equal(ExitCodes.Store, await _medai.RunAsync("series", "init"));
        Assert.Contains("another", _medai.Error, StringComparison.Ordinal);

        _medai.Variables["MEDAI__influx__token"] = "wrong";
        Assert.Equal(ExitCodes.Store, await _medai.RunAsync("series", "init"));
        Assert.Contains("influx.token", _medai.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", _medai.Error, StringComparison.Ordinal);

        _medai.Variables.Remove("MEDAI__influx__organisation");
        Assert.Equal(ExitCodes.Usage, await _medai.RunAsync("series", "init"));
    }

    [Fact]
    public async Task Version_3_and_a_server_that_is_away_are_told()
    {
        _medai.Variables["MEDAI__influx__version"] = "3";
        Assert.Equal(ExitCodes.Usage, await _medai.RunAsync("series", "init"));

        _medai.Variables["MEDAI__influx__version"] = "1";
        _medai.Variables["MEDAI__influx__url"] = "http://127.0.0.1:1";
        Assert.Equal(ExitCodes.Store, await _medai.RunAsync("series", "init"));
        Assert.Contains("127.0.0.1:1", _medai.Error, StringComparison.Ordinal);
    }

    private async Task<Uri> Version1Async()
    {
        var url = await influx.UrlAsync();
        _medai.Variables["MEDAI__influx__version"] = "1";
        _medai.Variables["MEDAI__influx__url"] = url.AbsoluteUri;
        _medai.Variables["MEDAI__influx__database"] = _database;
        return url;
    }

    private void Version2(Uri url)
    {
        _medai.Variables["MEDAI__influx__url"] = url.AbsoluteUri;
        _medai.Variables["MEDAI__influx__organisation"] = "ward";
        _medai.Variables["MEDAI__influx__token"] = "secret";
    }

    private string[] Lines(string begins) =>
        [.. _medai.Output.Split('\n').Where(line => line.StartsWith(begins + " ", StringComparison.Ordinal))];

    private string[] Queries(Uri url) =>
    [
        .. InfluxServer.Query(url, _database, "SHOW CONTINUOUS QUERIES").Where(row => row["measurement"].GetString() == _database)
            .Select(row => row["query"].GetString()!).OrderByDescending(query => query.Contains("minute ON", StringComparison.Ordinal)),
    ];

    // What the server itself does every few minutes.
    private void Fold(Uri url, long start)
    {
        foreach (var query in Queries(url))
        {
            var select = SelectOf().Match(query).Groups[1].Value;
            InfluxServer.Query(url, _database, select.Replace(
                " GROUP BY", string.Create(CultureInfo.InvariantCulture, $" WHERE time >= {start}ms AND time < {start + Hour}ms GROUP BY"), StringComparison.Ordinal));
        }
    }

    private List<(long Time, double Mean, double Min, double Max, double Count)> Folded(Uri url, string policy, string measurement, string fields) =>
    [
        .. InfluxServer.Query(url, _database, $"SELECT {fields} FROM {policy}.{measurement}").Select(row => (
            row["time"].GetInt64(), row["mean"].GetDouble(), row["min"].GetDouble(), row["max"].GetDouble(), row["count"].GetDouble())),
    ];

    private static void Write(InfluxSeriesStore store, long through, long from, int seconds, Func<int, double> value, string series, string? device)
    {
        var batch = new SeriesBatch { Patients = { "p1" }, Names = { series }, Devices = { device ?? "" } };
        for (var n = 0; n < seconds; n++)
            batch.Points.Add(new SeriesPoint(0, 0, from + (n * 1000), value(n), PointFlags.None, device is null ? -1 : 0));
        store.Write(0, through, batch);
        Assert.Equal(0, store.Status.Waiting);
    }

    [GeneratedRegex("BEGIN (SELECT .*) END$")]
    private static partial Regex SelectOf();

    [GeneratedRegex("^CREATE ", RegexOptions.Multiline)]
    private static partial Regex CreateLine();
}
