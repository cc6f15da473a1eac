// The names of metrics: those that the program writes, read from its sources, and those that a PromQL expression asks for.
using System.Text.RegularExpressions;
using Acceptance.Tests.Configuration;

namespace Acceptance.Tests.Deploy;

internal static partial class MetricNames
{
    /// <summary>What other programs write and is asked for here: Prometheus's own.</summary>
    public static readonly IReadOnlySet<string> OfOthers = new HashSet<string> { "up", "ALERTS" };

    private static readonly HashSet<string> Words =
        ["and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "offset", "bool", "inf", "nan"];

    /// <summary>Every family that some part of the program can write.</summary>
    public static IReadOnlySet<string> OfTheProgram { get; } = Directory
        .EnumerateFiles(RepositoryFiles.At("src", "MedAI.Streaming.Host"), "*.cs", SearchOption.AllDirectories)
        .SelectMany(file => Literal().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
        .ToHashSet();

    /// <summary>The metrics that an expression asks for.</summary>
    public static IReadOnlySet<string> In(string expression)
    {
        var bare = Text().Replace(expression, "");
        bare = Macro().Replace(bare, "5m");
        bare = Braces().Replace(bare, " ");
        bare = Range().Replace(bare, " ");
        bare = Grouping().Replace(bare, " ");
        return Name().Matches(bare).Select(match => match.Value).Where(name => !Words.Contains(name)).ToHashSet();
    }

    [GeneratedRegex("\"(medai_[a-z_]+)\"")]
    private static partial Regex Literal();

    [GeneratedRegex("\"[^\"]*\"|'[^']*'")]
    private static partial Regex Text();

    [GeneratedRegex(@"\$\{?\w+\}?")]
    private static partial Regex Macro();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    // A name before a bracket is a function's; digits begin numbers and lengths of time.
    [GeneratedRegex(@"(?<![\w.:])[a-zA-Z_:][\w:]*\b(?!\s*\()")]
    private static partial Regex Name();
}
