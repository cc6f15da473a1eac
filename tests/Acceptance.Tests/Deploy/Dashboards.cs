// The committed dashboards and what their panels ask for.
using System.Text.Json.Nodes;
using Acceptance.Tests.Configuration;

namespace Acceptance.Tests.Deploy;

internal static class Dashboards
{
    public static string Folder { get; } = RepositoryFiles.At("deploy", "grafana", "dashboards");

    public static IReadOnlyDictionary<string, JsonObject> All { get; } = Directory.GetFiles(Folder, "*.json")
        .ToDictionary(file => Path.GetFileName(file), file => (JsonObject)JsonNode.Parse(File.ReadAllText(file))!);

    /// <summary>Every InfluxQL query: of panels, variables and annotations.</summary>
    public static IEnumerable<string> InfluxQueries => All.Values.SelectMany(JsonPath.Objects)
        .Where(o => o.Text("datasource.uid") == "medai-series").Select(o => o.Text("query")).OfType<string>().Distinct();

    /// <summary>Every PromQL expression.</summary>
    public static IEnumerable<string> Expressions => All.Values.SelectMany(JsonPath.Objects).Select(o => o.Text("expr")).OfType<string>().Distinct();

    /// <summary>A query as Grafana sends it, with the values of a moment put in.</summary>
    public static string Filled(string query) => query
        .Replace("$timeFilter", "time >= 1767225600000ms AND time <= 1767229200000ms", StringComparison.Ordinal)
        .Replace("$__interval", "10s", StringComparison.Ordinal)
        .Replace("${patient:regex}", "(p1|p2)", StringComparison.Ordinal);
}
