// Lays environment variables named after keys over what the file says.
using System.Globalization;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Overrides by <c>MEDAI__section__key</c>; letter case does not matter.</summary>
internal static class EnvironmentOverrides
{
    /// <summary>What the names of overriding variables begin with.</summary>
    public const string Prefix = "MEDAI__";

    /// <summary>Puts each variable that names a key into the tree, in place of what the file says.</summary>
    public static void Apply(
        ConfigurationNode root, IEnumerable<KeyValuePair<string, string>> variables, List<ConfigurationError> errors)
    {
        var ours = variables.Where(pair => pair.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase));
        foreach (var (name, value) in ours.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var row = ConfigurationKeys.All
                .FirstOrDefault(key => string.Equals(key.Variable, name, StringComparison.OrdinalIgnoreCase));
            if (row is null)
            {
                errors.Add(Unknown(name, value));
                continue;
            }

            Set(root, row.Pattern.Split('.'), Node(row, name, value));
        }
    }

    private static ConfigurationError Unknown(string name, string value)
    {
        var known = ConfigurationKeys.All.Select(key => key.Variable).OfType<string>();
        var section = name[Prefix.Length..].Split("__")[0];
        var advice = section.ToUpperInvariant() switch
        {
            "LIMITS" or "WARDS" or "PATIENTS" => "Lists and named wards and patients are set in the file only.",
            _ when ConfigurationPath.Nearest(name, known) is { } nearest => $"Did you mean {nearest}?",
            _ => "Unset it, or see docs/configuration.md for the names.",
        };
        return new($"environment variable {name}", 0, ConfigurationNode.Quote(value), "the name of a key with one value", advice);
    }

    private static ConfigurationNode Node(ConfigurationKey row, string name, string value)
    {
        var isNumber = row.Kind is KeyKind.Whole or KeyKind.Number
            && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        var isFlag = row.Kind == KeyKind.Flag && value is ("true" or "false");
        var kind = (isNumber, isFlag, row.Nullable && value is ("" or "null")) switch
        {
            (true, _, _) => NodeKind.Number,
            (_, true, _) => NodeKind.Boolean,
            (_, _, true) => NodeKind.Null,
            _ => NodeKind.Text,
        };
        return new ConfigurationNode(kind, value, 0, name);
    }

    // Where the file has something else than an object on the way, that is reported as the file's own error.
    private static void Set(ConfigurationNode node, ReadOnlySpan<string> path, ConfigurationNode value)
    {
        if (path.Length == 1)
        {
            var name = path[0];
            node.Members.RemoveAll(member => member.Name == name);
            node.Members.Add((name, value));
            return;
        }

        var next = node[path[0]];
        if (next is null)
        {
            next = new ConfigurationNode(NodeKind.Object, "", 0);
            node.Members.Add((path[0], next));
        }

        Set(next, path[1..], value);
    }
}
