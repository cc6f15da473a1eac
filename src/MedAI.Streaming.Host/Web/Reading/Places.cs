// Places in lists, as cursors name them: a page goes on behind the last item of the page before.
using System.Globalization;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>Which episodes.</summary>
internal enum EpisodeChoice
{
    /// <summary>All there ever were.</summary>
    All,

    /// <summary>Those that are not over: open, or latched.</summary>
    Open,
}

/// <summary>The place behind an episode; the newest come first, so that what opens while somebody pages is before them.</summary>
/// <param name="Opened">Event time of its opening, ms.</param>
/// <param name="Rule">Its rule.</param>
internal sealed record EpisodePlace(long Opened, string Rule) : IComparable<EpisodePlace>
{
    /// <summary>The place behind an episode.</summary>
    public static EpisodePlace Of(EpisodeStanding episode) => new(episode.Opened.OpenedEventTime, episode.Opened.Rule);

    /// <summary>The place of a cursor, or null for a text that is none.</summary>
    public static EpisodePlace? Parse(string cursor)
    {
        var dot = cursor.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && long.TryParse(cursor.AsSpan(0, dot), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var opened)
            ? new(opened, cursor[(dot + 1)..])
            : null;
    }

    /// <inheritdoc/>
    public int CompareTo(EpisodePlace? other) =>
        other is null ? 1 : other.Opened.CompareTo(Opened) is not 0 and var byTime ? byTime : string.CompareOrdinal(Rule, other.Rule);

    /// <summary>The cursor.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Opened}.{Rule}");
}

/// <summary>The place behind a dead letter.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its record's offset.</param>
/// <param name="Index">Its index among those of the record.</param>
internal sealed record DeadLetterPlace(int Partition, long Offset, int Index)
{
    /// <summary>The place behind a dead letter.</summary>
    public static DeadLetterPlace Of(DeadLetter letter) => new(letter.Partition, letter.Offset, letter.Index);

    /// <summary>The place of a cursor, or null for a text that is none.</summary>
    public static DeadLetterPlace? Parse(string cursor)
    {
        var parts = cursor.Split('.');
        return parts.Length == 3
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new(partition, offset, index)
            : null;
    }

    /// <summary>The cursor.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Partition}.{Offset}.{Index}");
}
