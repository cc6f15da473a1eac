// The figures of scores that are asked once a stay, counted by hand, and the report on them.
using System.Text;
using System.Text.Json;
using MedAI.Streaming.Evaluation.Metrics;
using MedAI.Streaming.Evaluation.Report;
using Xunit;

namespace Acceptance.Tests.Metrics;

public sealed class OutcomeFiguresTests
{
    private static readonly LabelledCohort Stays = Judging.Patients("1", "1", "0", "0", "1", "0", "0", "0");
    private static readonly ScoredModel Model = Judging.Risk(0.9, 0.4, 0.8, 0.2, 0.6, 0.1, 0.3, 0.05) with { Frozen = new FrozenThresholds(0.5, null) };

    [Fact]
    public void Judge_ThresholdOfTheModel_DecidesSensitivityAndPrecision()
    {
        var figures = new OutcomeEvaluator(Stays).Judge(Model);

        // At 0.5: stays 1, 3 and 5, of which 1 and 5 died; the death of stay 2 is missed.
        Assert.Equal(2 / 3.0, figures.Sensitivity.Value!.Value, 12);
        Assert.Equal(2 / 3.0, figures.Precision.Value!.Value, 12);
        Assert.Equal(2 / 3.0, figures.MinSensitivityPrecision.Value!.Value, 12);
        // At 0.4 all three deaths are found and three of four are right.
        Assert.Equal(3 / 4.0, figures.BestMinSensitivityPrecision.Value!.Value, 12);
        // Pairs in the right order: 5 for 0.9, 4 for 0.4, 4 for 0.6, of 15.
        Assert.Equal(13 / 15.0, figures.Auroc.Value!.Value, 12);
        Assert.Equal(3 / 8.0, figures.Prevalence.Value!.Value, 12);
        Assert.Equal((0.01 + 0.36 + 0.64 + 0.04 + 0.16 + 0.01 + 0.09 + 0.0025) / 8, figures.Brier.Value!.Value, 12);
        Assert.All([figures.Auroc, figures.Sensitivity, figures.MinSensitivityPrecision], figure =>
            Assert.InRange(figure.Value!.Value, figure.Interval95!.Value.Low!.Value, figure.Interval95.Value.High!.Value));
        Assert.Empty(figures.Notes);
    }

    [Fact]
    public void Judge_ScoreWithoutThreshold_HasOnlyTheBestAndSaysSo()
    {
        var figures = new OutcomeEvaluator(Stays).Judge(Judging.News2(9, 4, 8, 2, 6, 1, 3, double.NaN));

        Assert.Null(figures.Sensitivity.Value);
        Assert.Null(figures.MinSensitivityPrecision.Value);
        Assert.Null(figures.Brier.Value);
        Assert.Equal(3 / 4.0, figures.BestMinSensitivityPrecision.Value!.Value, 12);
        Assert.Equal(2, figures.Notes.Length);
        Assert.Equal(["Beforehand.", .. figures.Notes], new OutcomeEvaluator(Stays).Judge(figures.Model with { Notes = ["Beforehand."] }).Notes);
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("1", "1")]
    public void Judge_OneOutcomeOnly_HasNoAurocAndSaysWhy(string first, string second)
    {
        var figures = new OutcomeEvaluator(Judging.Patients(first, second)).Judge(Judging.Risk(0.2, 0.3) with { Frozen = new FrozenThresholds(0.5, null) });

        Assert.Null(figures.Auroc.Value);
        Assert.NotEmpty(figures.Notes);
    }

    [Fact]
    public void Of_StaysWithSeveralHours_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new OutcomeEvaluator(Judging.Patients("01")));
        Assert.Throws<ArgumentException>(() => OutcomeReport.Of(
            "cinc2012", LabelledCohort.Of([Judging.Stay("a", 1, "1"), Judging.Stay("b", 2, "0")]), [Judging.Risk(0.1, 0.2)]));
    }

    [Fact]
    public void Write_Report_HasTheTaskTheFiguresAndWhatOthersPublished()
    {
        var report = OutcomeReport.Of("cinc2012", Stays, [Model with { Name = "a<b" }]);

        using var json = JsonDocument.Parse(Written(report.WriteJson));
        var model = json.RootElement.GetProperty("models")[0];
        Assert.Equal("mortality", json.RootElement.GetProperty("task").GetString());
        Assert.Equal((8, 3, 1), (Number("patients"), Number("deaths"), Number("hour")));
        Assert.Equal(2, model.GetProperty("minSensitivityPrecisionInterval95").GetArrayLength());
        Assert.Equal(0.5, model.GetProperty("threshold").GetDouble());
        Assert.False(model.TryGetProperty("nne", out _));
        Assert.Equal([0.3125, 0.5353], json.RootElement.GetProperty("published").EnumerateArray().Select(p => p.GetProperty("minSensitivityPrecision").GetDouble()));
        var page = Written(report.WriteHtml);
        Assert.Equal(3, page.Split("<svg").Length - 1);
        Assert.Contains("a&lt;b", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);

        int Number(string name) => json.RootElement.GetProperty(name).GetInt32();
    }

    private static string Written(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
