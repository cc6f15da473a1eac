// The models that ship with the program give the numbers of the golden files, which Python wrote.
using System.Text.Json;
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Pipeline.Scoring;
using Xunit;

namespace Adapters.Tests.Onnx;

public class GoldenTests
{
    private const double Tolerance = 1e-5;
    private static readonly string Root = FindRoot();

    public static TheoryData<string> Models => [.. ModelFolder.List(Path.Combine(Root, "models"))
        .Select(folder => Path.GetRelativePath(Root, folder)).DefaultIfEmpty("none")];

    [Theory, MemberData(nameof(Models))]
    public void Load_ShippedModel_MayPageAndHasTheListedInputs(string folder)
    {
        using var model = Load(folder);
        using var features = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, "schemas", "features.json")));
        var names = features.RootElement.GetProperty("inputs").EnumerateArray()
            .Select(input => input.GetProperty("name").GetString()!);

        Assert.True(model.MayPage, model.Bits.Reason);
        Assert.Empty(model.Card.Inputs.Except(names));
        Assert.Equal(features.RootElement.GetProperty("stepSeconds").GetInt32(), model.Card.StepSeconds);
    }

    [Theory, MemberData(nameof(Models))]
    public void Run_GoldenPatients_EqualsPython(string folder)
    {
        using var model = Load(folder);
        using var answers = Golden(document => document.TryGetProperty("model", out var name)
            && name.GetString() == model.Card.Name && document.GetProperty("version").GetString() == model.Card.Version);
        Assert.True(answers is not null, $"schemas/golden has no file for {model.Card.Id}");
        using var first = Golden(document => IsFeatures(document, 1));
        using var all = Golden(document => IsFeatures(document, 2));
        var patients = first!.RootElement.GetProperty("patients").EnumerateArray().Concat(all!.RootElement.GetProperty("patients").EnumerateArray())
            .ToDictionary(patient => patient.GetProperty("name").GetString()!);
        var compared = 0;
        foreach (var patient in answers.RootElement.GetProperty("patients").EnumerateArray())
        {
            var name = patient.GetProperty("name").GetString()!;
            var stay = new GoldenStay(model, patients[name]);
            foreach (var score in patient.GetProperty("scores").EnumerateArray())
            {
                stay.Run(GoldenStay.Milliseconds(score), score.GetProperty("committed").GetBoolean());
                Compare(model, score, $"{name} at {score.GetProperty("t").GetDouble()} s");
                compared++;
            }
        }

        Assert.True(compared > 50, $"only {compared} scores could be compared");
    }

    [Theory, MemberData(nameof(Models))]
    public void BitTest_GoldenPatients_GivesEqualBits(string folder)
    {
        using var model = Load(folder);
        using var features = Features(model.Card);
        Assert.NotNull(features);
        var columns = Columns(model.Card, features.RootElement);
        var inputs = features.RootElement.GetProperty("patients").EnumerateArray()
            .SelectMany(patient => patient.GetProperty("scores").EnumerateArray())
            .SelectMany(score => Row(score, columns)).ToArray();

        var result = BitTest.Run(model, inputs, new float[inputs.Length / model.Card.Inputs.Count * model.Card.StateSize]);

        Assert.True(result.Equal, result.Reason);
    }

    private static void Compare(OnnxModel model, JsonElement score, string where)
    {
        Near(score.GetProperty("risk").GetDouble(), model.Risks[0], $"risk of {where}");
        if (score.TryGetProperty("attention", out var attention))
        {
            Near(attention.GetDouble(), model.Attentions[0], $"attention of {where}");
        }

        Assert.Equal(!model.AlarmScores.IsEmpty, score.TryGetProperty("alarm", out var alarm));
        if (!model.AlarmScores.IsEmpty)
        {
            Near(alarm.GetDouble(), model.AlarmScores[0], $"alarm score of {where}");
        }

        if (score.TryGetProperty("stateOut", out var stateOut))
        {
            var expected = Floats(stateOut);
            Assert.Equal(expected.Length, model.Card.StateSize);
            for (var i = 0; i < expected.Length; i++)
            {
                Near(expected[i], model.StatesOut[i], $"state {i} of {where}");
            }
        }
    }

    // Sums of weights grow with the stay, so the tolerance is absolute up to 1 and relative beyond.
    private static void Near(double expected, double actual, string what) => Assert.True(
        Math.Abs(expected - actual) <= Tolerance * Math.Max(1, Math.Abs(expected)),
        $"{what}: {expected} expected, {actual} found");

    private static float[] Floats(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetSingle())];

    // A row of the golden file holds the inputs of its version; a model may take some of them, in any order.
    private static float[] Row(JsonElement score, int[] columns)
    {
        var all = Floats(score.GetProperty("expected"));
        return [.. columns.Select(column => all[column])];
    }

    private static int[] Columns(ModelCard card, JsonElement features)
    {
        var names = features.GetProperty("inputs").EnumerateArray().Select(name => name.GetString()!).ToList();
        return [.. card.Inputs.Select(name => names.IndexOf(name))];
    }

    // The file of version 1 is enough for a model whose inputs are all in it.
    private static JsonDocument? Features(ModelCard card) => Golden(document => IsFeatures(document, 1) && !Columns(card, document).Contains(-1))
        ?? Golden(document => IsFeatures(document, 2) && !Columns(card, document).Contains(-1));

    private static bool IsFeatures(JsonElement document, int version) =>
        document.TryGetProperty("featuresVersion", out var found) && found.GetInt32() == version;

    private static OnnxModel Load(string folder)
    {
        if (folder == "none")
        {
            Assert.Skip("models/ holds no model yet");
        }

        return OnnxModel.Load(Path.Combine(Root, folder));
    }

    private static JsonDocument? Golden(Func<JsonElement, bool> isWanted)
    {
        var files = Directory.EnumerateFiles(Path.Combine(Root, "schemas", "golden"), "*.json");
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            var document = JsonDocument.Parse(File.ReadAllBytes(file));
            if (isWanted(document.RootElement))
            {
                return document;
            }

            document.Dispose();
        }

        return null;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MedAI.Streaming.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("MedAI.Streaming.sln is in no folder above the tests.");
    }
}
