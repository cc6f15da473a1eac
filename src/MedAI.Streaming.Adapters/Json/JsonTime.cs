// Times as JSON carries them: RFC 3339 text, or whole milliseconds.
using System.Globalization;
using System.Text.Json;

namespace MedAI.Streaming.Adapters.Json;

/// <summary>Times in JSON, as milliseconds since 1970-01-01T00:00:00Z, in the years 1 to 9999.</summary>
public static class JsonTime
{
    /// <summary>What a time may be, for messages.</summary>
    public const string Allowed = "a time like 2026-01-02T03:04:05.678Z (RFC 3339, with Z or an offset), or whole milliseconds since 1970";

    private const long First = -62_135_596_800_000;
    private const long Last = 253_402_300_799_999;

    /// <summary>
    /// Reads RFC 3339 text: date, <c>T</c>, time of day with seconds, an optional fraction (digits after the millisecond are cut), and
    /// <c>Z</c> or an offset. Without an offset nobody knows which hour is meant, so that is not a time here; neither is a second 60.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long milliseconds)
    {
        milliseconds = 0;
        if (text.Length < 20 || text[10] is not ('T' or 't')
            || !Number(text[..4], out var year) || text[4] != '-' || !Number(text[5..7], out var month) || text[7] != '-'
            || !Number(text[8..10], out var day) || year < 1 || month is < 1 or > 12 || day < 1
            || day > DateTime.DaysInMonth(year, month) || !Clock(text[11..19], out var clock)
            || !Fraction(text[19..], out var millisecond, out var rest) || !Offset(rest, out var minutes))
            return false;

        var date = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc);
        milliseconds = (long)(date - DateTime.UnixEpoch).TotalMilliseconds + clock + millisecond - (minutes * 60_000L);
        return IsTime(milliseconds);
    }

    /// <summary>Whether a number of milliseconds lies in the years that can be written.</summary>
    public static bool IsTime(long milliseconds) => milliseconds is >= First and <= Last;

    /// <summary>Writes a time as RFC 3339 in UTC with milliseconds.</summary>
    public static string Format(long milliseconds) => DateTime.UnixEpoch.AddMilliseconds(milliseconds)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads the text or number at which a reader stands.</summary>
    internal static bool TryRead(in Utf8JsonReader json, out long milliseconds)
    {
        if (json.TokenType == JsonTokenType.Number)
            return json.TryGetInt64(out milliseconds) && IsTime(milliseconds);

        milliseconds = 0;
        Span<char> buffer = stackalloc char[JsonText.MaxEscaped];
        var length = json.TokenType == JsonTokenType.String ? JsonText.Copy(json, buffer) : -1;
        return length > 0 && TryParse(buffer[..length], out milliseconds);
    }

    private static bool Clock(ReadOnlySpan<char> text, out int milliseconds)
    {
        milliseconds = 0;
        if (!Number(text[..2], out var hour) || text[2] != ':' || !Number(text[3..5], out var minute) || text[5] != ':'
            || !Number(text[6..8], out var second) || hour > 23 || minute > 59 || second > 59)
            return false;

        milliseconds = ((((hour * 60) + minute) * 60) + second) * 1000;
        return true;
    }

    private static bool Fraction(ReadOnlySpan<char> text, out int milliseconds, out ReadOnlySpan<char> rest)
    {
        milliseconds = 0;
        rest = text;
        if (text[0] != '.')
            return true;

        var digits = text[1..].IndexOfAnyExceptInRange('0', '9');
        if (digits < 1)
            return false;

        rest = text[(1 + digits)..];
        for (var place = 1; place <= 3; place++)
        {
            milliseconds = (milliseconds * 10) + (place <= digits ? text[place] - '0' : 0);
        }

        return true;
    }

    private static bool Offset(ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        if (text is "Z" or "z")
            return true;
        if (text.Length != 6 || text[0] is not ('+' or '-') || !Number(text[1..3], out var hours) || text[3] != ':'
            || !Number(text[4..6], out var past) || hours > 23 || past > 59)
            return false;

        minutes = (text[0] == '-' ? -1 : 1) * ((hours * 60) + past);
        return true;
    }

    private static bool Number(ReadOnlySpan<char> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
                return false;

            number = (number * 10) + (digit - '0');
        }

        return true;
    }
}
