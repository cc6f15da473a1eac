// One page of a patient's series: exactly as long as it may be, and the place behind it from which the next one goes on.
using System.Globalization;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>Which points are asked for.</summary>
/// <param name="Patient">The patient.</param>
/// <param name="Series">The one series, or null for those that <paramref name="Wanted"/> lets through.</param>
/// <param name="Wanted">Whether a series is asked for.</param>
/// <param name="From">First event time, ms.</param>
/// <param name="Until">The event time behind the last, ms.</param>
/// <param name="Limit">The most points, at least 1.</param>
/// <param name="Place">Where the page before ended; null: the first page.</param>
internal sealed record SeriesAsk(
    string Patient, string? Series, Func<string, bool> Wanted, long From, long Until, int Limit, SeriesPlace? Place);

/// <summary>A place between two points: behind so many of one event time.</summary>
/// <param name="Time">Event time, ms.</param>
/// <param name="Given">How many points of this time are before the place.</param>
internal sealed record SeriesPlace(long Time, int Given)
{
    /// <summary>The place of a cursor, or null for a text that is none.</summary>
    public static SeriesPlace? Parse(string cursor)
    {
        var parts = cursor.Split('.');
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            ? new(time, given)
            : null;
    }

    /// <summary>The cursor.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time}.{Given}");
}

/// <summary>One page. Used once.</summary>
internal sealed class SeriesPage
{
    // The store may scan for long before it finds a point that is asked for.
    private const int ScannedBetweenLooks = 4096;
    private readonly SeriesAsk _ask;
    private readonly List<(string Series, SeriesPoint Point)> _points = [];
    private readonly List<(string Series, SeriesPoint Point)> _sameTime = [];

    private SeriesPage(SeriesAsk ask) => _ask = ask;

    /// <summary>The points by event time, then series.</summary>
    public IReadOnlyList<(string Series, SeriesPoint Point)> Points => _points;

    /// <summary>Where the next page goes on; null: there was nothing more.</summary>
    public SeriesPlace? Next { get; private set; }

    /// <summary>Reads a page.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    public static SeriesPage Read(ISeriesStore store, SeriesAsk ask, CancellationToken stop)
    {
        var page = new SeriesPage(ask);
        page.Fill(store.Read(ask.Patient, ask.Series, Math.Max(ask.From, ask.Place?.Time ?? ask.From), ask.Until), stop);
        return page;
    }

    private void Fill(IEnumerable<(string Series, SeriesPoint Point)> points, CancellationToken stop)
    {
        var scanned = 0;
        foreach (var point in points)
        {
            if (++scanned % ScannedBetweenLooks == 0)
                stop.ThrowIfCancellationRequested();
            if (!_ask.Wanted(point.Series))
                continue;
            if (_sameTime.Count > 0 && _sameTime[0].Point.EventTime != point.Point.EventTime && !TakeSameTime())
                return;

            _sameTime.Add(point);
        }

        TakeSameTime();
    }

    // The store does not promise in which order points of one time come; here they have one, so that a place among them means something.
    private bool TakeSameTime()
    {
        _sameTime.Sort(static (a, b) =>
            string.CompareOrdinal(a.Series, b.Series) is not 0 and var bySeries ? bySeries
            : a.Point.Value.CompareTo(b.Point.Value) is not 0 and var byValue ? byValue
            : a.Point.Flags.CompareTo(b.Point.Flags));
        var begun = _ask.Place is { } place && _sameTime.Count > 0 && _sameTime[0].Point.EventTime == place.Time ? place.Given : 0;
        for (var i = begun; i < _sameTime.Count; i++)
        {
            if (_points.Count == _ask.Limit)
            {
                Next = new(_sameTime[i].Point.EventTime, i);
                return false;
            }

            _points.Add(_sameTime[i]);
        }

        _sameTime.Clear();
        return true;
    }
}
