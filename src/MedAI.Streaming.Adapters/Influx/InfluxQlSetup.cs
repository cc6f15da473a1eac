// The set-up of InfluxDB 1.x: a database, three retention policies, two continuous queries.
using System.Text.Json;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>Speaks InfluxQL.</summary>
internal sealed class InfluxQlSetup(InfluxClient client, InfluxOptions options, SeriesPlan plan, bool onlyShow)
{
    // Tags stay as they are, empty times make no point, and a mean of means would be wrong where minutes differ in their count.
    private const string OfPoints =
        "mean(\"value\") AS \"mean\", min(\"value\") AS \"min\", max(\"value\") AS \"max\", sum(\"value\") AS \"sum\", count(\"value\") AS \"count\"";

    private const string OfMinutes =
        "sum(\"sum\") / sum(\"count\") AS \"mean\", min(\"min\") AS \"min\", max(\"max\") AS \"max\", sum(\"sum\") AS \"sum\", sum(\"count\") AS \"count\"";

    private const string RawShard = "1d";

    private readonly string _database = InfluxText.Name(options.Database);
    private readonly List<SetupStep> _steps = [];

    /// <summary>The name of the policy of the points as they came.</summary>
    private string Raw => options.RetentionPolicy ?? SeriesPlan.Raw;

    /// <summary>Takes every step.</summary>
    public IReadOnlyList<SetupStep> Run()
    {
        // With its policy at once: what a service writes meanwhile would go into the server's own default policy.
        var isThere = !onlyShow && Rows("SHOW DATABASES").Exists(row => row[0] == options.Database);
        Step(
            "the database",
            $"CREATE DATABASE {_database} WITH DURATION {SeriesPlan.Duration(plan.RawDays)} REPLICATION 1 SHARD DURATION {RawShard} NAME {InfluxText.Name(Raw)}",
            isThere ? SetupResult.Kept : SetupResult.Made);
        var policies = onlyShow ? [] : Rows($"SHOW RETENTION POLICIES ON {_database}");
        Policy(policies, Raw, plan.RawDays, RawShard, " DEFAULT", "points as they came");
        Policy(policies, SeriesPlan.Minute, plan.MinuteDays, "7d", "", "minutes");
        Policy(policies, SeriesPlan.Hour, plan.HourDays, "30d", "", "hours");
        var queries = onlyShow ? [] : Queries();
        Downsample(
            queries, "medai_minute", "minutes of points", SeriesPlan.MinuteEvery, SeriesPlan.MinuteOf,
            $"SELECT {OfPoints} INTO {_database}.\"{SeriesPlan.Minute}\".:MEASUREMENT FROM {_database}.{InfluxText.Name(Raw)}./^(vital|score)$/ "
            + "GROUP BY time(1m), * fill(none)");
        Downsample(
            queries, "medai_hour", "hours of minutes", SeriesPlan.HourEvery, SeriesPlan.HourOf,
            $"SELECT {OfMinutes} INTO {_database}.\"{SeriesPlan.Hour}\".:MEASUREMENT FROM {_database}.\"{SeriesPlan.Minute}\"./^(vital|score)$/ "
            + "GROUP BY time(1h), * fill(none)");
        return _steps;
    }

    private void Policy(List<string[]> there, string name, int? days, string shard, string isDefault, string of)
    {
        var terms = $"RETENTION POLICY {InfluxText.Name(name)} ON {_database} DURATION {SeriesPlan.Duration(days)} REPLICATION 1 SHARD DURATION {shard}{isDefault}";
        var was = there.Find(row => row[0] == name);

        // name, duration, shardGroupDuration, replicaN, default
        var hours = days is { } some ? $"{some * 24}h0m0s" : "0s";
        var isKept = was is not null && was[1] == hours && was[3] == "1" && (isDefault.Length == 0 || was[4] == "true");
        Step(
            $"how long {of} are kept ({SeriesPlan.Duration(days)})", $"{(was is null ? "CREATE" : "ALTER")} {terms}",
            isKept ? SetupResult.Kept : was is null ? SetupResult.Made : SetupResult.Changed);
    }

    // A continuous query cannot be changed; one that differs is made anew.
    private void Downsample(Dictionary<string, string> there, string name, string of, string every, string time, string select)
    {
        var resample = $"RESAMPLE EVERY {every} FOR {time} BEGIN {select} END";
        var was = there.GetValueOrDefault(name);
        var isKept = was is not null && Plain(was).EndsWith(Plain(resample), StringComparison.Ordinal);
        if (was is not null && !isKept)
            Execute($"DROP CONTINUOUS QUERY \"{name}\" ON {_database}");
        Step(
            $"{of}, made anew every {every} for the last {time}", $"CREATE CONTINUOUS QUERY \"{name}\" ON {_database} {resample}",
            isKept ? SetupResult.Kept : was is null ? SetupResult.Made : SetupResult.Changed);
    }

    // The server writes a query with quotes only where they are needed.
    private static string Plain(string query) =>
        query.Replace("\"", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);

    private void Step(string what, string statement, SetupResult becomes)
    {
        if (!onlyShow && becomes != SetupResult.Kept)
            Execute(statement);
        _steps.Add(new(what, statement, onlyShow ? SetupResult.Shown : becomes));
    }

    private Dictionary<string, string> Queries()
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in Rows("SHOW CONTINUOUS QUERIES", of: options.Database))
        {
            found[row[0]] = row[1];
        }

        return found;
    }

    private List<string[]> Rows(string statement, string? of = null)
    {
        using var json = Execute(statement);
        var rows = new List<string[]>();
        foreach (var result in json.RootElement.GetProperty("results").EnumerateArray())
        {
            foreach (var series in result.TryGetProperty("series", out var all) ? all.EnumerateArray() : default)
            {
                if ((of is null || series.GetProperty("name").GetString() == of) && series.TryGetProperty("values", out var values))
                    rows.AddRange(values.EnumerateArray().Select(row => row.EnumerateArray().Select(cell => cell.ToString().Replace("True", "true", StringComparison.Ordinal)).ToArray()));
            }
        }

        return rows;
    }

    private JsonDocument Execute(string statement)
    {
        var answer = client.Execute(statement);
        if (!answer.IsDone)
            throw InfluxSetup.Failed(options, $"do \"{statement}\"", answer);

        var json = JsonDocument.Parse(answer.Text);
        foreach (var result in json.RootElement.GetProperty("results").EnumerateArray())
        {
            if (result.TryGetProperty("error", out var error))
            {
                var failed = InfluxSetup.Failed(options, $"do \"{statement}\"", answer with { Status = 400, Text = error.GetString()! });
                json.Dispose();
                throw failed;
            }
        }

        return json;
    }
}
