// Reads decimal numbers from UTF-8, correctly rounded and fast for the short ones that recorded data is made of.
using System.Globalization;

namespace MedAI.Streaming.Evaluation.Readers.Text;

/// <summary>Numbers in text.</summary>
internal static class NumberText
{
    // With at most 15 digits and a power of ten up to 10^22, one division of two exact doubles is correctly rounded
    // (W. D. Clinger, How to read floating point numbers accurately, 1990).
    private const int MostDigits = 15;
    private static readonly double[] PowersOfTen =
        [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>Reads a number; false where the text is not one. Spaces around it are allowed.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        var digits = 0L;
        var count = 0;
        var decimals = -1;
        foreach (var c in text)
        {
            if (c is >= (byte)'0' and <= (byte)'9' && count < MostDigits)
            {
                digits = (digits * 10) + (c - '0');
                count++;
                decimals += decimals < 0 ? 0 : 1;
            }
            else if (c == '.' && decimals < 0)
                decimals = 0;
            else
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
        }

        value = decimals > 0 ? digits / PowersOfTen[decimals] : digits;
        return count > 0;
    }

    /// <summary>Reads a cell as the value of a reading: NaN for everything that is not a number.</summary>
    public static double ValueOrNaN(ReadOnlySpan<byte> text) => TryParse(text, out var value) ? value : double.NaN;

    /// <summary>Whether a cell says that there is no reading: empty, or NaN in any case.</summary>
    public static bool IsMissing(ReadOnlySpan<byte> text) =>
        text.IsEmpty
        || (text.Length == 3 && (text[0] | 0x20) == 'n' && (text[1] | 0x20) == 'a' && (text[2] | 0x20) == 'n');
}
