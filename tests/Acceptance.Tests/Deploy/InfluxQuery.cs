// A strict look at an InfluxQL query, for where there is no server to ask: well formed, and about what the program writes.
using System.Text.RegularExpressions;

namespace Acceptance.Tests.Deploy;

internal static partial class InfluxQuery
{
    // The layout of docs/deploy.md: tags and fields by measurement.
    private static readonly Dictionary<string, string[]> Layout = new()
    {
        ["vital"] = ["patient", "series", "device", "value", "flags"],
        ["score"] = ["patient", "series", "value", "flags"],
        ["transition"] =
        [
            "patient", "rule", "ordinal", "id", "kind", "alert", "priority", "reason", "level", "opened", "arrival", "value", "threshold",
            "inputs", "missing", "model", "text",
        ],
    };

    /// <summary>What is wrong with a query; empty: nothing.</summary>
    public static IReadOnlyList<string> Problems(string query)
    {
        var problems = new List<string>();
        var bare = Literal().Replace(query, "''");
        bare = Pattern().Replace(bare, "$1 ''");
        if (!bare.StartsWith("SELECT ", StringComparison.Ordinal) && !bare.StartsWith("SHOW TAG VALUES FROM ", StringComparison.Ordinal))
            problems.Add("it is neither SELECT nor SHOW TAG VALUES FROM");
        if (Identifier().Replace(bare, "").Contains('"') || bare.Replace("''", "").Contains('\''))
            problems.Add("a quote is not closed");
        if (!IsBalanced(bare))
            problems.Add("brackets do not match");

        var measurements = From().Matches(bare).Select(match => match.Groups[1].Value).ToArray();
        if (measurements.Length != 1 || !Layout.TryGetValue(measurements[0], out var known))
            return [.. problems, "it is not about one of the measurements"];

        var made = Made().Matches(bare).Select(match => match.Groups[1].Value);
        var names = Identifier().Matches(bare).Select(match => match.Groups[1].Value);
        problems.AddRange(names.Except([.. known, .. made, measurements[0]]).Select(name => $"{measurements[0]} has no {name}"));
        if (bare.StartsWith("SELECT ", StringComparison.Ordinal) && !bare.Contains("$timeFilter", StringComparison.Ordinal))
            problems.Add("it reads all of time: $timeFilter is missing");
        if (bare.Contains("GROUP BY time(", StringComparison.Ordinal) && !bare.Contains("fill(none)", StringComparison.Ordinal))
            problems.Add("it makes points for times that have none: fill(none) is missing");
        return problems;
    }

    private static bool IsBalanced(string text)
    {
        var depth = 0;
        foreach (var letter in text)
        {
            depth += letter == '(' ? 1 : letter == ')' ? -1 : 0;
            if (depth < 0)
                return false;
        }

        return depth == 0;
    }

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Literal();

    [GeneratedRegex("([=!]~) /(?:[^/\\\\]|\\\\.)*/")]
    private static partial Regex Pattern();

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Identifier();

    [GeneratedRegex("FROM \"([^\"]*)\"")]
    private static partial Regex From();

    // Names that the query itself gives.
    [GeneratedRegex("AS \"([^\"]*)\"")]
    private static partial Regex Made();
}
