// As much of InfluxDB 2's own paths as the set-up uses, with a memory; a real one is not to be had for these tests.
using System.Text.Json.Nodes;
using MedAI.Streaming.TestKit.Influx;

namespace Acceptance.Tests.Series;

internal sealed class StubInflux2
{
    private readonly Lock _lock = new();
    private int _ids;

    public List<JsonObject> Buckets { get; } = [];

    public List<JsonObject> Mappings { get; } = [];

    public List<JsonObject> Tasks { get; } = [];

    public string NameOf(string bucket) => (string)Buckets.Single(one => (string)one["id"]! == bucket)["name"]!;

    public StubAnswer Answer(StubRequest request)
    {
        lock (_lock)
        {
            if (request.Headers["Authorization"] != "Token secret")
                return new(401, """{"code":"unauthorized","message":"unauthorized access"}""");

            var path = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            return path switch
            {
                ["api", "v2", "orgs"] => request.Query["org"] == "ward"
                    ? new(200, """{"orgs":[{"id":"0rg","name":"ward"}]}""")
                    : new(404, """{"code":"not found","message":"organization name not found"}"""),
                ["api", "v2", "buckets", .. var id] => Answer(request, Buckets, "buckets", id, IsBucket),
                ["api", "v2", "dbrps", .. var id] => Answer(request, Mappings, "content", id, IsMapping),
                ["api", "v2", "tasks", .. var id] => Answer(request, Tasks, "tasks", id, IsTask),
                _ => new(404, "404 page not found"),
            };
        }
    }

    private static bool IsBucket(JsonObject one, StubRequest request) => (string)one["name"]! == request.Query["name"];

    private static bool IsMapping(JsonObject one, StubRequest request) => (string)one["database"]! == request.Query["db"];

    private static bool IsTask(JsonObject one, StubRequest request) => (string)one["name"]! == request.Query["name"];

    private StubAnswer Answer(StubRequest request, List<JsonObject> all, string list, string[] id, Func<JsonObject, StubRequest, bool> isAsked)
    {
        if (request.Method == "GET")
            return new(200, new JsonObject { [list] = new JsonArray([.. all.Where(one => isAsked(one, request)).Select(one => one.DeepClone())]) }.ToJsonString());

        var body = JsonNode.Parse(request.Text)!.AsObject();
        if (request.Method == "POST")
        {
            body["id"] = $"id{++_ids}";
            if (body["flux"] is { } flux)
                body["name"] = flux.ToString().Split("name: \"")[1].Split('"')[0];
            all.Add(body);
            return new(201, body.ToJsonString());
        }

        var changed = all.Single(one => (string)one["id"]! == id[0]);
        foreach (var (name, value) in body.ToList())
            changed[name] = value?.DeepClone();
        return new(200, changed.ToJsonString());
    }
}
