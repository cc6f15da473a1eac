// The service with its series in a real InfluxDB: read out over HTTP, whole after the server was away and after a kill -9 of the service.
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Acceptance.Tests.Fleet;
using Acceptance.Tests.Live;
using Acceptance.Tests.Replay;
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.TestKit.Influx;
using MedAI.Streaming.TestKit.Kafka;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace Acceptance.Tests.Series;

public sealed class InfluxServiceTests(InfluxFixture influx) : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly Medai _medai = new();

    public void Dispose() => _medai.Dispose();

    [Fact]
    public async Task Series_and_scores_of_the_edge_are_read_out_of_the_server()
    {
        var (url, database) = await influx.NewDatabaseAsync();
        await using var medai = await RunningMedai.StartAsync(Variables(url, database), "--store", _medai.At("edge"), "--no-model");
        var start = Now() - 200_000;
        await PostAsync(medai.Client, "p 1", start, 1, 180);

        var points = await SeriesAsync(medai.Client, "p 1", "heart_rate", 180);
        Assert.Equal(Enumerable.Range(0, 180).Select(n => (start + (n * 1000L), 60.0 + (n % 100))), points);
        await Eventually.Async(() => Items(medai.Client, "/v1/patients/p%201/scores").Count > 0, Soon, "scores");
        Assert.Equal(180, InfluxServer.Count(url, database, "vital", where: "\"device\" = 'd,p 1' AND \"series\" = 'heart_rate'"));
        foreach (var (name, value) in Variables(url, database))
            _medai.Variables[name] = value;
        Assert.Equal(0, await _medai.RunAsync("show", "series", "--patient", "p 1", "--series", "heart_rate", "--json"));
        Assert.Equal(180, JsonDocument.Parse(_medai.Output).RootElement.GetArrayLength());
        var metrics = await medai.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("medai_series_waiting 0", metrics, StringComparison.Ordinal);
        Assert.Contains("medai_series_rejected_total 0", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Monitoring_goes_on_while_the_server_is_away_and_nothing_is_missing_afterwards()
    {
        await using var server = await InfluxServer.StartNewAsync();
        InfluxServer.Query(server.Url, "", "CREATE DATABASE medai");
        await using var medai = await RunningMedai.StartAsync(Variables(server.Url, "medai"), "--store", _medai.At("edge"), "--no-model");
        var start = Now() - 400_000;
        await PostAsync(medai.Client, "p1", start, 1, 100);
        await SeriesAsync(medai.Client, "p1", "heart_rate", 100);

        await server.KillAsync();
        await PostAsync(medai.Client, "p1", start, 101, 100, heartRate: 190);
        await Eventually.Async(() => Metric(medai.Client, "medai_series_waiting") >= 100, Soon, "points to wait on disk");
        using var away = await medai.Client.GetAsync("/v1/patients/p1/series", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        await Eventually.Async(() => Ready(medai.Client).Text.Contains("kept on disk", StringComparison.Ordinal), Soon, "health to tell");
        Assert.Equal(HttpStatusCode.OK, Ready(medai.Client).Status);
        Assert.Contains(
            Items(medai.Client, "/v1/patients/p1/episodes"), episode => episode.GetProperty("rule").GetString() == "limit.heart_rate.high");

        await server.StartAsync();
        await SeriesAsync(medai.Client, "p1", "heart_rate", 200);
        await Eventually.Async(() => Metric(medai.Client, "medai_series_waiting") == 0, Soon, "nothing to wait");
        var decided = Items(medai.Client, "/v1/alerts").Count;
        await Eventually.Async(() => InfluxServer.Count(server.Url, "medai", "transition", "text") == decided, Soon, "every transition to be there");
    }

    [Fact]
    public async Task What_waited_on_disk_survives_a_kill_9_in_the_middle_of_writing()
    {
        await using var server = await InfluxServer.StartNewAsync();
        InfluxServer.Query(server.Url, "", "CREATE DATABASE medai");
        await server.StopAsync();
        var variables = Variables(server.Url, "medai");
        var address = FreeAddress();
        variables["MEDAI__http__listen"] = address.AbsoluteUri.TrimEnd('/');
        var first = Start(variables);
        using var client = new HttpClient { BaseAddress = address };
        await Eventually.Async(() => IsReady(client), Soon, "the service to be ready");
        var start = Now() - 3_600_000;
        var posted = 0;
        while (posted < 3000 && Metric(client, "medai_series_waiting") < 2000)
        {
            await PostAsync(client, "p1", start, posted + 1, 50);
            posted += 50;
        }

        // It is at work on these when it is killed.
        await PostAsync(client, "p1", start, posted + 1, 50);
        posted += 50;
        var waited = (long)Metric(client, "medai_series_waiting");
        first.Kill();

        await server.StartAsync();
        var options = new InfluxOptions { Url = server.Url, Version = InfluxVersion.One };
        using (var alone = InfluxSeriesStore.Open(options, Path.Combine(_medai.At("killed"), "series-waiting")))
        {
            await Eventually.Async(() => alone.Status.Waiting == 0, Soon, "what waited to be delivered");
            var delivered = InfluxServer.Count(server.Url, "medai", "vital") + InfluxServer.Count(server.Url, "medai", "score")
                + InfluxServer.Count(server.Url, "medai", "transition", "text");
            Assert.True(delivered >= waited, $"{delivered} of {waited} that waited");
        }

        // The rest is in the log: the next life makes it again.
        var second = Start(variables);
        await Eventually.Async(
            () => second.Ends(0) || InfluxServer.Count(server.Url, "medai", "vital", where: "\"series\" = 'heart_rate'") == posted, Soon, "every point to be there");
        second.Kill();
        Assert.Equal(posted, InfluxServer.Count(server.Url, "medai", "vital", where: "\"series\" = 'heart_rate'"));
    }

    [Fact]
    public async Task A_gateway_of_a_fleet_reads_series_that_a_worker_wrote()
    {
        var (url, database) = await influx.NewDatabaseAsync();
        using var cluster = new MockCluster();
        var variables = TestFleet.On(cluster, _medai).Variables.Concat(Variables(url, database)).DistinctBy(one => one.Key).ToDictionary();
        await using var gateway = await RunningMedai.StartAsync(variables, "--role", "gateway", "--store", _medai.At("gateway"), "--no-model");
        await using var worker = await RunningMedai.StartAsync(variables, "--role", "worker", "--store", _medai.At("worker"), "--no-model");
        await PostAsync(gateway.Client, "p1", Now() - 100_000, 1, 60);

        await SeriesAsync(gateway.Client, "p1", "heart_rate", 60);
        await SeriesAsync(worker.Client, "p1", "heart_rate", 60);
    }

    private static Dictionary<string, string> Variables(Uri url, string database) => new()
    {
        ["MEDAI__series__store"] = "influx",
        ["MEDAI__influx__url"] = url.AbsoluteUri,
        ["MEDAI__influx__version"] = "1",
        ["MEDAI__influx__database"] = database,
        ["MEDAI__influx__timeoutSeconds"] = "5",
        ["MEDAI__checkpointSeconds"] = "1",
        ["MEDAI__http__authentication"] = "none",
    };

    private Medai.Child Start(Dictionary<string, string> variables) => _medai.Launch(
        "env", [.. variables.Select(one => $"{one.Key}={one.Value}"), "dotnet", Medai.Program, "run", "--store", _medai.At("killed"), "--no-model"]);

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    // Frames of one second each, numbered from a sequence on, whose first would be at the start.
    private static async Task PostAsync(HttpClient client, string patient, long start, int sequence, int count, double? heartRate = null)
    {
        var lines = new StringBuilder();
        for (var n = sequence; n < sequence + count; n++)
        {
            lines.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"patient":"{{patient}}","device":"d,{{patient}}","source":"bedside","epoch":1,"sequence":{{n}},"time":{{start + ((n - 1) * 1000L)}}"""
                + $$""","readings":[{"vital":"heart_rate","value":{{heartRate ?? 60 + ((n - 1) % 100)}}},{"vital":"systolic_pressure","value":120}]}"""));
        }

        using var body = new StringContent(lines.ToString(), Encoding.UTF8, "application/x-ndjson");
        using var answer = await client.PostAsync("/v1/frames", body, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<IReadOnlyList<(long Time, double Value)>> SeriesAsync(HttpClient client, string patient, string series, int count)
    {
        var path = $"/v1/patients/{Uri.EscapeDataString(patient)}/series?series={series}&limit=10000";
        IReadOnlyList<JsonElement> found = [];
        await Eventually.Async(() => (found = Items(client, path)).Count >= count, Soon, $"{count} points under {path}", TimeSpan.FromMilliseconds(100));
        Assert.Equal(count, found.Count);
        return [.. found.Select(point => (DateTimeOffset.Parse(point.GetProperty("time").GetString()!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(), point.GetProperty("value").GetDouble()))];
    }

    private static IReadOnlyList<JsonElement> Items(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var answer = client.Send(request);
        if (!answer.IsSuccessStatusCode) return [];
        using var json = JsonDocument.Parse(answer.Content.ReadAsStream());
        return [.. json.RootElement.GetProperty("items").EnumerateArray().Select(item => item.Clone())];
    }

    private static bool IsReady(HttpClient client)
    {
        try
        {
            return Ready(client).Status == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }

    private static (HttpStatusCode Status, string Text) Ready(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/ready");
        using var answer = client.Send(request);
        using var text = new StreamReader(answer.Content.ReadAsStream());
        return (answer.StatusCode, text.ReadToEnd());
    }

    private static double Metric(HttpClient client, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        using var answer = client.Send(request);
        using var page = new StreamReader(answer.Content.ReadAsStream());
        var line = page.ReadToEnd().Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    private static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }
}
