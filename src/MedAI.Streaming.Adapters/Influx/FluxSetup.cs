// The set-up of InfluxDB 2.x: three buckets, two tasks, and the names under which InfluxQL finds the buckets.
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>Speaks the server's own paths. The token must be allowed to read and write buckets, tasks and mappings.</summary>
internal sealed class FluxSetup(InfluxClient client, InfluxOptions options, SeriesPlan plan, bool onlyShow)
{
    // Requests are read by people, too; none of them becomes part of a page.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int SecondsOfDay = 86_400;
    private const string ListLimit = "100";
    private readonly List<SetupStep> _steps = [];
    private string _organisation = "<id of the organisation>";

    /// <summary>Takes every step.</summary>
    public IReadOnlyList<SetupStep> Run()
    {
        if (!onlyShow)
            _organisation = Find("orgs", "orgs", org => Text(org, "name") == options.Organisation, ("org", options.Organisation))
                is { } found
                ? Text(found, "id")
                : throw InfluxSetup.Failed(options, $"know the organisation {options.Organisation}", new(400, "set influx.org"));

        var raw = Bucket(options.Database, plan.RawDays, "points as they came");
        var minute = Bucket($"{options.Database}_{SeriesPlan.Minute}", plan.MinuteDays, "minutes");
        var hour = Bucket($"{options.Database}_{SeriesPlan.Hour}", plan.HourDays, "hours");
        Mapping(raw, SeriesPlan.Raw, isDefault: true);
        Mapping(minute, SeriesPlan.Minute, isDefault: false);
        Mapping(hour, SeriesPlan.Hour, isDefault: false);
        Task(SeriesPlan.Minute, SeriesPlan.MinuteEvery, SeriesPlan.MinuteOf, MinuteTask());
        Task(SeriesPlan.Hour, SeriesPlan.HourEvery, SeriesPlan.HourOf, HourTask());
        return _steps;
    }

    private string Bucket(string name, int? days, string of)
    {
        var rules = days is { } some
            ? new JsonArray(new JsonObject { ["type"] = "expire", ["everySeconds"] = some * SecondsOfDay })
            : [];
        var wanted = new JsonObject { ["orgID"] = _organisation, ["name"] = name, ["retentionRules"] = rules };
        var what = $"how long {of} are kept ({SeriesPlan.Duration(days)}), bucket {name}";
        var there = Find("buckets", "buckets", bucket => Text(bucket, "name") == name, ("orgID", _organisation), ("name", name));
        if (there is not { } bucket)
            return Made(what, "buckets", wanted);

        var id = Text(bucket, "id");
        wanted.Remove("orgID");
        Keep(what, $"buckets/{id}", wanted, Seconds(bucket) == (days ?? 0) * SecondsOfDay);
        return id;
    }

    private static long Seconds(JsonElement bucket) =>
        bucket.TryGetProperty("retentionRules", out var rules) && rules.GetArrayLength() > 0 && rules[0].TryGetProperty("everySeconds", out var age)
            ? age.GetInt64()
            : 0;

    private void Mapping(string bucket, string policy, bool isDefault)
    {
        var wanted = new JsonObject
        {
            ["orgID"] = _organisation,
            ["bucketID"] = bucket,
            ["database"] = options.Database,
            ["retention_policy"] = policy,
            ["default"] = isDefault,
        };
        var what = $"InfluxQL finds it as {options.Database}.{policy}";
        var there = Find(
            "dbrps", "content", mapping => Text(mapping, "retention_policy") == policy && IsMade(mapping),
            ("orgID", _organisation), ("db", options.Database));
        if (there is not { } mapping)
        {
            Made(what, "dbrps", wanted);
            return;
        }

        // A mapping's bucket cannot be changed.
        if (Text(mapping, "bucketID") != bucket)
            throw InfluxSetup.Failed(options, $"map {options.Database}.{policy} to this bucket", new(400, "it is mapped to another one; remove that mapping"));

        wanted.Remove("orgID");
        wanted.Remove("bucketID");
        wanted.Remove("database");
        Keep(
            what, $"dbrps/{Text(mapping, "id")}?orgID={Uri.EscapeDataString(_organisation)}", wanted,
            mapping.TryGetProperty("default", out var was) && was.GetBoolean() == isDefault);
    }

    // The server lists mappings of its own making beside those that were made; they cannot be changed, and one that is made goes before them.
    private static bool IsMade(JsonElement mapping) => !mapping.TryGetProperty("virtual", out var own) || !own.GetBoolean();

    private void Task(string of, string every, string time, string flux)
    {
        var name = $"{options.Database}_{of}";
        var script = $"option task = {{name: {Quoted(name)}, every: {every}}}\n\n{flux}";
        var what = $"task {name}: {of}s, made anew every {every} for the last {time}";
        var there = Find("tasks", "tasks", task => Text(task, "name") == name, ("orgID", _organisation), ("name", name), ("limit", ListLimit));
        if (there is not { } task)
        {
            Made(what, "tasks", new JsonObject { ["orgID"] = _organisation, ["flux"] = script });
            return;
        }

        var isActive = !task.TryGetProperty("status", out var status) || status.GetString() == "active";
        Keep(
            what, $"tasks/{Text(task, "id")}", new JsonObject { ["flux"] = script, ["status"] = "active" },
            isActive && Text(task, "flux") == script);
    }

    private string MinuteTask() =>
        $$"""
        import "date"

        points = from(bucket: {{Quoted(options.Database)}})
            |> range(start: date.truncate(t: -{{SeriesPlan.MinuteOf}}, unit: 1m), stop: date.truncate(t: now(), unit: 1m))
            |> filter(fn: (r) => (r._measurement == "vital" or r._measurement == "score") and r._field == "value")
        fold = (name, fn) => points
            |> aggregateWindow(every: 1m, fn: fn, createEmpty: false, timeSrc: "_start")
            |> set(key: "_field", value: name)
            |> to(bucket: {{Quoted($"{options.Database}_{SeriesPlan.Minute}")}})

        fold(name: "mean", fn: mean)
        fold(name: "min", fn: min)
        fold(name: "max", fn: max)
        fold(name: "sum", fn: sum)
        fold(name: "count", fn: count)
        """;

    private string HourTask() =>
        $$"""
        import "date"

        minutes = (field) => from(bucket: {{Quoted($"{options.Database}_{SeriesPlan.Minute}")}})
            |> range(start: date.truncate(t: -{{SeriesPlan.HourOf}}, unit: 1h), stop: date.truncate(t: now(), unit: 1h))
            |> filter(fn: (r) => r._field == field)
        fold = (tables=<-, fn) => tables |> aggregateWindow(every: 1h, fn: fn, createEmpty: false, timeSrc: "_start")
        hours = {{Quoted($"{options.Database}_{SeriesPlan.Hour}")}}
        sums = minutes(field: "sum") |> fold(fn: sum)
        counts = minutes(field: "count") |> fold(fn: sum)

        minutes(field: "min") |> fold(fn: min) |> to(bucket: hours)
        minutes(field: "max") |> fold(fn: max) |> to(bucket: hours)
        sums |> to(bucket: hours)
        counts |> to(bucket: hours)
        union(tables: [sums, counts |> toFloat()])
            |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
            |> map(fn: (r) => ({r with _field: "mean", _value: r.sum / r.count}))
            |> drop(columns: ["sum", "count"])
            |> to(bucket: hours)
        """;

    private static string Quoted(string text) => JsonSerializer.Serialize(text, Readable);

    private string Made(string what, string path, JsonObject wanted)
    {
        var json = wanted.ToJsonString(Readable);
        if (onlyShow)
        {
            // A script is shown as the lines that it has.
            var script = wanted["flux"]?.ToString();
            wanted["flux"] = script is null ? null : "<the script below>";
            var shown = script is null ? json : $"{wanted.ToJsonString(Readable)}\n{script}";
            _steps.Add(new(what, $"POST /api/v2/{path} {shown}", SetupResult.Shown));
            return $"<id of {wanted["name"]}>";
        }

        var answer = client.Send(HttpMethod.Post, $"/api/v2/{path}", json);
        if (!answer.IsDone)
            throw InfluxSetup.Failed(options, $"make {what}", answer);

        _steps.Add(new(what, $"POST /api/v2/{path} {json}", SetupResult.Made));
        using var made = JsonDocument.Parse(answer.Text);
        return Text(made.RootElement, "id");
    }

    private void Keep(string what, string path, JsonObject wanted, bool isKept)
    {
        var json = wanted.ToJsonString(Readable);
        if (!isKept && client.Send(HttpMethod.Patch, $"/api/v2/{path}", json) is { IsDone: false } answer)
            throw InfluxSetup.Failed(options, $"change {what}", answer);
        _steps.Add(new(what, $"PATCH /api/v2/{path} {json}", isKept ? SetupResult.Kept : SetupResult.Changed));
    }

    private JsonElement? Find(string path, string list, Func<JsonElement, bool> isIt, params ReadOnlySpan<(string Name, string? Value)> query)
    {
        if (onlyShow)
            return null;

        var answer = client.Get($"/api/v2/{path}", query);

        // A bucket or an organisation that is asked for by a name nobody has is not found.
        if (answer.Status == 404 && answer.Text.Contains("not found", StringComparison.Ordinal) && answer.Text.StartsWith('{'))
            return null;
        if (!answer.IsDone)
            throw InfluxSetup.Failed(options, $"list its {path}", answer);

        using var json = JsonDocument.Parse(answer.Text);
        foreach (var one in json.RootElement.TryGetProperty(list, out var all) ? all.EnumerateArray() : default)
        {
            if (isIt(one))
                return one.Clone();
        }

        return null;
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
}
