// A configuration file as it was read: values with the lines they stand on, before anything about them is known to be right.
namespace MedAI.Streaming.Host.Composition;

/// <summary>The kinds of JSON values.</summary>
internal enum NodeKind
{
    Object,
    List,
    Text,
    Number,
    Boolean,
    Null,
}

/// <summary>A value, where it stands, and the variable that set it if it does not stand in the file.</summary>
internal sealed class ConfigurationNode(NodeKind kind, string text, int line, string? variable = null)
{
    private const int LongestQuote = 60;

    public NodeKind Kind { get; } = kind;

    /// <summary>A scalar's text: a string without its quotes, a number as written, true or false.</summary>
    public string Text { get; } = text;

    public int Line { get; } = line;

    public string? Variable { get; } = variable;

    /// <summary>Set by the check: neither the value nor anything below it may be used.</summary>
    public bool Faulty { get; set; }

    public List<(string Name, ConfigurationNode Value)> Members { get; } = [];

    public List<ConfigurationNode> Items { get; } = [];

    /// <summary>The member of a name, or null; of members with one name the first counts, and the others are errors.</summary>
    public ConfigurationNode? this[string name] => Members.FirstOrDefault(member => member.Name == name).Value;

    /// <summary>The value in the words of an error message.</summary>
    public string Found => (Variable is null ? Quoted : $"{Quoted} in the environment variable {Variable}");

    private string Quoted => Kind switch
    {
        NodeKind.Object => "an object {...}",
        NodeKind.List => Items.Count == 0 ? "an empty list []" : "a list [...]",
        NodeKind.Text => Quote(Text),
        NodeKind.Null => "null",
        _ => Shorten(Text),
    };

    /// <summary>Text in quotes, shortened, with control characters made visible.</summary>
    public static string Quote(string text)
    {
        var clean = string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));
        return $"\"{Shorten(clean)}\"";
    }

    private static string Shorten(string text) => text.Length <= LongestQuote ? text : text[..LongestQuote] + "...";
}
