// Grafana's dashboards: readable, unlike each other, over data sources that are provisioned, asking for what exists.
using Acceptance.Tests.Configuration;
using Xunit;

namespace Acceptance.Tests.Deploy;

public sealed class DashboardTests
{
    public static TheoryData<string> Files => [.. Dashboards.All.Keys];

    public static TheoryData<string> Queries => [.. Dashboards.InfluxQueries];

    public static TheoryData<string> Expressions => [.. Dashboards.Expressions];

    [Fact]
    public void Each_has_an_identity_of_its_own_and_the_series_have_some()
    {
        Assert.Distinct(Dashboards.All.Values.Select(dashboard => dashboard.Text("uid")));
        Assert.Distinct(Dashboards.All.Values.Select(dashboard => dashboard.Text("title")));
        Assert.True(Dashboards.InfluxQueries.Count() > 10 && Dashboards.Expressions.Count() > 10);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_dashboard_says_what_it_is_and_its_panels_do_not_overlap(string file)
    {
        var dashboard = Dashboards.All[file];
        var panels = dashboard.List("panels").ToArray();
        var taken = new HashSet<(int X, int Y)>();

        Assert.NotEmpty(dashboard.Text("description")!);
        Assert.Distinct(panels.Select(panel => panel.Text("id")));
        foreach (var place in panels.Select(panel => panel.Texts("gridPos").ToDictionary(side => side.Key, side => int.Parse(side.Value))))
        {
            Assert.True(place["x"] + place["w"] <= 24);
            for (var at = 0; at < place["w"] * place["h"]; at++)
            {
                Assert.True(taken.Add((place["x"] + (at % place["w"]), place["y"] + (at / place["w"]))), "two panels lie in one place");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_dashboard_with_patients_says_that_it_is_a_secondary_monitor(string file)
    {
        var dashboard = Dashboards.All[file];

        if (file != "operations.json")
            Assert.Contains(dashboard.List("panels"), panel => panel.Text("options.content")?.Contains("does not replace the bedside alarm", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void Every_data_source_is_provisioned_and_its_server_is_a_service_of_the_fleet()
    {
        var sources = YamlText.ReadFile(RepositoryFiles.At("deploy", "grafana", "provisioning", "datasources", "medai.yaml")).Single().List("datasources").ToArray();
        var used = Dashboards.All.Values.SelectMany(JsonPath.Objects).Select(o => (Uid: o.Text("datasource.uid"), Type: o.Text("datasource.type")))
            .Where(source => source.Uid is not null).Distinct();

        Assert.Empty(used.Except(sources.Select(source => (source.Text("uid"), source.Text("type")))));
        Assert.All(sources, source => Assert.Contains(new Uri(source.Text("url")!).Host, ComposeFile.Committed.Services.Keys));
        Assert.All(
            sources.SelectMany(source => source.Texts("secureJsonData").Values),
            secret => Assert.Contains(ComposeFile.Committed.Services["grafana"].Members("environment").Keys, name => secret.EndsWith($"${name}", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_folders_that_Grafana_reads_are_those_that_are_mounted()
    {
        var grafana = ComposeFile.Committed.Services["grafana"];
        var mounts = grafana.List("volumes").Select(volume => volume.AsText()!.Split(':')).ToDictionary(parts => parts[1], parts => parts[0]);
        var provider = YamlText.ReadFile(RepositoryFiles.At("deploy", "grafana", "provisioning", "dashboards", "medai.yaml")).Single().List("providers").Single();

        Assert.Equal("./deploy/grafana/dashboards", mounts[provider.Text("options.path")!]);
        Assert.True(File.Exists(Path.Combine(Dashboards.Folder, Path.GetFileName(grafana.Text("environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH")!))));
    }

    [Theory]
    [MemberData(nameof(Expressions))]
    public void A_panel_asks_for_numbers_that_exist(string expression)
    {
        var metrics = MetricNames.In(expression);

        Assert.NotEmpty(metrics);
        Assert.Empty(metrics.Except(MetricNames.OfTheProgram).Except(MetricNames.OfOthers));
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public void A_panel_asks_for_series_that_the_program_writes(string query) => Assert.Empty(InfluxQuery.Problems(query));

    [Theory]
    [InlineData("SELECT mean(\"value\") FROM \"vital\" WHERE \"patient\" =~ /^a(b)\\/$/ AND $timeFilter GROUP BY time($__interval) fill(none)", "")]
    [InlineData("SELECT mean(\"value\" FROM \"vital\" WHERE $timeFilter", "brackets")]
    [InlineData("SELECT \"value\" FROM \"vital\" WHERE \"series\" = 'spo2 AND $timeFilter", "quote")]
    [InlineData("SELECT \"value\" FROM \"vitals\" WHERE $timeFilter", "measurements")]
    [InlineData("SELECT \"priority\" FROM \"score\" WHERE $timeFilter", "score has no priority")]
    [InlineData("SELECT \"value\" FROM \"score\"", "all of time")]
    [InlineData("SELECT last(\"value\") FROM \"score\" WHERE $timeFilter GROUP BY time(10s)", "fill(none)")]
    [InlineData("DROP MEASUREMENT \"vital\"", "neither")]
    public void Problems_OfAQuery_AreTold(string query, string problem)
    {
        var problems = InfluxQuery.Problems(query);

        if (problem.Length == 0)
            Assert.Empty(problems);
        else
            Assert.Contains(problems, told => told.Contains(problem, StringComparison.Ordinal));
    }
}
