// Models on a shelf that a test fills: real ones of the repository, and one in memory that can be made to fail.
using Acceptance.Tests.Configuration;
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Host.Web.Inference;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.TestKit.InMemory;

namespace Acceptance.Tests.Web.Inference;

internal sealed class HeldModels : IServedModels, IDisposable
{
    private readonly List<IScoringModel> _owned = [];

    public IReadOnlyList<CallableModel> Loaded { get; set; } = [];

    /// <summary>What is done before each run of a model in memory.</summary>
    public Action<int>? BeforeRun { get; set; }

    /// <summary>Ids of models in memory in the order in which they were opened for callers.</summary>
    public List<string> Opened { get; } = [];

    /// <summary>The smallest model of the repository with a state, or without one.</summary>
    public static OnnxModel Shipped(bool hasState)
    {
        var folder = ModelFolder.List(RepositoryFiles.At("models"))
            .Where(folder => ModelFolder.ReadCard(folder) is var card && card.StateSize > 0 == hasState && card.HasAlarmScore == hasState)
            .MinBy(folder => new FileInfo(ModelFolder.ModelFile(folder)).Length);
        Xunit.Assert.SkipWhen(folder is null, "The repository has no model of this kind.");
        return OnnxModel.Load(folder!);
    }

    public CallableModel Put(OnnxModel model, bool decides = true)
    {
        _owned.Add(model);
        var folder = RepositoryFiles.At("models", model.Card.Name, model.Card.Version);
        return Put(new CallableModel
        {
            Model = model,
            Decides = decides,
            Drift = new InputDrift(model.Card),
            Open = rows => OnnxModel.Load(folder, new OnnxModelOptions { MaxRows = rows }),
        });
    }

    public CallableModel Put(ModelCard card, bool decides = true, string? sha256OnDisk = null)
    {
        var model = new InMemoryModel(card, 64);
        _owned.Add(model);
        return Put(new CallableModel
        {
            Model = model,
            Decides = decides,
            Drift = new InputDrift(model.Card),
            Open = rows =>
            {
                Opened.Add(card.Id);
                return new InMemoryModel(card with { Sha256 = sha256OnDisk ?? card.Sha256 }, rows) { BeforeRun = n => BeforeRun?.Invoke(n) };
            },
        });
    }

    /// <summary>A card in memory: two inputs, with or without a state of two.</summary>
    public static ModelCard Card(string name = "m", string version = "1.0.0", bool hasState = true, char sum = '0') =>
        InMemoryModel.MakeCard(2, hasState) with { Name = name, Version = version, Sha256 = new string(sum, 64) };

    public void Dispose() => _owned.ForEach(model => model.Dispose());

    private CallableModel Put(CallableModel served)
    {
        Loaded = [.. Loaded, served];
        return served;
    }
}
