// Reads instants from UTF-8: ISO 8601 with or without an offset, or milliseconds since 1970.
namespace MedAI.Streaming.Evaluation.Readers.Text;

/// <summary>Times in text, as milliseconds since 1970-01-01T00:00:00Z.</summary>
internal static class TimeText
{
    private const long MillisecondsOfYearOne = -62_135_596_800_000;
    private const long MillisecondsOfYear9999 = 253_402_300_799_999;

    /// <summary>
    /// Reads <c>YYYY-MM-DD</c>, followed by nothing or by <c>T</c> or a space, <c>hh:mm</c>, optionally <c>:ss</c> with a
    /// fraction (digits after the millisecond are cut) and optionally <c>Z</c>, <c>±hh:mm</c>, <c>±hhmm</c> or <c>±hh</c>. Without an
    /// offset UTC is meant. A whole number is milliseconds since 1970. Years 1 to 9999.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long milliseconds)
    {
        if (TryParseEpoch(text, out milliseconds))
            return true;

        var rest = text;
        if (!TryTakeDate(ref rest, out var day))
            return false;

        var ticks = day.Ticks;
        if (!rest.IsEmpty)
        {
            if (rest[0] is not ((byte)'T' or (byte)'t' or (byte)' '))
                return false;
            rest = rest[1..];
            if (!TryTakeClock(ref rest, out var clock) || !TryReadOffset(rest, out var offset))
                return false;
            ticks += clock - offset;
        }

        milliseconds = (ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;
        return milliseconds is >= MillisecondsOfYearOne and <= MillisecondsOfYear9999;
    }

    private static bool TryParseEpoch(ReadOnlySpan<byte> text, out long milliseconds)
    {
        milliseconds = 0;
        var digits = text.StartsWith("-"u8) ? text[1..] : text;
        if (digits.IsEmpty || digits.Length > 18 || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;

        foreach (var digit in digits)
            milliseconds = (milliseconds * 10) + (digit - '0');
        if (digits.Length != text.Length)
            milliseconds = -milliseconds;
        return milliseconds is >= MillisecondsOfYearOne and <= MillisecondsOfYear9999;
    }

    private static bool TryTakeDate(ref ReadOnlySpan<byte> rest, out DateTime day)
    {
        day = default;
        if (!TryTakeNumber(ref rest, 4, out var year) || !TryTake(ref rest, '-')
            || !TryTakeNumber(ref rest, 2, out var month) || !TryTake(ref rest, '-')
            || !TryTakeNumber(ref rest, 2, out var dayOfMonth))
        {
            return false;
        }

        if (year < 1 || month is < 1 or > 12 || dayOfMonth < 1 || dayOfMonth > DateTime.DaysInMonth(year, month))
            return false;
        day = new DateTime(year, month, dayOfMonth, 0, 0, 0, DateTimeKind.Utc);
        return true;
    }

    private static bool TryTakeClock(ref ReadOnlySpan<byte> rest, out long ticks)
    {
        ticks = 0;
        if (!TryTakeNumber(ref rest, 2, out var hour) || !TryTake(ref rest, ':') || !TryTakeNumber(ref rest, 2, out var minute))
            return false;

        var second = 0;
        var millisecond = 0;
        if (TryTake(ref rest, ':'))
        {
            if (!TryTakeNumber(ref rest, 2, out second))
                return false;
            if ((TryTake(ref rest, '.') || TryTake(ref rest, ',')) && !TryTakeFraction(ref rest, out millisecond))
                return false;
        }

        if (hour > 23 || minute > 59 || second > 59)
            return false;
        ticks = new TimeSpan(0, hour, minute, second, millisecond).Ticks;
        return true;
    }

    private static bool TryTakeFraction(ref ReadOnlySpan<byte> rest, out int milliseconds)
    {
        milliseconds = 0;
        var length = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var digits = length < 0 ? rest : rest[..length];
        rest = rest[digits.Length..];
        for (var place = 0; place < 3; place++)
            milliseconds = (milliseconds * 10) + (place < digits.Length ? digits[place] - '0' : 0);
        return !digits.IsEmpty;
    }

    private static bool TryReadOffset(ReadOnlySpan<byte> rest, out long ticks)
    {
        ticks = 0;
        if (rest.IsEmpty || rest.SequenceEqual("Z"u8) || rest.SequenceEqual("z"u8))
            return true;
        if (rest[0] is not ((byte)'+' or (byte)'-'))
            return false;

        var sign = rest[0] == '-' ? -1 : 1;
        rest = rest[1..];
        if (!TryTakeNumber(ref rest, 2, out var hours))
            return false;

        var minutes = 0;
        if (!rest.IsEmpty)
        {
            TryTake(ref rest, ':');
            if (!TryTakeNumber(ref rest, 2, out minutes))
                return false;
        }

        ticks = sign * new TimeSpan(hours, minutes, 0).Ticks;
        return rest.IsEmpty && hours <= 23 && minutes <= 59;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, char expected)
    {
        if (rest.IsEmpty || rest[0] != expected)
            return false;
        rest = rest[1..];
        return true;
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<byte> rest, int length, out int number)
    {
        number = 0;
        if (rest.Length < length || rest[..length].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        foreach (var digit in rest[..length])
            number = (number * 10) + (digit - '0');
        rest = rest[length..];
        return true;
    }
}
