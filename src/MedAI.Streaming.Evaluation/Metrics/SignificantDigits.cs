// Rounds a score to three significant digits as C's "%.3g" does, from the exact binary value and with ties to even.
using System.Globalization;

namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>
/// Three significant digits. .NET's own formatting rounds an exact tie away from zero (0.3125 to 0.313), C and Python to even
/// (0.312); a threshold rounded upward would no longer be reached by the score it came from.
/// </summary>
internal static class SignificantDigits
{
    // Powers of ten up to this are exact in binary, so one division or multiplication by them is rounded correctly.
    private const int LargestExactPower = 22;

    // Scores that lie closer to a tie than this are decided on their exact digits.
    private const double Doubtful = 1e-6;

    private static readonly double[] Powers = [.. Enumerable.Range(0, LargestExactPower + 1).Select(Power)];

    /// <summary>The double nearest to the score's three-digit decimal.</summary>
    public static double Round(double score)
    {
        if (score == 0) return 0;
        var size = Math.Abs(score);
        var shift = 2 - (int)Math.Floor(Math.Log10(size));
        if (Math.Abs(shift) > LargestExactPower) return Exact(score);
        var digits = shift >= 0 ? size * Powers[shift] : size / Powers[-shift];
        if (Math.Abs(digits - Math.Floor(digits) - 0.5) < Doubtful) return Exact(score);
        var whole = Math.Round(digits);
        var rounded = shift >= 0 ? whole / Powers[shift] : whole * Powers[-shift];
        return score < 0 ? -rounded : rounded;
    }

    private static double Exact(double score)
    {
        // "E60" prints d.ddd...E+xxx with digits of the exact binary value; beyond 60 digits nothing can tell a tie from another.
        var text = Math.Abs(score).ToString("E60", CultureInfo.InvariantCulture);
        var kept = ((text[0] - '0') * 100) + ((text[2] - '0') * 10) + (text[3] - '0');
        var rest = text.AsSpan(4, text.IndexOf('E', StringComparison.Ordinal) - 4);
        var tie = rest[0] == '5' && rest[1..].IndexOfAnyExcept('0') < 0;
        if (tie ? (kept & 1) == 1 : rest[0] >= '5') kept++;
        var exponent = int.Parse(text.AsSpan(text.IndexOf('E', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture) - 2;
        var rounded = double.Parse(string.Create(CultureInfo.InvariantCulture, $"{kept}E{exponent}"), CultureInfo.InvariantCulture);
        return score < 0 ? -rounded : rounded;
    }

    private static double Power(int exponent) => double.Parse($"1E{exponent}", CultureInfo.InvariantCulture);
}
