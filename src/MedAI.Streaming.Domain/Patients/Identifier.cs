// What an id of a patient or a device may look like; the same wherever one comes in by a person or a program.
using System.Globalization;

namespace MedAI.Streaming.Domain.Patients;

/// <summary>
/// Ids of patients and devices: 1 to 128 characters (UTF-16 units), without control characters, without blanks at either end, and
/// without half surrogate pairs. Two ids are the same if all their characters are.
/// </summary>
public static class Identifier
{
    /// <summary>The most characters of an id.</summary>
    public const int MaxLength = 128;

    /// <summary>What an id may be, for messages.</summary>
    public const string Allowed = "1 to 128 characters, no control characters, no blank at either end";

    /// <summary>Whether a text can be an id.</summary>
    public static bool IsValid(ReadOnlySpan<char> id)
    {
        if (id.Length is 0 or > MaxLength || char.IsWhiteSpace(id[0]) || char.IsWhiteSpace(id[^1]))
            return false;

        for (var i = 0; i < id.Length; i++)
        {
            var isPair = char.IsHighSurrogate(id[i]) && i + 1 < id.Length && char.IsLowSurrogate(id[i + 1]);
            if (char.GetUnicodeCategory(id[i]) == UnicodeCategory.Control || (char.IsSurrogate(id[i]) && !isPair))
                return false;

            i += isPair ? 1 : 0;
        }

        return true;
    }
}
