// The checksum of a law: equal for equal laws, another one for every single change.
using System.Text;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Composition;
using Xunit;

namespace Acceptance.Tests.Configuration;

public sealed class SettingsHashTests
{
    public static TheoryData<string> Changes =>
    [
        """{ "site": { "demo": true } }""",
        """{ "tickSeconds": 30 }""",
        """{ "sources": { "bedside": { "gapWaitSeconds": 3 } } }""",
        """{ "sources": { "bedside": { "graceSeconds": 3 } } }""",
        """{ "sources": { "wearable": { "graceSeconds": 3 } } }""",
        """{ "sources": { "charted": { "contactTimeoutSeconds": 3 } } }""",
        """{ "sources": { "charted": { "futureToleranceSeconds": 3 } } }""",
        """{ "badSignalSeconds": 11 }""",
        """{ "technicalClearSeconds": 61 }""",
        """{ "delayedAfterSeconds": 121 }""",
        """{ "paging": { "from": "high" } }""",
        """{ "limits": [{ "id": "limit.spo2.low", "delaySeconds": 11 }] }""",
        """{ "limits": [{ "id": "limit.spo2.low", "hysteresis": 2.0000000000000004 }] }""",
        """{ "limits": [{ "id": "limit.spo2.low", "latching": true }] }""",
        """{ "limits": [{ "id": "limit.spo2.low", "enabled": false }] }""",
        """{ "limits": [{ "id": "limit.spo2.low", "levels": [{ "threshold": 90, "priority": "high" }] }] }""",
        """{ "wards": { "icu": { "limits": [{ "id": "limit.spo2.low" }] } } }""",
        """{ "wards": { "icv": { "limits": [{ "id": "limit.spo2.low" }] } } }""",
        """{ "patients": { "icu": { "limits": [{ "id": "limit.spo2.low" }] } } }""",
        """{ "scores": { "news2": { "clearSeconds": 301 } } }""",
        """{ "scores": { "news2": { "singleParameter": "none" } } }""",
        """{ "scores": { "mews": { "enabled": true } } }""",
        """{ "scores": { "qsofa": { "latching": true } } }""",
        """{ "scores": { "shockIndex": { "hysteresis": 0.2 } } }""",
    ];

    [Fact]
    public void Of_EverySingleChange_DiffersFromAllOthers()
    {
        var hashes = Changes.Select(row => Hash(row.Data)).Append(SettingsHash.Of(new MonitorSettings())).ToArray();

        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Theory]
    [InlineData("""{ "model": { "provider": "cuda" }, "batch": 1, "partitions": 9 }""")]
    [InlineData("""{ "checkpointSeconds": 5, "logging": { "level": "debug" }, "directories": { "store": "x" } }""")]
    [InlineData("""{ "limits": [{ "id": "limit.spo2.low", "delaySeconds": 10 }] }""")]
    public void Of_SettingsOutsideTheLaw_IsTheSame(string json) =>
        Assert.Equal(SettingsHash.Of(new MonitorSettings()), Hash(json));

    [Fact]
    public void Of_AModelsRule_Differs()
    {
        var rule = new ScoreRule { Id = "model.sepsis", Levels = [new(0.5, AlertPriority.Medium)] };

        Assert.NotEqual(SettingsHash.Of(new MonitorSettings()), SettingsHash.Of(new MonitorSettings { Model = rule }));
    }

    // A field that is added to the law must be added to the checksum; this test is the reminder.
    [Theory]
    [InlineData(typeof(MonitorSettings), 15)]
    [InlineData(typeof(LimitRule), 8)]
    [InlineData(typeof(ScoreRule), 7)]
    [InlineData(typeof(SourceSettings), 4)]
    [InlineData(typeof(AlertLevel), 2)]
    public void Canonical_FieldsOfTheLaw_AreTheOnesItWasWrittenFor(Type part, int properties) =>
        Assert.Equal(
            properties,
            part.GetProperties(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance).Length);

    private static string Hash(string json) =>
        SettingsHash.Of(ConfigurationLoader.Read(Encoding.UTF8.GetBytes(json), null, []).Monitor);
}
