// What the report says of the second counting of alarms, and of sensitivities that no threshold reaches.
using System.Text;
using System.Text.Json;
using MedAI.Streaming.Evaluation.Report;
using Xunit;
using static Acceptance.Tests.Metrics.Judging;

namespace Acceptance.Tests.Metrics;

public sealed class RearmedReportTests
{
    [Fact]
    public void Json_SensitivityThatNoThresholdReaches_IsNullBesideTheGreatestReached()
    {
        var news2 = new double[40];
        news2[15] = news2[35] = 7;
        // The first patient is found at 0.5; the score of the second is up from the start.
        var scores = Enumerable.Repeat(0.1, 40).ToArray();
        scores[15] = 0.5;
        Array.Fill(scores, 0.7, 20, 20);
        string[] labels = [new string('0', 19) + "1", new string('0', 19) + "1"];
        using var json = JsonDocument.Parse(Written(EvaluationReport.Of("csv", Patients(labels), News2(news2), [Risk(scores)]).WriteJson));
        var model = json.RootElement.GetProperty("models")[0];
        var literal = model.GetProperty("matched").GetProperty("atNews2Ge7");
        var rearmed = model.GetProperty("matched").GetProperty("rearmed").GetProperty("atNews2Ge7");

        Assert.Equal(JsonValueKind.Null, model.GetProperty("alarmsPerPatientDay").GetProperty("atNews2Ge7").ValueKind);
        Assert.Equal(JsonValueKind.Null, literal.GetProperty("threshold").ValueKind);
        Assert.Equal(0.5, literal.GetProperty("greatestSensitivity").GetDouble());
        Assert.Equal(2, literal.GetProperty("greatestSensitivityInterval95").GetArrayLength());
        Assert.Equal(0.5, rearmed.GetProperty("threshold").GetDouble());
        Assert.Equal(
            rearmed.GetProperty("alarmsPerPatientDay").GetDouble(),
            model.GetProperty("alarmsPerPatientDay").GetProperty("rearmed").GetProperty("atNews2Ge7").GetDouble());
        Assert.Contains("finds 0.500", Text(EvaluationReport.Of("csv", Patients(labels), News2(news2), [Risk(scores)])), StringComparison.Ordinal);
    }

    [Fact]
    public void Page_NamesWhatIsRearmed()
    {
        var page = Text(GoldenCohort.Report);

        Assert.Contains("alarm burden, re-armed", page, StringComparison.Ordinal);
        Assert.Contains("(re-armed) needed to find as many septic patients as NEWS2 &gt;= 5 (sensitivity 0.729)", page, StringComparison.Ordinal);
        Assert.Contains("steady, re-armed", page, StringComparison.Ordinal);
    }

    private static byte[] Written(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return stream.ToArray();
    }

    private static string Text(EvaluationReport report) => Encoding.UTF8.GetString(Written(report.WriteHtml));
}
