// Prometheus's configuration and rules: they ask whom there is, for numbers that exist, and each alert has been played.
using System.Text.Json.Nodes;
using Acceptance.Tests.Configuration;
using Xunit;

namespace Acceptance.Tests.Deploy;

public sealed class PrometheusTests
{
    private static readonly string Folder = RepositoryFiles.At("deploy", "prometheus");

    public static TheoryData<string> Alerts => [.. Rules().Select(rule => rule.Text("alert")!)];

    [Theory]
    [InlineData("sum by (partition) (rate(medai_x_total{a=\"up b\"}[5m])) > 2e3", "medai_x_total")]
    [InlineData("max without (role) (a:b:c) unless on (d) count(e) > bool 1", "a:b:c e")]
    [InlineData("deriv(sum(x)[10m:30s]) / $__rate_interval + rate(y[$__rate_interval])", "x y")]
    public void In_AnExpression_FindsTheMetricsAlone(string expression, string metrics) =>
        Assert.Equal(metrics.Split(' '), MetricNames.In(expression).Order());

    [Theory]
    [MemberData(nameof(Alerts))]
    public void An_alert_asks_for_numbers_that_the_program_gives(string alert)
    {
        var metrics = MetricNames.In(Rules().Single(rule => rule.Text("alert") == alert).Text("expr")!);

        Assert.NotEmpty(metrics);
        Assert.Empty(metrics.Except(MetricNames.OfTheProgram).Except(MetricNames.OfOthers));
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public void An_alert_says_how_urgent_it_is_and_what_is_wrong_and_the_documentation_what_to_do(string alert)
    {
        var rule = Rules().Single(rule => rule.Text("alert") == alert);

        Assert.Contains(rule.Text("labels.severity"), (string[])["page", "ticket"]);
        Assert.NotNull(rule.Text("annotations.summary"));
        Assert.Contains($"`{alert}`", File.ReadAllText(RepositoryFiles.At("docs", "deploy.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("medai_lag_records")]
    [InlineData("medai_part_ready")]
    [InlineData("medai_flow_trouble")]
    [InlineData("medai_clock_trouble")]
    [InlineData("medai_partitions_owned")]
    public void What_patients_depend_on_wakes_somebody(string metric) => Assert.Contains(
        Rules(), rule => rule.Text("labels.severity") == "page" && MetricNames.In(rule.Text("expr")!).Contains(metric));

    [Fact]
    public void Every_alert_is_played_where_all_is_well_and_where_it_is_not()
    {
        var plays = YamlText.ReadFile(Path.Combine(Folder, "medai-rules-test.yml")).Single().List("tests").ToArray();
        var quiet = plays[0].List("alert_rule_test").Where(test => test.At("exp_alerts") is null).Select(test => test.Text("alertname"));
        var called = plays[1].List("promql_expr_test").Single().List("exp_samples").Select(sample => sample.Text("labels")!.Split('"')[1]);
        var all = Rules().Select(rule => rule.Text("alert")).Order().ToArray();

        Assert.Equal(all, quiet.Order());
        Assert.Equal(all, called.Order());
    }

    [Fact]
    public void Who_is_asked_is_a_service_of_the_fleet()
    {
        var configuration = YamlText.ReadFile(Path.Combine(Folder, "prometheus.yml")).Single();
        var targets = configuration.List("scrape_configs").SelectMany(job => job.List("static_configs"))
            .SelectMany(group => group.List("targets")).Select(target => target.AsText()!.Split(':')[0]).ToArray();
        var own = ComposeFile.Committed.OwnServices.Where(service => service.Value.List("command").First().AsText() == "run").Select(service => service.Key);

        Assert.Empty(targets.Except(ComposeFile.Committed.Services.Keys).Except(["localhost"]));
        Assert.Empty(own.Except(targets));
        Assert.All(configuration.List("rule_files"), file => Assert.True(File.Exists(Path.Combine(Folder, file.AsText()!))));
    }

    // Prometheus's own tool, where it is: expressions, templates, and the play of every alert.
    [Theory]
    [InlineData("check config prometheus.yml")]
    [InlineData("check rules medai-rules.yml")]
    [InlineData("test rules medai-rules-test.yml")]
    public async Task Promtool_finds_nothing_wrong(string arguments)
    {
        var (code, said) = await DeployTools.PromtoolAsync(Folder, arguments.Split(' '));

        Assert.True(code == 0, said);
    }

    private static IEnumerable<JsonNode> Rules() => YamlText.ReadFile(Path.Combine(Folder, "medai-rules.yml")).Single()
        .List("groups").SelectMany(group => group.List("rules"));
}
