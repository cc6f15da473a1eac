// Reads series back through InfluxQL, a page at a time, in the order of time and then of series.
using System.Globalization;
using System.Text.Json;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>Reads; any thread.</summary>
internal sealed class InfluxReader(InfluxClient client, InfluxOptions options)
{
    private const int FirstPage = 5000;

    // The years 1677 to 2262, which is all that fits into 64 bits of nanoseconds.
    private const long LeastTime = -9_223_372_036_854;
    private const long MostTime = 9_223_372_036_854;
    private static readonly Comparer<(long Time, string Series)> ByTimeAndSeries = Comparer<(long Time, string Series)>.Create(
        static (a, b) => a.Time.CompareTo(b.Time) is not 0 and var byTime ? byTime : string.CompareOrdinal(a.Series, b.Series));

    private static readonly string[] Measurements = ["score", "vital"];

    /// <summary>A patient's points; see <see cref="ISeriesStore.Read"/>.</summary>
    public IEnumerable<(string Series, SeriesPoint Point)> Read(string patient, string? series, long from, long until)
    {
        var where = $"\"patient\" = {InfluxText.Literal(patient)}"
            + (series is null ? "" : $" AND \"series\" = {InfluxText.Literal(series)}");
        var sources = Measurements
            .Where(measurement => series is null || measurement == LineWriter.MeasurementOf(series))
            .Select(measurement => ReadMeasurement(measurement, where, Math.Max(from, LeastTime), Math.Min(until, MostTime)).GetEnumerator())
            .ToList();
        try
        {
            foreach (var point in Merge(sources))
            {
                yield return point;
            }
        }
        finally
        {
            sources.ForEach(static source => source.Dispose());
        }
    }

    private static IEnumerable<(string Series, SeriesPoint Point)> Merge(List<IEnumerator<(string Series, SeriesPoint Point)>> sources)
    {
        var live = sources.Where(static source => source.MoveNext()).ToList();
        while (live.Count > 0)
        {
            var next = live.MinBy(static source => (source.Current.Point.EventTime, source.Current.Series), ByTimeAndSeries)!;
            yield return next.Current;
            if (!next.MoveNext())
                live.Remove(next);
        }
    }

    // Pages end between two times: what is cut off with the last time of a page is asked for again with the next.
    private IEnumerable<(string Series, SeriesPoint Point)> ReadMeasurement(string measurement, string where, long from, long until)
    {
        var page = FirstPage;
        while (from < until)
        {
            var rows = Page(measurement, where, from, until, page);
            var isLast = rows.Count < page;
            var cut = isLast ? rows.Count : rows.FindIndex(row => row.Point.EventTime == rows[^1].Point.EventTime);
            if (cut == 0 && !isLast)
            {
                page *= 2;
                continue;
            }

            var next = isLast ? until : rows[cut].Point.EventTime;
            rows.RemoveRange(cut, rows.Count - cut);
            foreach (var row in rows.OrderBy(static row => (row.Point.EventTime, row.Series), ByTimeAndSeries))
            {
                yield return row;
            }

            from = next;
        }
    }

    private List<(string Series, SeriesPoint Point)> Page(string measurement, string where, long from, long until, int limit)
    {
        var answer = client.Query(string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT \"value\", \"flags\", \"series\" FROM \"{measurement}\" WHERE {where} AND time >= {from}ms AND time < {until}ms LIMIT {limit}"));
        if (!answer.IsDone)
            throw Failed(answer.Status is 0 or 429 or >= 500, answer.Message);

        var rows = new List<(string Series, SeriesPoint Point)>();
        try
        {
            using var json = JsonDocument.Parse(answer.Text);
            foreach (var result in json.RootElement.GetProperty("results").EnumerateArray())
            {
                if (result.TryGetProperty("error", out var error))
                    throw Failed(false, error.GetString()!);
                foreach (var one in result.TryGetProperty("series", out var found) ? found.EnumerateArray() : default)
                {
                    Rows(one, rows);
                }
            }
        }
        catch (Exception strange) when (strange is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Failed(false, $"the answer is none of InfluxQL's: {strange.Message}");
        }

        return rows;
    }

    private static void Rows(JsonElement found, List<(string Series, SeriesPoint Point)> rows)
    {
        var columns = found.GetProperty("columns").EnumerateArray().Select(static column => column.GetString()!).ToList();
        var (time, value, flags, series) =
            (columns.IndexOf("time"), columns.IndexOf("value"), columns.IndexOf("flags"), columns.IndexOf("series"));
        if (Math.Min(Math.Min(time, value), Math.Min(flags, series)) < 0)
            throw new FormatException("a column that was asked for is missing");

        foreach (var row in found.GetProperty("values").EnumerateArray())
        {
            var name = row[series].ValueKind == JsonValueKind.Null ? "" : InfluxText.Decode(row[series].GetString()!);
            var special = row[flags].ValueKind == JsonValueKind.Null ? 0 : row[flags].GetDouble();
            if (row[value].ValueKind == JsonValueKind.Number)
                rows.Add((name, new SeriesPoint(0, 0, Milliseconds(row[time].GetInt64()), row[value].GetDouble(), (PointFlags)special)));
        }
    }

    // What is below the millisecond tells points apart, and lies behind it before 1970, too.
    private static long Milliseconds(long nanoseconds) => (nanoseconds - (nanoseconds < 0 ? 999_999 : 0)) / 1_000_000;

    private StoreException Failed(bool isAway, string reason) => new(
        isAway ? StoreFailure.Unavailable : StoreFailure.Other,
        $"Series cannot be read from {options.Url.GetLeftPart(UriPartial.Path)}, database {options.Database}: {reason}");
}
