// Short ways to walk through a read YAML or JSON file.
using System.Globalization;
using System.Text.Json.Nodes;

namespace Acceptance.Tests.Deploy;

internal static class JsonPath
{
    /// <summary>What lies at a path such as <c>spec.template.spec</c>, or null.</summary>
    public static JsonNode? At(this JsonNode? node, string path)
    {
        foreach (var step in path.Split('.'))
        {
            node = (node as JsonObject)?[step];
        }

        return node;
    }

    /// <summary>The text at a path, numbers and flags as they are written, or null.</summary>
    public static string? Text(this JsonNode? node, string path) => node.At(path).AsText();

    /// <summary>A scalar's text.</summary>
    public static string? AsText(this JsonNode? node) => node switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag ? "true" : "false",
        JsonValue value when value.TryGetValue<long>(out var whole) => whole.ToString(CultureInfo.InvariantCulture),
        _ => node.ToJsonString(),
    };

    /// <summary>The elements of the list at a path; none where there is no list.</summary>
    public static IEnumerable<JsonNode> List(this JsonNode? node, string path) =>
        node.At(path) is JsonArray list ? list.OfType<JsonNode>() : [];

    /// <summary>The members of the object at a path; none where there is no object.</summary>
    public static IReadOnlyDictionary<string, JsonNode?> Members(this JsonNode? node, string path) =>
        node.At(path) is JsonObject members ? members.ToDictionary() : [];

    /// <summary>All members by their texts.</summary>
    public static Dictionary<string, string> Texts(this JsonNode? node, string path) =>
        node.Members(path).ToDictionary(member => member.Key, member => member.Value.AsText() ?? "");

    /// <summary>All objects in a tree, itself first.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonNode? node) => node switch
    {
        JsonObject members => [members, .. members.SelectMany(member => member.Value.Objects())],
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };
}
