// Writes the table of all keys as Markdown; docs/configuration.md holds exactly these rows.
namespace MedAI.Streaming.Host.Composition;

/// <summary>The reference of all keys.</summary>
internal static class ConfigurationReference
{
    /// <summary>The lines of the table, heading first.</summary>
    public static IEnumerable<string> Rows()
    {
        yield return "| key | default | allowed | meaning | environment variable |";
        yield return "|---|---|---|---|---|";
        foreach (var key in ConfigurationKeys.All)
        {
            var json = key.Default[0] is '"' or '[' or '{' || char.IsAsciiDigit(key.Default[0]);
            var written = json || key.Default is "true" or "false" or "null";
            var value = written ? $"`{key.Default}`" : key.Default;
            var variable = key.Variable is null ? "" : $"`{key.Variable}`";
            yield return $"| `{key.Pattern}` | {value} | {key.Allowed} | {key.Meaning} | {variable} |";
        }
    }
}
