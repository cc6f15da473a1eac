// The two files of an evaluation: JSON that programs read, and a page that needs nothing beside it.
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MedAI.Streaming.Evaluation.Report;
using Xunit;
using static Acceptance.Tests.Metrics.Judging;

namespace Acceptance.Tests.Metrics;

public sealed partial class EvaluationReportTests
{
    [Fact]
    public void Json_HasWhatTheDocumentPromises()
    {
        using var json = JsonDocument.Parse(Written(GoldenCohort.Report.WriteJson));
        var root = json.RootElement;

        Assert.Equal(["format", "patients", "septic", "hours", "models"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal([240, 48, 4650], ((string[])["patients", "septic", "hours"]).Select(n => root.GetProperty(n).GetInt32()));
        Assert.Equal(
            [
                "name", "version", "inputs", "auroc", "auprc", "prevalence", "brier", "ece", "calibrationSlope", "sensitivity", "precision", "notes",
                "utility", "f1", "alarmsPerPatientDay", "nne", "leadHours", "matched", "frozen", "drift",
            ],
            root.GetProperty("models")[0].EnumerateObject().Select(p => p.Name).Where(n => !n.EndsWith("Interval95", StringComparison.Ordinal)));
    }

    [Fact]
    public void Json_WhatIsNotDefined_IsNull()
    {
        var news2 = News2(0, 0, 0);
        using var json = JsonDocument.Parse(Written(EvaluationReport.Of("csv", Patients("000"), news2, [news2]).WriteJson));
        var model = json.RootElement.GetProperty("models")[0];

        Assert.Equal(JsonValueKind.Null, model.GetProperty("auroc").ValueKind);
        Assert.Equal(JsonValueKind.Null, model.GetProperty("aurocInterval95").ValueKind);
        Assert.Equal(JsonValueKind.Null, model.GetProperty("matched").GetProperty("atNews2Ge7").GetProperty("threshold").ValueKind);
        Assert.NotEqual(0, model.GetProperty("notes").GetArrayLength());
    }

    [Fact]
    public void Page_IsSelfContained()
    {
        var page = Text(GoldenCohort.Report);

        Assert.InRange(page.Length, 20_000, 1_000_000);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Address().Matches(page).Select(m => m.Value), a => a != "http://www.w3.org/2000/svg");
        Assert.Contains("secondary monitor", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_EveryPlotIsWellFormedAndNamesItsAxes()
    {
        var plots = Svg().Matches(Text(GoldenCohort.Report)).Select(m => XDocument.Parse(m.Value)).ToList();

        // ROC, precision-recall, calibration and burden in both countings of the one set of inputs, and as often a histogram of leads for
        // each of six scores.
        Assert.Equal(3 + (2 * (1 + 6)), plots.Count);
        Assert.All(plots, plot =>
        {
            Assert.NotEqual("", plot.Root!.Elements().Single(e => e.Name.LocalName == "title").Value);
            var texts = plot.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToList();
            Assert.Contains(texts, t => t is "patients" or "alarms per patient-day" || t.Contains("share of", StringComparison.Ordinal));
            Assert.DoesNotContain("NaN", plot.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("∞", plot.ToString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Page_NamesFromOutside_AreEncoded()
    {
        var news2 = News2(0, 0, 5);
        var page = Text(EvaluationReport.Of("<b>&", Patients("001"), news2, [news2 with { Name = "a<script>\"x\"" }]));

        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.Contains("a&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Drift_OfAModel_IsInTheJsonAndItsTenFurthestOnThePage()
    {
        var news2 = News2(0, 0, 5);
        var moved = Enumerable.Range(0, 12).ToDictionary(i => $"input{i:00}", i => i / 100.0);
        var report = EvaluationReport.Of("csv", Patients("001"), news2, [news2, Risk(0.1, 0.1, 0.3) with { Drift = moved }]);
        using var json = JsonDocument.Parse(Written(report.WriteJson));
        var page = Text(report);

        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("models")[0].GetProperty("drift").ValueKind);
        Assert.Equal(0.11, json.RootElement.GetProperty("models")[1].GetProperty("drift").GetProperty("input11").GetDouble());
        Assert.Contains("Input drift", page, StringComparison.Ordinal);
        Assert.Contains("input02", page, StringComparison.Ordinal);
        Assert.DoesNotContain("input01", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Input drift", Text(EvaluationReport.Of("csv", Patients("001"), news2, [news2])), StringComparison.Ordinal);
    }

    [Fact]
    public void Page_OneClassOnly_SaysWhyCellsAreEmpty()
    {
        var news2 = News2(0, 0, 0);
        var page = Text(EvaluationReport.Of("csv", Patients("000"), news2, [news2, Risk(0.1, 0.1, 0.1)]));

        Assert.Contains("No hour is labelled", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
    }

    private static byte[] Written(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    private static string Text(EvaluationReport report) => Encoding.UTF8.GetString(Written(report.WriteHtml));

    [GeneratedRegex("""(https?:)?//[\w.]+[^"\s]*""")]
    private static partial Regex Address();

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Svg();
}
