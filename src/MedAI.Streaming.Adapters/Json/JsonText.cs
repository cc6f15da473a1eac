// Takes short texts out of JSON without an exception for what is no text.
using System.Buffers.Text;
using System.Text.Json;

namespace MedAI.Streaming.Adapters.Json;

/// <summary>Texts in JSON.</summary>
internal static class JsonText
{
    /// <summary>The longest text that is taken: an id of 128 characters, each written as an escape of six.</summary>
    public const int MaxEscaped = Domain.Patients.Identifier.MaxLength * 6;

    /// <summary>Copies the string at which a reader stands; its bytes were checked to be UTF-8.</summary>
    /// <param name="json">Stands at a string.</param>
    /// <param name="buffer">At least <see cref="MaxEscaped"/> long.</param>
    /// <returns>Its length; -1 where it is longer than any text here may be, or has half a surrogate pair.</returns>
    public static int Copy(in Utf8JsonReader json, Span<char> buffer) =>
        json.ValueSpan.Length > MaxEscaped || (json.ValueIsEscaped && !HasWholePairs(json.ValueSpan)) ? -1 : json.CopyString(buffer);

    // The reader has seen to it that every backslash begins an escape, and that \u has four hex digits.
    private static bool HasWholePairs(ReadOnlySpan<byte> escaped)
    {
        for (var at = 0; at < escaped.Length; at++)
        {
            if (escaped[at] != '\\')
                continue;
            if (escaped[++at] != 'u')
                continue;

            var unit = Unit(escaped[(at + 1)..]);
            at += 4;
            if (char.IsLowSurrogate(unit))
                return false;
            if (!char.IsHighSurrogate(unit))
                continue;
            if (!escaped[(at + 1)..].StartsWith("\\u"u8) || !char.IsLowSurrogate(Unit(escaped[(at + 3)..])))
                return false;

            at += 6;
        }

        return true;
    }

    private static char Unit(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits[..4], out ushort unit, out _, 'x') ? (char)unit : '\0';
}
