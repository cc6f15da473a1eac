// What the loader makes of good configurations: defaults, inheritance, and the environment over the file.
using System.Text;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Host.Composition;
using Xunit;

namespace Acceptance.Tests.Configuration;

public sealed class ConfigurationLoaderTests
{
    [Fact]
    public void An_empty_configuration_gives_the_defaults_of_the_law()
    {
        var settings = Read("{}");

        Assert.Equal(SettingsHash.Canonical(new MonitorSettings()), SettingsHash.Canonical(settings.Monitor));
        Assert.Equal(new HostSettings { Monitor = settings.Monitor }, settings);
    }

    [Fact]
    public void The_example_equals_the_defaults()
    {
        var example = ConfigurationLoader.Load(RepositoryFiles.At("medai.example.json"), []);

        Assert.Equal(SettingsHash.Of(new MonitorSettings()), SettingsHash.Of(example.Monitor));
        Assert.Equal(new HostSettings { Monitor = example.Monitor, File = example.File }, example);
    }

    [Fact]
    public void The_example_has_every_key()
    {
        var root = ConfigurationDocument.Read(File.ReadAllBytes(RepositoryFiles.At("medai.example.json")), [])!;

        var absent = ConfigurationKeys.All.Where(key => !key.Pattern.Contains('*') && !Has(root, key.Pattern.Split('.')))
            .Select(key => key.Pattern);

        Assert.Empty(absent);
    }

    [Fact]
    public void A_known_rule_inherits_what_its_entry_does_not_give()
    {
        var settings = Read("""{ "limits": [{ "id": "limit.spo2.low", "delaySeconds": 3, "latching": true }] }""").Monitor;

        var before = DefaultRules.Limits.Single(rule => rule.Id == "limit.spo2.low");
        var after = settings.Limits.Single(rule => rule.Id == "limit.spo2.low");
        Assert.Equal(before with { DelaySeconds = 3, Latching = true }, after);
        Assert.Equal(DefaultRules.Limits.Select(rule => rule.Id), settings.Limits.Select(rule => rule.Id));
    }

    [Fact]
    public void A_new_rule_comes_after_the_default_ones()
    {
        var settings = Read(
            """
            { "limits": [{
              "id": "limit.glucose.low", "vital": "glucose", "side": "below", "levels": [{ "threshold": 70, "priority": "high" }]
            }] }
            """);

        var added = settings.Monitor.Limits[^1];
        Assert.Equal(
            (VitalSign.Glucose, LimitSide.Below, 10, 0.0, true),
            (added.Vital, added.Side, added.DelaySeconds, added.Hysteresis, added.Enabled));
        Assert.Equal([new AlertLevel(70, AlertPriority.High)], added.Levels);
        Assert.Equal(DefaultRules.Limits.Count + 1, settings.Monitor.Limits.Count);
    }

    [Fact]
    public void Wards_and_patients_change_the_rules_of_the_site_as_the_file_has_them()
    {
        var settings = Read(
            """
            {
              "limits": [{ "id": "limit.spo2.low", "delaySeconds": 3 }],
              "wards": { "icu": { "limits": [{ "id": "limit.spo2.low", "hysteresis": 1 }] } },
              "patients": { "p1": { "limits": [{ "id": "limit.heart_rate.low", "enabled": false }] } }
            }
            """).Monitor;

        var ward = Assert.Single(settings.WardLimits["icu"]);
        Assert.Equal((3, 1.0), (ward.DelaySeconds, ward.Hysteresis));
        var patient = Assert.Single(settings.PatientLimits["p1"]);
        Assert.Equal((false, 45.0), (patient.Enabled, patient.Levels[0].Threshold));
    }

    [Fact]
    public void A_limit_out_of_force_may_oppose_another()
    {
        var settings = Read(
            """
            { "limits": [{
              "id": "limit.heart_rate.low", "enabled": false, "levels": [{ "threshold": 140, "priority": "high" }]
            }] }
            """);

        Assert.Equal(140, settings.Monitor.Limits.Single(rule => rule.Id == "limit.heart_rate.low").Levels[0].Threshold);
    }

    [Fact]
    public void Environment_variables_go_before_the_file_whatever_their_case()
    {
        var settings = Read(
            """{ "tickSeconds": 30, "model": { "alertThreshold": 0.4 } }""",
            ("MEDAI__TICKSECONDS", "120"), ("MEDAI__site__demo", "true"), ("MEDAI__model__alertThreshold", "null"),
            ("MEDAI__sources__wearable__graceSeconds", "700"), ("MEDAI__model__name", "17"), ("MEDAI_SHARED", "elsewhere"));

        Assert.Equal(120, settings.Monitor.TickSeconds);
        Assert.True(settings.Monitor.Demo);
        Assert.Null(settings.Model.AlertThreshold);
        Assert.Equal(700_000, settings.Monitor.Sources[(int)SourceClass.Wearable].Grace);
        Assert.Equal("17", settings.Model.Name);
    }

    [Theory]
    [InlineData(
        "MEDAI__tickSeconds", "often",
        "tickSeconds: found \"often\" in the environment variable MEDAI__tickSeconds; allowed: a whole number from 1 to 3600")]
    [InlineData("MEDAI__tickSeconds", "7", "divides 3600")]
    [InlineData("MEDAI__tickSecond", "60", "Did you mean MEDAI__tickSeconds?")]
    [InlineData("MEDAI__limits__0__enabled", "false", "set in the file only")]
    [InlineData("MEDAI__site__demo", "yes", "true or false")]
    public void A_wrong_environment_variable_is_named(string name, string value, string part)
    {
        var refused = Assert.Throws<ConfigurationException>(() => Read("{}", (name, value)));

        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_and_not_the_defaults()
    {
        var missing = Path.Combine(Path.GetTempPath(), "medai-no-such-configuration.json");

        var refused = Assert.Throws<ConfigurationException>(() => ConfigurationLoader.Load(missing, []));

        Assert.Contains(missing, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_a_byte_order_mark_comments_and_trailing_commas_is_read()
    {
        var settings = ConfigurationLoader.Read([0xEF, 0xBB, 0xBF, .. "{ /* grid */ \"tickSeconds\": 30, // s\n }"u8], null, []);

        Assert.Equal(30, settings.Monitor.TickSeconds);
    }

    private static HostSettings Read(string json, params (string Name, string Value)[] variables) =>
        ConfigurationLoader.Read(
            Encoding.UTF8.GetBytes(json), null, variables.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));

    private static bool Has(ConfigurationNode node, ReadOnlySpan<string> path)
    {
        if (path.Length == 0)
            return true;

        var isList = path[0].EndsWith("[]", StringComparison.Ordinal);
        var member = node[isList ? path[0][..^2] : path[0]];
        var next = isList ? member?.Items.FirstOrDefault() : member;
        return next is not null && Has(next, path[1..]);
    }
}
