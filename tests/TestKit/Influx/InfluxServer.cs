// A real InfluxDB 1.x for tests: Debian's influxd.
using System.Globalization;
using System.Text.Json;
using Xunit;

namespace MedAI.Streaming.TestKit.Influx;

/// <summary>One <c>influxd</c>.</summary>
public sealed class InfluxServer : LoopbackServer
{
    /// <summary>Names a server of version 1.x that is there already (a URL); tests that stop or kill theirs still start their own.</summary>
    public const string ExternalVariable = "MEDAI_TEST_INFLUX";

    private readonly int _backupPort = FreePort();

    private InfluxServer()
        : base("influx")
    {
    }

    /// <inheritdoc/>
    protected override string ReadyPath => "/ping";

    /// <summary>Skips the test, saying why, where no server can be started.</summary>
    public static void SkipIfMissing()
    {
        if (!OnPath("influxd"))
            Assert.Skip($"a real InfluxDB is not here: influxd of the Debian package influxdb (or set {ExternalVariable} to a server's URL)");
    }

    /// <summary>Starts a new server; where there is none, the test is skipped.</summary>
    public static async Task<InfluxServer> StartNewAsync()
    {
        SkipIfMissing();
        var server = new InfluxServer();
        try
        {
            await server.StartAsync().ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks a server in InfluxQL and returns the rows of the answer, with their tags before the columns where it is grouped.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Query(Uri url, string database, string query)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url, "/query"))
        {
            Content = new FormUrlEncodedContent([new("db", database), new("epoch", "ms"), new("q", query)]),
        };
        using var response = http.Send(request);
        using var reader = new StreamReader(response.Content.ReadAsStream());
        var text = reader.ReadToEnd();
        Assert.True(response.IsSuccessStatusCode, text);
        Assert.DoesNotContain("\"error\":", text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(text);
        var rows = new List<IReadOnlyDictionary<string, JsonElement>>();
        foreach (var result in json.RootElement.GetProperty("results").EnumerateArray())
        {
            foreach (var series in result.TryGetProperty("series", out var all) ? all.EnumerateArray() : default)
            {
                AddRows(series, rows);
            }
        }

        return rows;
    }

    /// <summary>How many points of a field there are in a measurement.</summary>
    public static long Count(Uri url, string database, string measurement, string field = "value", string where = "")
    {
        var rows = Query(url, database, string.Create(
            CultureInfo.InvariantCulture, $"SELECT count(\"{field}\") FROM {measurement}{(where.Length == 0 ? "" : " WHERE " + where)}"));
        return rows.Count == 0 ? 0 : rows[0]["count"].GetInt64();
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Command()
    {
        var file = Path.Combine(Folder, "influxd.conf");
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"""
            reporting-disabled = true
            bind-address = "127.0.0.1:{_backupPort}"
            [meta]
              dir = "{Folder}/meta"
            [data]
              dir = "{Folder}/data"
              wal-dir = "{Folder}/wal"
              index-version = "tsi1"
              query-log-enabled = false
            [monitor]
              store-enabled = false
            [http]
              bind-address = "127.0.0.1:{Port}"
              log-enabled = false
            [continuous_queries]
              log-enabled = false
            [logging]
              level = "error"
              suppress-logo = true
            """));
        return ["influxd", "run", "-config", file];
    }

    private static void AddRows(JsonElement series, List<IReadOnlyDictionary<string, JsonElement>> rows)
    {
        var columns = series.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!).ToArray();
        var tags = series.TryGetProperty("tags", out var all)
            ? all.EnumerateObject().Select(tag => (tag.Name, Value: tag.Value.Clone())).ToArray()
            : [];
        if (!series.TryGetProperty("values", out var values))
            return;

        foreach (var row in values.EnumerateArray())
        {
            var cells = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["measurement"] = series.TryGetProperty("name", out var name) ? name.Clone() : default };
            foreach (var (tag, value) in tags)
            {
                cells[tag] = value;
            }

            for (var i = 0; i < columns.Length; i++)
            {
                cells[columns[i]] = row[i].Clone();
            }

            rows.Add(cells);
        }
    }
}
