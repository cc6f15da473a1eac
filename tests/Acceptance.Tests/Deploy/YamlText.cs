// Reads YAML as the programs do that these files are for: into plain objects, lists and values, merge keys resolved.
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Acceptance.Tests.Deploy;

internal static partial class YamlText
{
    /// <summary>The documents of a file; empty ones are left out.</summary>
    public static IReadOnlyList<JsonObject> ReadFile(string path) => Read(File.ReadAllText(path));

    /// <summary>The documents of a text. A repeated key is refused, as it is by Kubernetes and Compose.</summary>
    public static IReadOnlyList<JsonObject> Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => Convert(document.RootNode)).OfType<JsonObject>()];
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode mapping => Convert(mapping),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => Plain(plain.Value ?? ""),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value ?? ""),
        _ => throw new InvalidDataException($"{node.Start}: this is neither a mapping, a sequence nor a scalar."),
    };

    // What is written itself goes before what is merged in.
    private static JsonObject Convert(YamlMappingNode mapping)
    {
        var result = new JsonObject();
        foreach (var (key, value) in mapping.Children.Where(child => Key(child.Key) != "<<"))
        {
            result[Key(key)] = Convert(value);
        }

        foreach (var (_, value) in mapping.Children.Where(child => Key(child.Key) == "<<"))
        {
            foreach (var merged in value is YamlSequenceNode several ? several.Children : [value])
            {
                foreach (var (key, inherited) in Convert((YamlMappingNode)merged))
                {
                    result.TryAdd(key, inherited?.DeepClone());
                }
            }
        }

        return result;
    }

    private static string Key(YamlNode key) => ((YamlScalarNode)key).Value ?? "";

    private static JsonValue? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when Octal().IsMatch(text) => JsonValue.Create(System.Convert.ToInt64(text, 8)),
        _ when Whole().IsMatch(text) => JsonValue.Create(long.Parse(text, CultureInfo.InvariantCulture)),
        _ when Real().IsMatch(text) => JsonValue.Create(double.Parse(text, CultureInfo.InvariantCulture)),
        _ => JsonValue.Create(text),
    };

    // File modes: a zero in front means octal to the readers of these files.
    [GeneratedRegex("^0[0-7]+$")]
    private static partial Regex Octal();

    [GeneratedRegex("^[-+]?(0|[1-9][0-9]*)$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^[-+]?[0-9]*\.[0-9]+([eE][-+]?[0-9]+)?$")]
    private static partial Regex Real();
}
