// Holds medai evaluate to the figures of training, as they come out of the pipeline, and to what it says of input that it cannot judge.
using System.Globalization;
using System.Text.Json;
using Acceptance.Tests.Configuration;
using Acceptance.Tests.Replay;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Commands;

public sealed class EvaluateCommandTests : IDisposable
{
    private static readonly string[] Figures =
        ["prevalence", "auroc", "auprc", "utility", "brier", "ece", "calibrationSlope", "sensitivity", "precision", "f1"];

    private readonly ProgramRun _program = new();

    public void Dispose() => _program.Dispose();

    // Each shipped model's card has Python's figures of the validation patients. Here the same patients go through the pipeline.
    [Fact]
    public async Task Shipped_models_come_out_of_the_pipeline_with_the_figures_of_their_cards()
    {
        var data = SharedData.File("cinc2019");

        var code = await _program.RunAsync(["evaluate", "cinc2019", data, "--split", "validation", "--report", _program.At("v.json")]);

        Assert.True(code == ExitCodes.Ok, _program.Error);
        using var report = JsonDocument.Parse(File.ReadAllText(_program.At("v.json")));
        var compared = 0;
        foreach (var model in report.RootElement.GetProperty("models").EnumerateArray())
        {
            var folder = RepositoryFiles.At("models", model.GetProperty("name").GetString()!, model.GetProperty("version").GetString()!);
            if (!Directory.Exists(folder) || model.GetProperty("version").GetString() == "1.0.0")
                continue;

            using var card = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "card.json")));
            var expected = card.RootElement.GetProperty("metrics").GetProperty("validation");
            Assert.All(Figures, figure => Assert.Equal(expected.GetProperty(figure).GetDouble(), model.GetProperty(figure).GetDouble(), 5e-4));
            foreach (var counting in (Func<JsonElement, JsonElement>[])[f => f.GetProperty("alarmsPerPatientDay"), f => f.GetProperty("alarmsPerPatientDay").GetProperty("rearmed")])
            {
                Assert.Equal(Level(counting(expected)) ?? -1, Level(counting(model)) ?? -1, 5e-4);
            }

            compared++;
        }

        Assert.Equal(21, compared);
        Assert.Contains("<svg", File.ReadAllText(_program.At("v.html")), StringComparison.Ordinal);
    }

    private static double? Level(JsonElement alarms) =>
        alarms.GetProperty("atNews2Ge7") is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    // Two flows or one, and any batch: who is scored with whom changes no figure.
    [Fact]
    public async Task Readings_of_ones_own_with_labels_are_judged_the_same_by_any_number_of_flows()
    {
        var data = _program.Write("mine.csv", Labelled(40));

        Assert.Equal(ExitCodes.Ok, await _program.RunAsync(["evaluate", "csv", data, "--flows", "1", "--report", _program.At("1.json")]));
        Assert.Equal(ExitCodes.Ok, await _program.RunAsync(["evaluate", "csv", data, "--flows", "3", "--report", _program.At("3.json")]));

        var report = File.ReadAllText(_program.At("1.json"));
        Assert.Equal(report, File.ReadAllText(_program.At("3.json")));
        using var json = JsonDocument.Parse(report);
        Assert.Equal(40, json.RootElement.GetProperty("patients").GetInt32());
        Assert.Equal(10, json.RootElement.GetProperty("septic").GetInt32());
        Assert.Equal(40 * 12, json.RootElement.GetProperty("hours").GetInt32());
        var news2 = json.RootElement.GetProperty("models").EnumerateArray().Single(m => m.GetProperty("name").GetString() == "news2");
        Assert.True(news2.GetProperty("auroc").GetDouble() > 0.9);
        // Scores without a card have thresholds of their own: no row of the table is without a utility.
        Assert.Equal(7, news2.GetProperty("frozen").GetProperty("alert").GetDouble());
        Assert.All(
            json.RootElement.GetProperty("models").EnumerateArray().Where(m => m.GetProperty("name").GetString() is "news2" or "mews" or "qsofa" or "time-only"),
            m => Assert.Equal(JsonValueKind.Number, m.GetProperty("utility").ValueKind));
    }

    [Theory]
    [InlineData("patient,time,vital,value\na,2024-05-01T08:00:00Z,heart_rate,80\n", "", "holds no labels")]
    [InlineData("patient,time,vital,value,label\na,2024-05-01T08:00:00Z,heart_rate,80,yes\n", "", "mine.csv:2: the label is 'yes'")]
    [InlineData("patient,time,vital,value,label\na,01/05/2024 08:00,heart_rate,80,1\nb,01/05/2024 08:00,heart_rate,80,1\n", "", "2 lines of it could not be read, the first at mine.csv:2")]
    [InlineData("patient,time,vital,value,label\na,2024-05-01T08:00:00Z,heart_rate,80,1\n", "sepsis-oracle", "There is no model sepsis-oracle")]
    public async Task What_cannot_be_judged_is_named(string data, string models, string said)
    {
        var file = _program.Write("mine.csv", data);
        string[] arguments = ["evaluate", "csv", file, .. models.Length == 0 ? Array.Empty<string>() : ["--models", models]];

        Assert.NotEqual(ExitCodes.Ok, await _program.RunAsync(arguments));
        Assert.Contains(said, _program.Error, StringComparison.Ordinal);
    }

    // The first reading ends hour 1, in whatever order the lines stand: here it is where the admission said.
    [Fact]
    public async Task Without_an_admission_hours_are_counted_from_the_first_reading()
    {
        var lines = Labelled(8).TrimEnd().Split('\n');
        var said = _program.Write("said.csv", string.Join('\n', lines));
        var unsaid = _program.Write("unsaid.csv", string.Join('\n', lines.Take(1).Concat(lines.Skip(1).Reverse()).Select(Without(5))));

        Assert.Equal(ExitCodes.Ok, await _program.RunAsync(["evaluate", "csv", said, "--models", "sepsis-vitals", "--report", _program.At("said.json")]));
        var code = await _program.RunAsync(["evaluate", "csv", unsaid, "--models", "sepsis-vitals", "--report", _program.At("unsaid.json")]);

        Assert.True(code == ExitCodes.Ok, _program.Error);
        using var expected = JsonDocument.Parse(File.ReadAllText(_program.At("said.json")));
        using var report = JsonDocument.Parse(File.ReadAllText(_program.At("unsaid.json")));
        Assert.Equal(Auroc(expected), Auroc(report), 1e-12);

        static double Auroc(JsonDocument report) => report.RootElement.GetProperty("models").EnumerateArray()
            .Single(m => m.GetProperty("name").GetString() == "sepsis-vitals").GetProperty("auroc").GetDouble();

        static Func<string, string> Without(int column) => line => string.Join(',', line.Split(',').Where((_, index) => index != column));
    }

    [Fact]
    public async Task A_model_that_is_named_twice_is_judged_once_and_the_figures_are_not_overwritten_by_the_page()
    {
        var data = _program.Write("mine.csv", Labelled(4));

        Assert.Equal(ExitCodes.Usage, await _program.RunAsync(["evaluate", "csv", data, "--models", "sepsis-time", "--report", _program.At("r.html")]));
        Assert.Contains("r.html is where the page with pictures goes", _program.Error, StringComparison.Ordinal);
        var code = await _program.RunAsync(["evaluate", "csv", data, "--models", "sepsis-time,sepsis-time@2.0.0", "--report", _program.At("r.json")]);

        Assert.True(code == ExitCodes.Ok, _program.Error);
        using var report = JsonDocument.Parse(File.ReadAllText(_program.At("r.json")));
        Assert.Single(report.RootElement.GetProperty("models").EnumerateArray(), model => model.GetProperty("name").GetString() == "sepsis-time");
    }

    // A label that holds before the stay began is of no hour of it.
    [Fact]
    public async Task Labels_from_before_the_admission_are_left_out_and_counted()
    {
        var data = _program.Write("mine.csv", Labelled(8) + "p1,2024-05-01T07:59:00Z,heart_rate,80,charted,2024-05-01T08:00:00Z,1\n");

        var code = await _program.RunAsync(["evaluate", "csv", data, "--models", "sepsis-vitals", "--report", _program.At("r.json")]);

        Assert.True(code == ExitCodes.Ok, _program.Error);
        Assert.Contains("from before the admission of their patient and are not judged: 1", _program.Error, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(File.ReadAllText(_program.At("r.json")));
        Assert.Equal((2, 96), (report.RootElement.GetProperty("septic").GetInt32(), report.RootElement.GetProperty("hours").GetInt32()));
    }

    // One line is cut off, one has no patient, one value is no number and one patient has no label.
    [Fact]
    public async Task What_is_missing_in_the_figures_is_counted_and_named()
    {
        var data = _program.Write("mine.csv", Labelled(8)
            + "p1,2024-05-01T09:30:00Z,heart_rate,high,charted,,\n"
            + ",2024-05-01T09:30:00Z,heart_rate,80,charted,,\n"
            + "unlabelled,2024-05-01T09:00:00Z,heart_rate,80,charted,,\n"
            + "p2,2024-05-01T09:");

        var code = await _program.RunAsync(["evaluate", "csv", data, "--models", "sepsis-vitals", "--report", _program.At("r.json")]);

        Assert.True(code == ExitCodes.Ok, _program.Error);
        Assert.Contains("2 lines or files could not be read and are missing here", _program.Error, StringComparison.Ordinal);
        Assert.Contains("mine.csv:291 (missing_field)", _program.Error, StringComparison.Ordinal);
        Assert.Contains("mine.csv:293 (truncated)", _program.Error, StringComparison.Ordinal);
        Assert.Contains("have no label and are not judged: 1", _program.Error, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(File.ReadAllText(_program.At("r.json")));
        var readings = report.RootElement.GetProperty("readings");
        Assert.Equal((8 * 12 * 3) + 3, readings.GetProperty("in").GetInt32());
        Assert.Equal(8 * 12 * 3, readings.GetProperty("accepted").GetInt32());
        Assert.Equal(3, readings.GetProperty("rejected").GetInt32());
        Assert.Equal(1, readings.GetProperty("rejectedByReason").GetProperty("truncated").GetInt32());
        Assert.Contains("3 rejected", File.ReadAllText(_program.At("r.html")), StringComparison.Ordinal);
    }

    // Every fourth patient gets worse from hour 6 on, and is labelled from then.
    private static string Labelled(int patients)
    {
        var text = new System.Text.StringBuilder("patient,time,vital,value,source,admission,label\n");
        var admission = new DateTimeOffset(2024, 5, 1, 8, 0, 0, TimeSpan.Zero);
        for (var patient = 0; patient < patients; patient++)
        {
            for (var hour = 1; hour <= 12; hour++)
            {
                var worse = patient % 4 == 0 && hour >= 6 ? 1 : 0;
                foreach (var (vital, value) in new[] { ("heart_rate", 80 + patient % 7 + (60 * worse)), ("respiratory_rate", 16 + (14 * worse)), ("spo2", 97 - (8 * worse)) })
                {
                    text.Append(CultureInfo.InvariantCulture, $"p{patient},{admission.AddHours(hour):O},{vital},{value},charted,{admission:O},{worse}\n");
                }
            }
        }

        return text.ToString();
    }
}
