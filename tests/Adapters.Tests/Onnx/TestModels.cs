// Model folders made for one test and deleted after it.
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Adapters.Tests.Onnx;

/// <summary>A temporary folder <c>ROOT/tiny/1.0.0</c> with a model and its card, which a test may damage.</summary>
internal sealed class TestModels : IDisposable
{
    public const int Inputs = 25;
    public const int StateSize = 40;

    public string Root { get; } = Directory.CreateTempSubdirectory("medai-models-").FullName;

    public string Folder => Path.Combine(Root, "tiny", "1.0.0");

    public string ModelFile => Path.Combine(Folder, "model.onnx");

    public string CardFile => Path.Combine(Folder, "card.json");

    public static TestModels With(OnnxFile model, int stateSize)
    {
        var models = new TestModels();
        Directory.CreateDirectory(models.Folder);
        models.WriteModel(model.ToArray(), stateSize);
        return models;
    }

    /// <summary>Writes the model, and a card that fits it.</summary>
    public void WriteModel(byte[] model, int stateSize)
    {
        File.WriteAllBytes(ModelFile, model);
        var names = Enumerable.Range(0, Inputs).Select(i => (JsonNode)(i == 0 ? "heart_rate.value" : $"input{i}"));
        WriteCard(new JsonObject
        {
            ["name"] = "tiny",
            ["version"] = "1.0.0",
            ["inputs"] = new JsonArray([.. names]),
            ["stepSeconds"] = 3600,
            ["stateSize"] = stateSize,
            ["normalisation"] = new JsonObject
            {
                ["mean"] = new JsonObject { ["heart_rate"] = 84.5 },
                ["std"] = new JsonObject { ["heart_rate"] = 17.25 },
                ["clip"] = 5,
                ["sinceCapHours"] = 24,
                ["admissionCapHours"] = 336,
            },
            ["output"] = new JsonObject { ["meaning"] = "a number without meaning" },
            ["thresholds"] = new JsonObject { ["alert"] = 0.5, ["clear"] = 0.4 },
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(model)),
            ["metrics"] = new JsonObject { ["auroc"] = 0.5 },
        });
    }

    /// <summary>Lets the card say that the model gives an alarm score.</summary>
    public void SayAlarm()
    {
        var card = ReadCard();
        card["alarm"] = new JsonObject { ["name"] = "alarm" };
        WriteCard(card);
    }

    public void WriteCard(JsonObject card) => File.WriteAllText(CardFile, card.ToJsonString());

    public JsonObject ReadCard() => JsonNode.Parse(File.ReadAllText(CardFile))!.AsObject();

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>h = tanh(x W + state U); risk = sigmoid(h v); state_out = h; attention = h a.</summary>
    public static OnnxFile Recurrent() => Hidden("attention").Node("MatMul", "state_out a", "attention");

    /// <summary>The same without attention, and alarm = sigmoid(h a).</summary>
    public static OnnxFile Alarming() => Hidden("alarm").Node("MatMul", "state_out a", "rise").Node("Sigmoid", "rise", "alarm");

    /// <summary>risk = sigmoid(x v).</summary>
    public static OnnxFile Logistic() => new OnnxFile().Input("x", -1, Inputs).Output("risk", -1, 1)
        .Constant("v", Weights(3, Inputs), Inputs, 1).Node("MatMul", "x v", "logit").Node("Sigmoid", "logit", "risk");

    /// <summary>risk = sigmoid((x - mean of x over the batch) v): a neighbour changes your score.</summary>
    public static OnnxFile BatchNormalised() => new OnnxFile().Input("x", -1, Inputs).Output("risk", -1, 1)
        .Constant("v", Weights(3, Inputs), Inputs, 1)
        .Node("ReduceMean", "x", "mean", ("axes[]", 0)).Node("Sub", "x mean", "centred")
        .Node("MatMul", "centred v", "logit").Node("Sigmoid", "logit", "risk");

    /// <summary>risk = x v, which is no probability.</summary>
    public static OnnxFile Unbounded() => new OnnxFile().Input("x", -1, Inputs).Output("risk", -1, 1)
        .Constant("v", Weights(3, Inputs), Inputs, 1).Node("MatMul", "x v", "risk");

    public static float[] Weights(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 0.6f)];
    }

    private static OnnxFile Hidden(string score) => new OnnxFile()
        .Input("x", -1, Inputs).Input("state", -1, StateSize)
        .Output("risk", -1, 1).Output("state_out", -1, StateSize).Output(score, -1, 1)
        .Constant("w", Weights(1, Inputs * StateSize), Inputs, StateSize)
        .Constant("u", Weights(2, StateSize * StateSize), StateSize, StateSize)
        .Constant("v", Weights(3, StateSize), StateSize, 1).Constant("a", Weights(4, StateSize), StateSize, 1)
        .Node("MatMul", "x w", "xw").Node("MatMul", "state u", "su").Node("Add", "xw su", "sum").Node("Tanh", "sum", "state_out")
        .Node("MatMul", "state_out v", "logit").Node("Sigmoid", "logit", "risk");
}
