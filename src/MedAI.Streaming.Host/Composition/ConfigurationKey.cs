// One key of the configuration: its kind, range, default and meaning; the documentation's table is made from these rows.
using System.Globalization;

namespace MedAI.Streaming.Host.Composition;

/// <summary>What kind of value a key takes.</summary>
internal enum KeyKind
{
    Whole,
    Number,
    Flag,
    Word,
    Text,
    List,
    Object,
}

/// <summary>A row of the table of keys.</summary>
/// <param name="Pattern">The key; <c>[]</c> stands for an index and <c>*</c> for a name the site chooses.</param>
/// <param name="Kind">The kind of its value.</param>
/// <param name="Default">The default as JSON, or a word for what happens without the key.</param>
/// <param name="Meaning">What it does, as a sentence.</param>
internal sealed record ConfigurationKey(string Pattern, KeyKind Kind, string Default, string Meaning)
{
    /// <summary>Smallest number, or fewest entries of a list.</summary>
    public double Min { get; init; }

    /// <summary>Largest number, most entries of a list, or longest text.</summary>
    public double Max { get; init; } = double.MaxValue;

    /// <summary>The words allowed.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Whether null may stand there.</summary>
    public bool Nullable { get; init; }

    /// <summary>Replaces the description of what is allowed where the range depends on something else.</summary>
    public string? AllowedText { get; init; }

    /// <summary>What may stand there, for messages and documentation.</summary>
    public string Allowed => AllowedText ?? (Nullable ? Plain + ", or null" : Plain);

    /// <summary>The environment variable that overrides it, or null for keys that only the file has.</summary>
    public string? Variable =>
        Kind is KeyKind.List or KeyKind.Object || Pattern.Contains('[', StringComparison.Ordinal)
            || Pattern.Contains('*', StringComparison.Ordinal)
            ? null
            : EnvironmentOverrides.Prefix + Pattern.Replace(".", "__", StringComparison.Ordinal);

    private string Plain => Kind switch
    {
        KeyKind.Whole => $"a whole number from {Format(Min)} to {Format(Max)}",
        KeyKind.Number => $"a number from {Format(Min)} to {Format(Max)}",
        KeyKind.Flag => "true or false",
        KeyKind.Word => Words.Count == 1 ? Words[0] : $"{string.Join(", ", Words.Take(Words.Count - 1))} or {Words[^1]}",
        KeyKind.Text => $"a text of 1 to {Format(Max)} characters",
        KeyKind.List when Max < double.MaxValue => $"a list [...] of {Format(Min)} to {Format(Max)} entries",
        KeyKind.List => "a list [...]",
        _ => "an object {...}",
    };

    /// <summary>A number as people write it.</summary>
    public static string Format(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);
}
