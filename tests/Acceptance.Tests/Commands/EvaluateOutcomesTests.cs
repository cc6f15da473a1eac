// Holds medai evaluate on outcomes to the figures of training, and to what it says of input that it cannot judge.
using System.Globalization;
using System.Text.Json;
using Acceptance.Tests.Configuration;
using Acceptance.Tests.Replay;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Commands;

public sealed class EvaluateOutcomesTests : IDisposable
{
    private static readonly string[] Figures =
        ["prevalence", "auroc", "auprc", "brier", "ece", "calibrationSlope", "sensitivity", "precision", "minSensitivityPrecision"];

    private readonly ProgramRun _program = new();

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task The_shipped_model_comes_out_of_the_pipeline_with_the_figures_of_its_card()
    {
        var data = SharedData.File("cinc2012");

        var code = await _program.RunAsync(["evaluate", "cinc2012", data, "--models", "acuity", "--report", _program.At("b.json")]);

        Assert.True(code == ExitCodes.Ok, _program.Error);
        using var report = JsonDocument.Parse(File.ReadAllText(_program.At("b.json")));
        using var card = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.At("models", "acuity", "1.0.0", "card.json")));
        var expected = card.RootElement.GetProperty("metrics").GetProperty("setB");
        var models = report.RootElement.GetProperty("models").EnumerateArray().ToDictionary(m => m.GetProperty("name").GetString()!);
        Assert.Equal("mortality", report.RootElement.GetProperty("task").GetString());
        Assert.Equal((4000, 568), (report.RootElement.GetProperty("patients").GetInt32(), report.RootElement.GetProperty("deaths").GetInt32()));
        Assert.All(Figures, figure => Assert.Equal(expected.GetProperty(figure).GetDouble(), models["acuity"].GetProperty(figure).GetDouble(), 5e-4));
        Assert.Equal(expected.GetProperty("sapsIAuroc").GetDouble(), models["saps-i"].GetProperty("auroc").GetDouble(), 5e-4);
        Assert.Contains("<svg", File.ReadAllText(_program.At("b.html")), StringComparison.Ordinal);
    }

    // The last answer at or before the end of hour 48 counts, whenever the last reading came; flows and batches change nothing.
    [Fact]
    public async Task Records_of_ones_own_are_judged_the_same_by_any_number_of_flows()
    {
        var data = Records(24);

        Assert.Equal(ExitCodes.Ok, await _program.RunAsync(["evaluate", "cinc2012", data, "--flows", "1", "--report", _program.At("1.json")]));
        Assert.Equal(ExitCodes.Ok, await _program.RunAsync(["evaluate", "cinc2012", data, "--flows", "3", "--report", _program.At("3.json")]));

        var report = File.ReadAllText(_program.At("1.json"));
        Assert.Equal(report, File.ReadAllText(_program.At("3.json")));
        using var json = JsonDocument.Parse(report);
        Assert.Equal((24, 6), (json.RootElement.GetProperty("patients").GetInt32(), json.RootElement.GetProperty("deaths").GetInt32()));
        Assert.Equal(["saps-i", "acuity"], json.RootElement.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("--split", "test", "--split is for the patients of cinc2019")]
    [InlineData("--models", "acuity-oracle", "There is no model acuity-oracle")]
    public async Task What_cannot_be_judged_is_named(string option, string value, string said)
    {
        Assert.NotEqual(ExitCodes.Ok, await _program.RunAsync(["evaluate", "cinc2012", Records(4), option, value]));
        Assert.Contains(said, _program.Error, StringComparison.Ordinal);
    }

    // Allowed, since somebody may want to know; not unremarked, since nobody should mix them up.
    [Fact]
    public async Task A_model_of_another_task_is_judged_with_a_remark()
    {
        const string Remark = "It was made for the task 'sepsis' and is judged here by labels of the task 'acuity'.";

        var code = await _program.RunAsync(["evaluate", "cinc2012", Records(8), "--models", "sepsis-time", "--report", _program.At("r.json")]);

        Assert.True(code == ExitCodes.Ok, _program.Error);
        Assert.Contains($"sepsis-time@2.0.0: {Remark}", _program.Error, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(File.ReadAllText(_program.At("r.json")));
        var model = report.RootElement.GetProperty("models").EnumerateArray().Single(m => m.GetProperty("name").GetString() == "sepsis-time");
        Assert.Contains(Remark, model.GetProperty("notes").EnumerateArray().Select(note => note.GetString()));
    }

    [Fact]
    public async Task Records_without_outcomes_are_refused()
    {
        var data = _program.Write("set-x.csv", "RecordID,Time,Parameter,Value\n1,00:00,Age,50\n");

        Assert.NotEqual(ExitCodes.Ok, await _program.RunAsync(["evaluate", "cinc2012", data]));
        Assert.Contains("there is no file of outcomes", _program.Error, StringComparison.Ordinal);
    }

    // One file is empty, one was told nothing that can be read: neither costs the others.
    [Fact]
    public async Task A_bad_file_among_many_costs_only_its_own_patient()
    {
        var folder = Path.GetDirectoryName(_program.Write("set-y/1.txt", ""))!;
        for (var record = 2; record <= 5; record++)
            _program.Write($"set-y/{record}.txt", $"Time,Parameter,Value\n00:00,RecordID,{record}\n00:00,Age,60\n03:10,HR,{70 + record}\n");
        _program.Write("set-y/6.txt", "Time,Parameter,Value\nnoon,HR,80\n");
        _program.Write("set-y/0.txt", "Time,Parameter,Value\n00:00,RecordID,0\n00:00,Age,60\n");
        _program.Write("Outcomes-y.txt", "RecordID,SAPS-I,In-hospital_death\n0,5,0\n1,5,0\n2,5,0\n3,5,1\n4,5,0\n5,5,1\n6,5,0\n");

        var code = await _program.RunAsync(["evaluate", "cinc2012", folder, "--report", _program.At("y.json")]);

        Assert.True(code == ExitCodes.Ok, _program.Error);
        using var report = JsonDocument.Parse(File.ReadAllText(_program.At("y.json")));
        Assert.Equal((6, 2), (report.RootElement.GetProperty("patients").GetInt32(), report.RootElement.GetProperty("deaths").GetInt32()));
        Assert.Equal(2, report.RootElement.GetProperty("readings").GetProperty("rejected").GetInt32());
        Assert.Contains("2 lines or files could not be read", _program.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_outcomes_of_one_record_are_refused()
    {
        var data = Records(4);
        File.AppendAllText(_program.At("Outcomes-x.txt"), "4,20,1,5,-1,0\n");

        Assert.Equal(ExitCodes.Input, await _program.RunAsync(["evaluate", "cinc2012", data]));
        Assert.Contains("says of 4 both", _program.Error, StringComparison.Ordinal);
    }

    // Every fourth patient is unconscious and in shock, and dies.
    private string Records(int count)
    {
        var rows = new System.Text.StringBuilder("RecordID,Time,Parameter,Value\n");
        var outcomes = new System.Text.StringBuilder("RecordID,SAPS-I,SOFA,Length_of_stay,Survival,In-hospital_death\n");
        for (var record = 1; record <= count; record++)
        {
            var dies = record % 4 == 0;
            rows.Append(CultureInfo.InvariantCulture, $"{record},00:00,Age,{40 + record}\n");
            for (var hour = 0; hour < 20 + record; hour++)
            {
                rows.Append(CultureInfo.InvariantCulture, $"{record},{hour:00}:17,HR,{(dies ? 130 : 80) + record % 7}\n");
                rows.Append(CultureInfo.InvariantCulture, $"{record},{hour:00}:17,GCS,{(dies ? 3 : 15)}\n");
                rows.Append(CultureInfo.InvariantCulture, $"{record},{hour:00}:42,SysABP,{(dies ? 75 : 120)}\n");
            }

            outcomes.Append(CultureInfo.InvariantCulture, $"{record},{(dies ? 20 : 8)},1,5,-1,{(dies ? 1 : 0)}\n");
        }

        _program.Write("Outcomes-x.txt", outcomes.ToString());
        return _program.Write("set-x.csv", rows.ToString());
    }
}
