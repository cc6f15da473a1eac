// Holds answers to the description of the interface, strictly: every member is described, and every described one is there.
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Acceptance.Tests.Configuration;
using Xunit;

namespace Acceptance.Tests.Web;

internal static class Description
{
    private static readonly HashSet<string> Keywords =
    [
        "$ref", "type", "description", "properties", "required", "items", "enum", "anyOf", "format", "additionalProperties", "minimum",
        "maximum", "minLength", "maxLength", "minItems", "maxItems", "default", "examples", "const", "exclusiveMinimum", "pattern",
    ];

    public static JsonElement Root { get; } =
        JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.At("schemas", "openapi.json"))).RootElement;

    public static JsonElement Paths => Root.GetProperty("paths");

    /// <summary>Checks an answer to a request, if the description knows path and method.</summary>
    public static void Check(string method, string path, int status, JsonElement body)
    {
        if (Operation(method, path) is not { } operation)
            return;

        var isKnown = operation.GetProperty("responses").TryGetProperty(status.ToString(CultureInfo.InvariantCulture), out var response);
        Assert.True(isKnown, $"{method} {path}: schemas/openapi.json does not know the status {status}: {body}");
        Check(Resolve(response).GetProperty("content").EnumerateObject().Single().Value, body, $"{method} {path} {status}");
    }

    /// <summary>Checks the JSON body of a request that was taken.</summary>
    public static void CheckTaken(string method, string path, JsonElement body)
    {
        if (Operation(method, path) is { } operation && operation.TryGetProperty("requestBody", out var request))
            Check(request.GetProperty("content").GetProperty("application/json"), body, $"the body of {method} {path}");
    }

    /// <summary>What is wrong with a value under a schema.</summary>
    public static IEnumerable<string> Validate(JsonElement schema, JsonElement value, string at = "$")
    {
        var unknown = schema.EnumerateObject().Select(p => p.Name).Where(name => !Keywords.Contains(name)).ToArray();
        Assert.True(unknown.Length == 0, $"{at}: this check does not know the keywords {string.Join(", ", unknown)}");
        if (schema.TryGetProperty("$ref", out _))
            return Validate(Resolve(schema), value, at);
        if (schema.TryGetProperty("anyOf", out var choices))
        {
            return choices.EnumerateArray().Any(choice => !Validate(choice, value, at).Any())
                ? []
                : [$"{at}: {value} is none of the choices"];
        }

        return Plain(schema, value, at);
    }

    /// <summary>A schema or response, or what it refers to.</summary>
    public static JsonElement Resolve(JsonElement element)
    {
        while (element.TryGetProperty("$ref", out var reference))
        {
            element = reference.GetString()!.Split('/').Skip(1).Aggregate(Root, (at, name) => at.GetProperty(name));
        }

        return element;
    }

    private static void Check(JsonElement content, JsonElement body, string what)
    {
        var problems = Validate(content.GetProperty("schema"), body).ToArray();
        Assert.True(problems.Length == 0, $"{what}: not as schemas/openapi.json says: {string.Join("; ", problems)}");
    }

    private static JsonElement? Operation(string method, string path)
    {
        var described = Paths.EnumerateObject().Where(p => Matches(p.Name, path)).OrderBy(p => p.Name.Contains('{')).FirstOrDefault().Value;
        return described.ValueKind == JsonValueKind.Object && described.TryGetProperty(method.ToLowerInvariant(), out var operation) ? operation : null;
    }

    private static IEnumerable<string> Plain(JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("type", out var type) && !TypeFits(type, value))
            return [$"{at}: {value.ValueKind} is not {type}"];
        if (schema.TryGetProperty("enum", out var words) && words.EnumerateArray().All(word => word.GetRawText() != value.GetRawText()))
            return [$"{at}: {value} is none of {words}"];
        return value.ValueKind switch
        {
            JsonValueKind.Object => Members(schema, value, at),
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) =>
                value.EnumerateArray().SelectMany((item, i) => Validate(items, item, $"{at}[{i}]")),
            JsonValueKind.String when schema.TryGetProperty("pattern", out var pattern)
                && !Regex.IsMatch(value.GetString()!, pattern.GetString()!) => [$"{at}: {value} does not match {pattern}"],
            JsonValueKind.String when schema.TryGetProperty("format", out var format) && format.GetString() == "date-time"
                && !Regex.IsMatch(value.GetString()!, @"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$") => [$"{at}: {value} is not a time"],
            JsonValueKind.Number when schema.TryGetProperty("minimum", out var least) && value.GetDouble() < least.GetDouble() =>
                [$"{at}: {value} is below {least}"],
            _ => [],
        };
    }

    private static IEnumerable<string> Members(JsonElement schema, JsonElement value, string at)
    {
        if (!schema.TryGetProperty("properties", out var properties))
        {
            return schema.TryGetProperty("additionalProperties", out var every)
                ? value.EnumerateObject().SelectMany(member => Validate(every, member.Value, $"{at}.{member.Name}"))
                : [];
        }

        var missing = schema.TryGetProperty("required", out var required)
            ? required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{at}: {name} is missing")
            : [];
        return missing.Concat(value.EnumerateObject().SelectMany(member => properties.TryGetProperty(member.Name, out var known)
            ? Validate(known, member.Value, $"{at}.{member.Name}")
            : [$"{at}: '{member.Name}' is not described"]));
    }

    private static bool TypeFits(JsonElement type, JsonElement value) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Any(one => TypeFits(one, value))
        : type.GetString() switch
        {
            "object" => value.ValueKind == JsonValueKind.Object,
            "array" => value.ValueKind == JsonValueKind.Array,
            "string" => value.ValueKind == JsonValueKind.String,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "null" => value.ValueKind == JsonValueKind.Null,
            _ => false,
        };

    private static bool Matches(string template, string path) =>
        Regex.IsMatch(path, "^" + Regex.Replace(Regex.Escape(template), @"\\\{\w+}", "[^/]+") + "$");
}
