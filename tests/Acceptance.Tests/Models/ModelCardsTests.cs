// Copies of a shipped model under other names and versions: which of them commands mean, and which they refuse.
using System.Text.Json.Nodes;
using Acceptance.Tests.Commands;
using Acceptance.Tests.Configuration;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Models;

public sealed class ModelCardsTests : IDisposable
{
    private const string Labelled = "patient,time,vital,value,source,admission,label\n"
        + "a,2024-05-01T09:00:00Z,heart_rate,80,charted,2024-05-01T08:00:00Z,0\na,2024-05-01T10:00:00Z,heart_rate,120,charted,2024-05-01T08:00:00Z,1\n";

    private readonly ProgramRun _medai = new();

    public ModelCardsTests()
    {
        _medai.Variables["MEDAI__directories__models"] = _medai.At("models");
        (_medai.Variables["MEDAI__model__name"], _medai.Variables["MEDAI__model__version"]) = ("sepsis-logistic", "1.0.0");
        Put("sepsis-logistic", "1.0.0");
    }

    public void Dispose() => _medai.Dispose();

    [Theory]
    [InlineData("sepsis-logistic", "deterioration", "'task' is \"deterioration\"; it must be 'sepsis'")]
    [InlineData("deterioration-logistic", "deterioration", "predicts deterioration, and sepsis-logistic@1.0.0 sepsis: one cannot stand in for the other")]
    public async Task A_model_that_answers_another_question_is_not_promoted(string name, string task, string said)
    {
        Put(name, "1.10.0", task);

        Assert.Equal(ExitCodes.Failure, await _medai.RunAsync("models", "promote", $"{name}@1.10.0"));

        Assert.Contains($"{name}@1.10.0 is refused, and sepsis-logistic@1.0.0 goes on", _medai.Error, StringComparison.Ordinal);
        Assert.Contains(said, _medai.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_medai.At("models/registry.json")));
    }

    [Fact]
    public async Task A_name_without_a_version_means_the_newest_by_number()
    {
        Put("sepsis-logistic", "1.9.0");
        Put("sepsis-logistic", "1.10.0");
        var data = _medai.Write("mine.csv", Labelled);

        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "show", "sepsis-logistic", "--json"));
        Assert.Contains("\"version\":\"1.10.0\"", _medai.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("evaluate", "csv", data, "--models", "sepsis-logistic"));
        Assert.Contains("1 models: sepsis-logistic@1.10.0", _medai.Error, StringComparison.Ordinal);
        await _medai.RunAsync("models", "list");
        string[] listed = [.. _medai.Output.Split('\n').Skip(1).Select(line => line.Split(' ')[0]).Where(model => model.Length > 0)];
        Assert.Equal(["sepsis-logistic@1.0.0", "sepsis-logistic@1.9.0", "sepsis-logistic@1.10.0"], listed);
    }

    // Whatever words a card has for it.
    [Fact]
    public async Task Judged_are_all_models_of_the_served_ones_task_unless_others_are_named()
    {
        Put("sepsis-other", "1.0.0", meaning: "the same in other words");
        Put("deterioration-other", "1.0.0", "deterioration");
        var data = _medai.Write("mine.csv", Labelled);

        var code = await _medai.RunAsync("evaluate", "csv", data);

        Assert.True(code == ExitCodes.Ok, _medai.Error);
        Assert.Contains("2 models: sepsis-logistic@1.0.0, sepsis-other@1.0.0", _medai.Error, StringComparison.Ordinal);
    }

    private void Put(string name, string version, string task = "sepsis", string meaning = "a risk")
    {
        var from = RepositoryFiles.At("models", "sepsis-logistic", "1.0.0");
        var card = JsonNode.Parse(File.ReadAllText(Path.Combine(from, "card.json")))!;
        card["output"]!["meaning"] = meaning;
        (card["name"], card["version"], card["task"]) = (name, version, task);
        var path = _medai.Write(Path.Combine("models", name, version, "card.json"), card.ToJsonString());
        File.Copy(Path.Combine(from, "model.onnx"), Path.Combine(Path.GetDirectoryName(path)!, "model.onnx"));
    }
}
