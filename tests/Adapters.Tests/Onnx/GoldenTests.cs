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
        using var features = Features(model.Card);
        Assert.True(answers is not null && features is not null, $"schemas/golden has no file for {model.Card.Id}");
        var rows = features.RootElement.GetProperty("patients").EnumerateArray()
            .ToDictionary(patient => patient.GetProperty("name").GetString()!, patient => patient.GetProperty("scores"));
        var compared = 0;
        foreach (var patient in answers.RootElement.GetProperty("patients").EnumerateArray())
        {
            var name = patient.GetProperty("name").GetString()!;
            compared += ComparePatient(model, name, rows[name], Columns(model.Card, features.RootElement), patient.GetProperty("scores"));
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

    // The golden files list some of a patient's instants. Our own state is carried along as far as the committed steps are listed
    // without a gap; after a gap it starts again from the listed state of the next committed step.
    private static int ComparePatient(OnnxModel model, string patient, JsonElement rows, int[] columns, JsonElement scores)
    {
        var size = model.Card.StateSize;
        var state = new float[size];
        double committed = 0;
        var compared = 0;
        foreach (var (row, score) in rows.EnumerateArray().Zip(scores.EnumerateArray()))
        {
            var at = score.GetProperty("t").GetDouble();
            Assert.Equal(row.GetProperty("t").GetDouble(), at);
            var isCommitted = score.GetProperty("committed").GetBoolean();
            var before = (Math.Ceiling(at / model.Card.StepSeconds) - 1) * model.Card.StepSeconds;
            if (size == 0 || before == committed)
            {
                Compare(model, Row(row, columns), state, score, $"{patient} at {at} s");
                compared++;
                if (isCommitted && size > 0)
                {
                    (state, committed) = (model.StatesOut[..size].ToArray(), at);
                }
            }
            else if (isCommitted)
            {
                (state, committed) = (Floats(score.GetProperty("stateOut")), at);
            }
        }

        return compared;
    }

    private static void Compare(OnnxModel model, float[] inputs, float[] state, JsonElement score, string where)
    {
        inputs.CopyTo(model.Inputs);
        state.CopyTo(model.States);
        model.Run(1);
        Near(score.GetProperty("risk").GetDouble(), model.Risks[0], $"risk of {where}");
        if (state.Length == 0)
        {
            return;
        }

        Near(score.GetProperty("attention").GetDouble(), model.Attentions[0], $"attention of {where}");
        var expected = Floats(score.GetProperty("stateOut"));
        Assert.Equal(expected.Length, state.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Near(expected[i], model.StatesOut[i], $"state {i} of {where}");
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
    private static JsonDocument? Features(ModelCard card) => Golden(document =>
            document.TryGetProperty("featuresVersion", out var version) && version.GetInt32() == 1 && !Columns(card, document).Contains(-1))
        ?? Golden(document => document.TryGetProperty("featuresVersion", out _) && !Columns(card, document).Contains(-1));

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
