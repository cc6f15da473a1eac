// The committed docker-compose.yml as Compose sees it: merge keys resolved, variables put in from .env.example, secrets made up.
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Acceptance.Tests.Configuration;

namespace Acceptance.Tests.Deploy;

internal sealed partial class ComposeFile
{
    private ComposeFile(JsonObject raw, JsonObject filled)
    {
        Raw = raw;
        Filled = filled;
    }

    /// <summary>The variables that .env.example gives.</summary>
    public static IReadOnlyDictionary<string, string> Example { get; } = File.ReadLines(RepositoryFiles.At(".env.example"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[1]);

    // Below the variables, because it is filled with them.
    public static ComposeFile Committed { get; } = Read(File.ReadAllText(RepositoryFiles.At("docker-compose.yml")));

    /// <summary>As it is written.</summary>
    public JsonObject Raw { get; }

    /// <summary>With its variables.</summary>
    public JsonObject Filled { get; }

    /// <summary>The services.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Services => Filled.Members("services");

    /// <summary>The services that run this program.</summary>
    public IEnumerable<KeyValuePair<string, JsonNode?>> OwnServices =>
        Services.Where(service => service.Value.Text("image")?.StartsWith("medai:", StringComparison.Ordinal) == true);

    /// <summary>The names of variables that the file takes from outside.</summary>
    public IEnumerable<string> Variables => Variable().Matches(Raw.ToJsonString()).Select(match => match.Groups[1].Value).Distinct();

    /// <summary>The services that run with a profile: those without one, and its own.</summary>
    public IReadOnlyDictionary<string, JsonNode?> With(string profile) => Services
        .Where(service => !service.Value.List("profiles").Any() || service.Value.List("profiles").Any(own => own.AsText() == profile))
        .ToDictionary();

    /// <summary>The names by which a service is found.</summary>
    public static IEnumerable<string> NamesOf(string service, JsonNode? definition) =>
        [service, .. definition.List("networks.default.aliases").Select(alias => alias.AsText()!)];

    private static ComposeFile Read(string text)
    {
        var raw = YamlText.Read(text).Single();
        return new ComposeFile(raw, (JsonObject)Fill(raw)!);
    }

    private static JsonNode? Fill(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Fill(member.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Fill)]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(Variable().Replace(text, Value)),
        _ => node?.DeepClone(),
    };

    private static string Value(Match match) => Example.GetValueOrDefault(match.Groups[1].Value) is { Length: > 0 } given
        ? given
        : match.Groups[2].Value switch
        {
            ":-" => match.Groups[3].Value,
            ":?" => "made-up",
            _ => "",
        };

    [GeneratedRegex(@"\$\{([A-Z_]+)(?:(:[-?])([^}]*))?\}")]
    private static partial Regex Variable();
}
