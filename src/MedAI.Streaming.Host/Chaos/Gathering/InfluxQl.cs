// Reads a database through InfluxQL over HTTP, as any chart does, and not by the program's own adapter.
using System.Globalization;
using System.Text.Json;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Host.Chaos.Checking;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Chaos.Gathering;

/// <summary>Asks one database. Ids of a run hold no character that would have to be escaped.</summary>
internal sealed class InfluxQl(Uri url, string database) : IDisposable
{
    private const long NanosecondsOfMillisecond = 1_000_000;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Makes the database.</summary>
    /// <exception cref="FailureException">The server refuses or does not answer.</exception>
    public async Task CreateAsync() => await AskAsync($"CREATE DATABASE \"{database}\"");

    /// <summary>All points of readings and scores.</summary>
    /// <exception cref="FailureException">The server refuses or does not answer.</exception>
    public async Task<IReadOnlyDictionary<PointKey, PointValue>> PointsAsync()
    {
        var points = new Dictionary<PointKey, PointValue>();
        foreach (var measurement in new[] { "vital", "score" })
        {
            foreach (var patient in await PatientsAsync(measurement))
            {
                var rows = await AskAsync(
                    $"SELECT \"value\", \"flags\" FROM \"{measurement}\" WHERE \"patient\" = '{patient}' GROUP BY \"series\", \"device\"");
                foreach (var row in rows)
                {
                    points.Add(
                        new PointKey(patient, row.Tag("series"), row.Tag("device"), row.Time, row.Whole("time") - (row.Time * NanosecondsOfMillisecond)),
                        new PointValue(row.Cell("value").GetDouble(), (PointFlags)row.Whole("flags")));
                }
            }
        }

        return points;
    }

    /// <summary>All transitions, with what a chart shows of them.</summary>
    /// <exception cref="FailureException">The server refuses or does not answer.</exception>
    public async Task<IReadOnlyList<TransitionRecord>> TransitionsAsync()
    {
        var transitions = new List<TransitionRecord>();
        foreach (var patient in await PatientsAsync("transition"))
        {
            var rows = await AskAsync(
                $"SELECT \"kind\", \"priority\", \"reason\", \"opened\" FROM \"transition\" WHERE \"patient\" = '{patient}' GROUP BY \"rule\", \"ordinal\"");
            transitions.AddRange(rows.Select(row => new TransitionRecord(
                patient, row.Tag("rule"), row.Whole("opened"), int.Parse(row.Tag("ordinal"), CultureInfo.InvariantCulture),
                row.Word<TransitionKind>("kind"), AlertKind.Physiological, row.Word<AlertPriority>("priority"),
                row.Word<TransitionReason>("reason"), row.Time, 0, double.NaN, double.NaN, "", "", "", "")));
        }

        return transitions;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<IEnumerable<string>> PatientsAsync(string measurement)
    {
        var rows = await AskAsync($"SHOW TAG VALUES FROM \"{measurement}\" WITH KEY = \"patient\"");
        return rows.Select(row => row.Cell("value").GetString()!);
    }

    private async Task<List<Row>> AskAsync(string question)
    {
        using var form = new FormUrlEncodedContent([new("db", database), new("epoch", "ns"), new("q", question)]);
        try
        {
            using var response = await _client.PostAsync(new Uri(url, "query"), form);
            var text = await response.Content.ReadAsStringAsync();
            using var answer = JsonDocument.Parse(text);
            return response.IsSuccessStatusCode && !text.Contains("\"error\":", StringComparison.Ordinal)
                ? Rows(answer.RootElement.GetProperty("results")[0].Clone())
                : throw new FailureException($"InfluxDB refuses {question}: {text}");
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException or JsonException)
        {
            throw new FailureException($"InfluxDB does not answer {question}: {silent.Message}", silent);
        }
    }

    private static List<Row> Rows(JsonElement result)
    {
        var rows = new List<Row>();
        foreach (var series in result.TryGetProperty("series", out var all) ? all.EnumerateArray() : default)
        {
            var columns = series.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!).ToArray();
            var tags = series.TryGetProperty("tags", out var named) ? named : default;
            rows.AddRange(series.GetProperty("values").EnumerateArray().Select(values => new Row(columns, tags, values)));
        }

        return rows;
    }

    private sealed record Row(string[] Columns, JsonElement Tags, JsonElement Values)
    {
        public string Tag(string name) => Tags.GetProperty(name).GetString()!;

        // Times of a run are of today, and not from before 1970.
        public long Time => Whole("time") / NanosecondsOfMillisecond;

        public JsonElement Cell(string name) => Values[Array.IndexOf(Columns, name)];

        public long Whole(string name) => Cell(name).GetInt64();

        public T Word<T>(string name)
            where T : struct, Enum => Enum.Parse<T>(Cell(name).GetString()!);
    }
}
