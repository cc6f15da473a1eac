// Reads out of the server's answer how many lines of a write it did not take, and why.
using System.Globalization;
using System.Text.RegularExpressions;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>What a write was refused for.</summary>
internal enum RefusalCause
{
    /// <summary>A reason that may be anything: of a line, or of the server and what somebody set up there.</summary>
    Unknown,

    /// <summary>What stands in lines: they cannot be parsed, a field has another type, their time is older than points are kept.</summary>
    Lines,

    /// <summary>There is too much of it for one request.</summary>
    Size,
}

/// <summary>A write that was refused in part or as a whole.</summary>
/// <param name="Rejected">How many lines were not taken; null: the answer does not say, and others may not have been taken either.</param>
/// <param name="Reason">The server's words.</param>
/// <param name="Cause">What they are about.</param>
internal readonly partial record struct WriteRefusal(int? Rejected, string Reason, RefusalCause Cause)
{
    /// <summary>Reads an answer of 400, 413 or 422.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="lines">How many lines were sent.</param>
    /// <remarks>
    /// 1.x, as measured with 1.6.7: <c>partial write: ... dropped=N</c> has stored all other lines; lines that cannot be parsed are listed as
    /// <c>unable to parse '...'</c>, one per line of the message, and are not in N. Without <c>partial write</c> nothing was stored. 2.x says the
    /// same in <c>message</c>.
    /// </remarks>
    public static WriteRefusal Of(InfluxAnswer answer, int lines)
    {
        if (answer.Status == 413)
            return new(null, answer.Message, RefusalCause.Size);

        // Version 3 has its reasons behind the message, one per line.
        var cause = OfLines().IsMatch(answer.Text) ? RefusalCause.Lines : RefusalCause.Unknown;
        var said = answer.Said();
        var parse = Unparsed().Count(said);
        if (said.Contains("partial write", StringComparison.Ordinal))
        {
            var dropped = Dropped().Matches(said).Sum(match => int.Parse(match.ValueSpan["dropped=".Length..], CultureInfo.InvariantCulture));
            return new(Math.Clamp(dropped + parse, 1, lines), answer.Message, cause);
        }

        return new(parse >= lines ? lines : null, answer.Message, cause);
    }

    [GeneratedRegex(@"dropped=\d{1,7}(?=\D|$)")]
    private static partial Regex Dropped();

    [GeneratedRegex(@"(?:^|\n|partial write: )unable to parse '")]
    private static partial Regex Unparsed();

    [GeneratedRegex(@"unable to parse|parsing failed|line protocol|(?:field|column) type|type conflict|unexpected type|(?:beyond|outside) retention", RegexOptions.IgnoreCase)]
    private static partial Regex OfLines();
}
