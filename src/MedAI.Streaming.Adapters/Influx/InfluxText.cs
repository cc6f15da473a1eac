// Ids as tag values and strings: what line protocol cannot carry goes as %XX, so that every id comes back as it went.
using System.Buffers;
using System.Globalization;
using System.Text;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>
/// Backslashes and control characters (U+0000 to U+001F, U+007F) become <c>%</c> and two upper-case hex digits: a tag value that ends in a
/// backslash breaks its line, and a line feed ends it. A <c>%</c> that two hex digits follow becomes <c>%25</c>; every other one stays.
/// </summary>
internal static class InfluxText
{
    private static readonly SearchValues<char> Suspect = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (char)c), '\x7f', '\\', '%']);

    /// <summary>A text as it is kept by the server.</summary>
    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAny(Suspect))
            return text;

        var encoded = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var isKept = c == '%' ? !IsHexPair(text, i + 1) : !Suspect.Contains(c);
            if (isKept)
                encoded.Append(c);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}");
        }

        return encoded.ToString();
    }

    /// <summary>The text that was encoded.</summary>
    public static string Decode(string kept)
    {
        if (!kept.Contains('%', StringComparison.Ordinal))
            return kept;

        var text = new StringBuilder(kept.Length);
        for (var i = 0; i < kept.Length; i++)
        {
            if (kept[i] == '%' && IsHexPair(kept, i + 1))
            {
                text.Append((char)int.Parse(kept.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                text.Append(kept[i]);
            }
        }

        return text.ToString();
    }

    /// <summary>A text as a tag value of line protocol: encoded, with commas, equals signs and blanks escaped.</summary>
    public static string Tag(string text) => Encode(text)
        .Replace(",", "\\,", StringComparison.Ordinal)
        .Replace("=", "\\=", StringComparison.Ordinal)
        .Replace(" ", "\\ ", StringComparison.Ordinal);

    /// <summary>A text as a string field of line protocol, in its quotes.</summary>
    public static string Field(string text) => $"\"{Encode(text).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>An id as a string of InfluxQL, in its quotes.</summary>
    public static string Literal(string text) => $"'{Encode(text).Replace("'", "\\'", StringComparison.Ordinal)}'";

    /// <summary>A name (of a database, a retention policy) of InfluxQL, in its quotes.</summary>
    public static string Name(string name) => $"\"{name
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static bool IsHexPair(string text, int at) =>
        at + 1 < text.Length && char.IsAsciiHexDigit(text[at]) && char.IsAsciiHexDigit(text[at + 1]);
}
