// Damaged and mismatched model folders: each is refused with a message that names the file, what is wrong and what to do.
using System.Text.Json.Nodes;
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace Adapters.Tests.Onnx;

public class ModelLoadTests
{
    [Fact]
    public void Load_NoFolder_NamesIt()
    {
        using var models = TestModels.With(TestModels.Logistic(), 0);
        var missing = Path.Combine(models.Root, "tiny", "9.9.9");

        Assert.StartsWith($"{missing}: there is no such model folder.", Refused(missing));
    }

    [Fact]
    public void Load_NoCard_NamesTheFile()
    {
        using var models = TestModels.With(TestModels.Logistic(), 0);
        File.Delete(models.CardFile);

        Assert.StartsWith($"{models.CardFile}: the card is missing.", Refused(models.Folder));
    }

    [Fact]
    public void Load_NoModel_NamesTheFile()
    {
        using var models = TestModels.With(TestModels.Logistic(), 0);
        File.Delete(models.ModelFile);

        Assert.StartsWith($"{models.ModelFile}: the model cannot be read:", Refused(models.Folder));
    }

    [Theory]
    [InlineData("", "the card is not valid JSON at line 1, byte 1")]
    [InlineData("{\n  \"name\": \"tiny\",\n  \"version\"", "the card is not valid JSON at line 3")]
    [InlineData("[1, 2]", "the card must be a JSON object")]
    public void Load_CorruptCard_SaysWhere(string content, string expected)
    {
        using var models = TestModels.With(TestModels.Logistic(), 0);
        File.WriteAllText(models.CardFile, content);

        Assert.StartsWith($"{models.CardFile}: {expected}", Refused(models.Folder));
    }

    [Theory]
    [InlineData("name", null, "'name' is missing")]
    [InlineData("name", "7", "'name' is 7; it must be a text")]
    [InlineData("name", "\"other\"", "the card is of other 1.0.0, but lies in the folder of tiny 1.0.0")]
    [InlineData("version", "\"2.0.0\"", "the card is of tiny 2.0.0, but lies in the folder of tiny 1.0.0")]
    [InlineData("task", "\"deterioration\"", "'task' is \"deterioration\"; it must be 'tiny', the model's name up to the first hyphen: rules, series and the registry go by that")]
    [InlineData("task", "\"risk of sepsis\"", "'task' is \"risk of sepsis\"; it must be 'tiny'")]
    [InlineData("inputs", "[]", "'inputs' is []; it must be a list of names that is not empty")]
    [InlineData("inputs", "[\"a\", 1]", "'inputs' is [\"a\",1]; it must be a list of names")]
    [InlineData("inputs", "[\"a\", \"a\"]", "'inputs' is [\"a\",\"a\"]; it must be a list of different names ('a' is there")]
    [InlineData("stepSeconds", "0", "'stepSeconds' is 0; it must be a whole number from 1 to 86400")]
    [InlineData("stepSeconds", "1.5", "'stepSeconds' is 1.5; it must be a whole number from 1 to 86400")]
    [InlineData("stateSize", "-1", "'stateSize' is -1; it must be a whole number from 0 to 65536")]
    [InlineData("normalisation.mean", "[]", "'normalisation.mean' is []; it must be an object of numbers by name")]
    [InlineData("normalisation.mean.heart_rate", "\"x\"", "'normalisation.mean.heart_rate' is \"x\"; it must be a number")]
    [InlineData("normalisation.mean.weight", "70", "'normalisation.mean.weight' is 70; it must be of an input")]
    [InlineData("normalisation.std.heart_rate", "0", "'normalisation.std.heart_rate' is 0; it must be a number from 1E-09")]
    [InlineData("normalisation.clip", null, "'normalisation.clip' is missing")]
    [InlineData("output.meaning", "\"\"", "'output.meaning' is \"\"; it must be a text")]
    [InlineData("thresholds.alert", "1.7", "'thresholds.alert' is 1.7; it must be a number from 0.001 to 1")]
    [InlineData("thresholds.alert", "0", "'thresholds.alert' is 0; it must be a number from 0.001 to 1")]
    [InlineData("thresholds.clear", "0.6", "'thresholds.clear' is 0.6; it must be a number from 0 to 0.5")]
    [InlineData("alarm", "{}", "'alarm.name' is missing")]
    [InlineData("alarm", "{\"name\":\"rise\"}", "'alarm.name' is \"rise\"; it must be 'alarm', the output of a model with a state")]
    [InlineData("alarm", "{\"name\":\"alarm\"}", "'alarm.name' is \"alarm\"; it must be 'alarm', the output of a model with a state")]
    [InlineData("inputReference", "[]", "'inputReference' is []; it must be an object of histograms by name")]
    [InlineData("inputReference", "{\"heart_rate.value\":{\"edges\":[1]}}", "'inputReference of heart_rate.value' is {\"edges\":[1]}; it must be an object with")]
    [InlineData("inputReference", "{\"heart_rate.value\":{\"edges\":[\"1\"],\"shares\":[1]}}", "'inputReference of heart_rate.value' is")]
    [InlineData("inputReference", "{\"weight\":{\"edges\":[1],\"shares\":[0.5,0.5]}}", "'inputReference' is {\"weight\":{\"edges\":[1],\"shares\":[0.5,0.5]}}; it must be by input, but 'weight' is none")]
    [InlineData("inputReference", "{\"input3\":{\"edges\":[1],\"shares\":[0.5,0.4]}}", "'inputReference' is {\"input3\":{\"edges\":[1],\"shares\":[0.5,0.4]}}; it must be a histogram whose shares")]
    [InlineData("sha256", "\"ABC\"", "'sha256' is \"ABC\"; it must be 64 lower-case hexadecimal digits")]
    public void Load_WrongCardValue_NamesKeyValueAndRange(string key, string? value, string expected)
    {
        using var models = TestModels.With(TestModels.Logistic(), 0);
        var card = models.ReadCard();
        var path = key.Split('.');
        var parent = path[..^1].Aggregate(card, (node, part) => node[part]!.AsObject());
        parent.Remove(path[^1]);
        if (value is not null)
        {
            parent[path[^1]] = JsonNode.Parse(value);
        }

        models.WriteCard(card);

        Assert.StartsWith($"{models.CardFile}: {expected}", Refused(models.Folder));
    }

    [Theory, InlineData("tiny", "tiny"), InlineData("tiny-all-gru", "tiny"), InlineData("tiny-all-gru", null)]
    public void ReadCard_TaskThatItsNameBeginsWith_HasIt(string name, string? task)
    {
        using var models = TestModels.With(TestModels.Logistic(), 0);
        var (card, folder) = (models.ReadCard(), Path.Combine(models.Root, name, "2.0.0"));
        (card["name"], card["version"], card["task"]) = (name, "2.0.0", task);
        if (task is null)
            card.Remove("task");
        Directory.CreateDirectory(folder);
        File.WriteAllText(ModelFolder.CardFile(folder), card.ToJsonString());

        Assert.Equal("tiny", ModelFolder.ReadCard(folder).Task);
    }

    [Fact]
    public void ReadCard_WithHistogramsOfInputs_HasThem()
    {
        using var models = TestModels.With(TestModels.Logistic(), 0);
        Assert.Empty(ModelFolder.ReadCard(models.Folder).InputReference);
        var card = models.ReadCard();
        card["inputReference"] = JsonNode.Parse("""{"heart_rate.value":{"edges":[-1,1.5],"shares":[0.25,0.5,0.25]},"input3":{"edges":[1],"shares":[1,0]}}""");
        models.WriteCard(card);

        var references = ModelFolder.ReadCard(models.Folder).InputReference;

        Assert.Equal(["heart_rate.value", "input3"], references.Keys.Order());
        Assert.Equal([-1, 1.5], references["heart_rate.value"].Edges);
        Assert.Equal([0.25, 0.5, 0.25], references["heart_rate.value"].Shares);
    }

    [Fact]
    public void Load_ModelChangedByOneByte_SaysExpectedAndFoundChecksum()
    {
        using var models = TestModels.With(TestModels.Recurrent(), TestModels.StateSize);
        var expected = models.ReadCard()["sha256"]!.GetValue<string>();
        var content = File.ReadAllBytes(models.ModelFile);
        content[^100] ^= 1;
        File.WriteAllBytes(models.ModelFile, content);

        var message = Refused(models.Folder);

        Assert.StartsWith($"{models.ModelFile}: the checksum does not fit. The card expects sha256 {expected}, ", message);
        Assert.Contains($"({content.Length} bytes)", message);
    }

    [Theory, InlineData(0), InlineData(20), InlineData(3000)]
    public void Load_CorruptModelWithFittingChecksum_SaysItCannotBeRead(int length)
    {
        using var models = TestModels.With(TestModels.Recurrent(), TestModels.StateSize);
        models.WriteModel(TestModels.Recurrent().ToArray()[..length], TestModels.StateSize);

        Assert.StartsWith($"{models.ModelFile}: ONNX Runtime cannot read the model:", Refused(models.Folder));
    }

    [Fact]
    public void Load_OtherInputName_ListsFoundAndWanted()
    {
        using var models = TestModels.With(new OnnxFile().Input("features", -1, TestModels.Inputs)
            .Output("risk", -1, TestModels.Inputs).Node("Sigmoid", "features", "risk"), 0);

        Assert.StartsWith(
            $"{models.ModelFile}: the model's inputs are 'features', but its card asks for 'x'.", Refused(models.Folder));
    }

    [Fact]
    public void Load_StatelessModelWithStatefulCard_ListsFoundAndWanted()
    {
        using var models = TestModels.With(TestModels.Logistic(), TestModels.StateSize);

        Assert.StartsWith(
            $"{models.ModelFile}: the model's inputs are 'x', but its card asks for 'x', 'state'.", Refused(models.Folder));
    }

    // The card's thresholds are about one score or the other: a file and a card that differ are never served.
    [Fact]
    public void Load_AlarmScoreThatOnlyTheFileOrOnlyTheCardHas_IsRefused()
    {
        using var silent = TestModels.With(TestModels.Alarming(), TestModels.StateSize);
        using var boasting = TestModels.With(TestModels.Recurrent(), TestModels.StateSize);
        boasting.SayAlarm();

        Assert.StartsWith(
            $"{silent.ModelFile}: the model's outputs are 'risk', 'state_out', 'alarm', but its card asks for 'risk', 'state_out'.", Refused(silent.Folder));
        Assert.Contains("but its card asks for 'risk', 'state_out', 'attention', 'alarm'.", Refused(boasting.Folder));
    }

    [Fact]
    public void Load_OtherNumberOfInputs_SaysShapeFoundAndWanted()
    {
        using var models = TestModels.With(new OnnxFile().Input("x", -1, 24).Output("risk", -1, 1)
            .Constant("v", TestModels.Weights(1, 24), 24, 1).Node("MatMul", "x v", "logit").Node("Sigmoid", "logit", "risk"), 0);

        Assert.StartsWith(
            $"{models.ModelFile}: 'x' has the shape [free, 24], but its card has 25 inputs, so it must be [rows, 25]",
            Refused(models.Folder));
    }

    [Fact]
    public void Load_FixedNumberOfRows_SaysRowsMustBeFree()
    {
        using var models = TestModels.With(new OnnxFile().Input("x", 1, TestModels.Inputs).Output("risk", 1, 1)
            .Constant("v", TestModels.Weights(1, TestModels.Inputs), TestModels.Inputs, 1)
            .Node("MatMul", "x v", "logit").Node("Sigmoid", "logit", "risk"), 0);

        Assert.StartsWith($"{models.ModelFile}: 'x' has the shape [1, 25], but its card has 25 inputs, so it must be [rows, 25]",
            Refused(models.Folder));
    }

    [Fact]
    public void Load_ResultWhoseWidthShowsOnlyWhenRun_SaysItDoesNotAnswer()
    {
        // Places of the inputs that are not zero: as many rows as there are, and two columns.
        using var models = TestModels.With(new OnnxFile().Input("x", -1, TestModels.Inputs).Output("risk", -1, -1)
            .Node("NonZero", "x", "places").Node("Transpose", "places", "rows").Node("Cast", "rows", "wide", ("to", 1))
            .Node("Compress", "wide mask", "risk", ("axis", 1)).Mask("mask", true, true), 0);

        Assert.StartsWith($"{models.ModelFile}: the model loads but does not answer: tiny@1.0.0 did not score 1 rows:",
            Refused(models.Folder));
    }

    [Fact]
    public void List_SeveralModels_IsOrderedAndSeesHalfFolders()
    {
        using var models = TestModels.With(TestModels.Logistic(), 0);
        var half = Directory.CreateDirectory(Path.Combine(models.Root, "another", "0.1.0")).FullName;
        File.WriteAllText(Path.Combine(half, "model.onnx"), "");
        Directory.CreateDirectory(Path.Combine(models.Root, "tiny", "empty"));

        Assert.Equal([half, models.Folder], ModelFolder.List(models.Root));
        foreach (var version in new[] { "10.0.0", "9.0.0" })
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(models.Root, "another", version)).FullName, "card.json"), "");
        Assert.Equal(["0.1.0", "9.0.0", "10.0.0", "1.0.0"], ModelFolder.List(models.Root).Select(Path.GetFileName));
        Assert.Empty(ModelFolder.List(Path.Combine(models.Root, "none")));
    }

    private static string Refused(string folder) => Assert.Throws<ModelLoadException>(() => OnnxModel.Load(folder)).Message;
}
