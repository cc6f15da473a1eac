// The page of metrics, read by a parser that takes only what the format allows, and held against what happened.
using System.Globalization;
using System.Text.RegularExpressions;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Health;
using MedAI.Streaming.Host.Web.Metrics;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Simulation;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task Numbers_of_the_flows_are_those_of_their_totals()
    {
        await using var service = await MonitoredService.StartAsync();
        foreach (var element in FaultyFleet.Generate(5).Elements)
        {
            service.Appender.AddInput(element);
        }

        service.Appender.Flush();
        service.Flows.Take([0, 1]);
        service.Flows.Complete();
        await service.Flows.WhenEndedAsync();
        var totals = service.Flows.Totals();

        var metrics = Parse(await service.MetricsAsync());
        Assert.Equal(2, metrics["medai_partitions_owned"].Single().Value);
        Assert.Equal(0, metrics["medai_lag_records"].Sum(s => s.Value));
        Assert.Equal(service.State.Transitions().Count(), metrics["medai_transitions_total"].Sum(s => s.Value));
        Assert.Equal(service.State.UnsentPages(10_000).Count, metrics["medai_pages_owed"].Single().Value);
        Assert.True(totals.In > 0 && metrics["medai_readings_total"].Sum(s => s.Value) <= totals.In);
        Assert.Equal(0, metrics["medai_clock_trouble"].Single().Value);
        Assert.InRange(metrics["medai_checkpointed_patients_total"].Sum(s => s.Value), totals.Patients, double.MaxValue);
        Assert.InRange(
            metrics["medai_checkpoint_bytes_total"].Sum(s => s.Value),
            100 * metrics["medai_checkpointed_patients_total"].Sum(s => s.Value), double.MaxValue);
    }

    [Fact]
    public async Task Readings_add_up_and_their_reasons_are_named()
    {
        await using var service = await MonitoredService.StartAsync();
        service.Flows.Take([0, 1]);
        var elements = FaultyFleet.Generate(5).Elements;
        foreach (var element in elements)
        {
            service.Appender.AddInput(element);
        }

        service.Appender.Flush();
        var readings = elements.Sum(e => e switch { FrameElement frame => frame.Readings.Count, RefusedElement refused => refused.Readings, _ => 0 });

        // Flows count once a second.
        await AlertStreamTests.Until(() => service.Flows.Status.All(s => s.Totals is not null) && service.Flows.Status.Sum(s => s.Totals!.In) == readings);
        var counted = service.Flows.Status.Select(s => s.Totals!).ToArray();

        var metrics = Parse(await service.MetricsAsync());

        Assert.Equal(counted.Sum(t => t.In), metrics["medai_readings_total"].Sum(s => s.Value));
        Assert.Equal(counted.Sum(t => t.Rejected), metrics["medai_readings_rejected_total"].Sum(s => s.Value));
        Assert.Equal(counted.Sum(t => t.Frames), metrics["medai_frames_total"].Sum(s => s.Value));
        Assert.Equal(["accepted", "duplicate", "late", "rejected"], metrics["medai_readings_total"].Select(s => s.Labels["outcome"]).Distinct().Order());
    }

    [Fact]
    public async Task Series_that_cannot_be_written_are_no_trouble_of_the_flow()
    {
        await using var service = await MonitoredService.StartAsync();
        service.Series.BeforeWrite = () => throw new StoreException(StoreFailure.DiskFull, "no room");
        service.Flows.Take([0, 1]);
        foreach (var element in FaultyFleet.Generate(5).Elements)
        {
            service.Appender.AddInput(element);
        }

        service.Appender.Flush();
        await service.UntilAsync(now => now.Reasons["flow_series"] is not null);
        var metrics = Parse(await service.MetricsAsync());

        Assert.Equal(1, metrics["medai_flow_series_trouble"].Max(s => s.Value));
        Assert.Equal([0, 0], metrics["medai_flow_trouble"].Select(s => s.Value));
        Assert.Equal([0, 0], metrics["medai_flow_points_dropped_total"].Select(s => s.Value));
        Assert.All(metrics["medai_part_ready"], s => Assert.Equal(1, s.Value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_process_with_a_log_says_how_many_partitions_it_has(bool decides)
    {
        await using var service = await MonitoredService.StartAsync(decides);

        Assert.Equal(MonitoredService.Partitions, Parse(await service.MetricsAsync())["medai_partitions"].Single().Value);
    }

    [Fact]
    public async Task A_page_does_not_wait_for_a_broker()
    {
        using var log = new SilentLog();
        using var flows = log.Flows();
        var health = new ServiceHealth(
            [HealthParts.Lag(flows, 10), HealthParts.Log(log)], TimeProvider.System, new HostLog(TextWriter.Null, LogLevel.Warning));
        var page = new MetricsPage(new RequestMetrics(), new HealthMetrics(health), new LogMetrics(log), new FlowMetrics(flows, null));

        var unknown = Parse(await WriteAsync());
        log.Known = 7;
        var known = Parse(await WriteAsync());
        log.Dispose();
        await AlertStreamTests.Until(() => Parse(page.Write())["medai_part_ready"].Count > 0);
        var answered = Parse(page.Write());

        Assert.Empty(unknown["medai_lag_records"]);
        Assert.Equal(3, unknown["medai_partitions"].Single().Value);
        Assert.Equal(7, known["medai_lag_records"].Single().Value);
        Assert.Equal(0, answered["medai_part_ready"].Single(s => s.Labels["part"] == "log").Value);

        Task<string> WriteAsync() => Task.Run(page.Write).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Requests_are_counted_by_route_and_nobody_makes_a_new_row_by_asking()
    {
        await using var service = await MonitoredService.StartAsync();
        foreach (var path in (string[])["/v1/alerts", "/v1/alerts?x=1", "/v1/patients/a/scores", "/v1/patients/b/scores", "/a", "/b", "/c"])
        {
            await service.Running.SendAsync(HttpMethod.Get, path);
        }

        await service.Running.SendAsync(new HttpMethod("STRANGE"), "/v1/alerts");
        var rows = Parse(await service.MetricsAsync())["medai_http_requests_total"]
            .Select(s => $"{s.Labels["method"]} {s.Labels["route"]} {s.Labels["status"]} {s.Value}");

        Assert.Equal(
            [
                "GET /v1/alerts 200 1", "GET /v1/alerts 400 1", "GET /v1/patients/{id}/scores 200 2", "GET none 404 3",
                "other none 405 1",
            ],
            rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_turned_away_and_who_listens_is_counted()
    {
        await using var service = await MonitoredService.StartAsync();
        var elements = Enumerable.Range(0, 8).Select(_ => (LogElement)new ClockElement(0)).ToArray();
        var waiting = service.Gateway.AppendAsync(elements, TestContext.Current.CancellationToken);
        Assert.False((await service.Gateway.AppendAsync(elements, TestContext.Current.CancellationToken)).IsDurable);
        using var listener = await AlertListener.OpenAsync(service.Running.Client, "/v1/alerts/stream");

        var metrics = Parse(await service.MetricsAsync());

        Assert.Equal(
            (0, 8, 8, 1),
            (Only("medai_gateway_appended_total"), Only("medai_gateway_waiting"), Only("medai_gateway_turned_away_total"), Only("medai_sse_clients")));
        Assert.False(waiting.IsCompleted);

        double Only(string name) => metrics[name].Single().Value;
    }

    [Fact]
    public async Task Metrics_are_for_keys_only_where_the_site_says_so()
    {
        await using var service = await MonitoredService.StartAsync(metricsNeedKey: true, callers: new Callers());

        var (status, _, _) = await service.Running.SendAsync(HttpMethod.Get, "/metrics");

        Assert.Equal(401, status);
        Assert.NotEmpty(Parse(await service.MetricsAsync("key")));
        Assert.Equal(200, (await service.Running.SendAsync(HttpMethod.Get, "/health/live")).Status);
    }

    [Fact]
    public void What_labels_and_helps_hold_is_escaped()
    {
        var text = new MetricsText();
        text.Gauge("medai_x", "a \\ and\na line");
        text.Sample(double.NaN, ("path", "C:\\x \"q\"\nend"), ("other", ""));
        text.Sample(double.PositiveInfinity);

        Assert.Equal(
            "# HELP medai_x a \\\\ and\\na line\n# TYPE medai_x gauge\nmedai_x{path=\"C:\\\\x \\\"q\\\"\\nend\",other=\"\"} NaN\nmedai_x +Inf\n",
            text.ToString());
        Assert.Equal("C:\\x \"q\"\nend", Parse(text.ToString())["medai_x"][0].Labels["path"]);
    }

    [Fact]
    public void A_family_is_written_once()
    {
        var text = new MetricsText();
        text.Counter("medai_x_total", "x");

        Assert.Throws<InvalidOperationException>(() => text.Counter("medai_x_total", "x"));
    }

    /// <summary>Families with their samples. Whatever the format does not allow is a failure here.</summary>
    private static Dictionary<string, List<(Dictionary<string, string> Labels, double Value)>> Parse(string page)
    {
        Assert.EndsWith("\n", page, StringComparison.Ordinal);
        var families = new Dictionary<string, List<(Dictionary<string, string> Labels, double Value)>>();
        var seen = new HashSet<string>();
        var (help, type) = ("", "");
        foreach (var line in page[..^1].Split('\n'))
        {
            if (Help().Match(line) is { Success: true } isHelp)
            {
                help = isHelp.Groups[1].Value;
                Assert.NotEmpty(isHelp.Groups[2].Value);
                continue;
            }

            if (Type().Match(line) is { Success: true } isType)
            {
                type = isType.Groups[1].Value;
                Assert.Equal(help, type);
                Assert.True(families.TryAdd(type, []), $"{type} comes twice");
                Assert.Equal(isType.Groups[2].Value == "counter", type.EndsWith("_total", StringComparison.Ordinal));
                continue;
            }

            var sample = Sample().Match(line);
            Assert.True(sample.Success, $"this is no line of the format: {line}");
            Assert.Equal(type, sample.Groups[1].Value);
            Assert.True(seen.Add(line[..line.LastIndexOf(' ')]), $"a sample comes twice: {line}");
            var labels = Label().Matches(sample.Groups[2].Value).ToDictionary(l => l.Groups[1].Value, l => Unescape(l.Groups[2].Value));
            families[type].Add((labels, Number(sample.Groups[3].Value)));
        }

        Assert.All(families.Keys, name => Assert.StartsWith("medai_", name, StringComparison.Ordinal));
        return families;
    }

    private static double Number(string text) => text switch
    {
        "NaN" => double.NaN,
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static string Unescape(string text) =>
        Regex.Replace(text, @"\\(.)", m => m.Groups[1].Value == "n" ? "\n" : m.Groups[1].Value);

    [GeneratedRegex("^# HELP ([a-z_]+) (.*)$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE ([a-z_]+) (counter|gauge)$")]
    private static partial Regex Type();

    [GeneratedRegex("""^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (NaN|[+-]Inf|-?[0-9.]+(?:E[+-][0-9]+)?)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)""")]
    private static partial Regex Label();

    private sealed class Callers : ICallerSource
    {
        public Caller? Identify(ReadOnlySpan<char> token) => token is "key" ? new("k", Scopes.Read, [], []) : null;
    }
}
