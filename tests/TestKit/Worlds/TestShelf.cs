// Versions of the model in memory that differ in what they look at, so that it shows which of them decided.
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.TestKit.InMemory;

namespace MedAI.Streaming.TestKit.Worlds;

/// <summary>A shelf with the versions 1.0.0 (that of <see cref="TestLaw"/>), 2.0.0 and 3.0.0, which has an alarm score.</summary>
public sealed class TestShelf : IModelShelf
{
    private readonly Dictionary<string, LoadedModel> _models = [];

    /// <summary>How often a model was asked for.</summary>
    public int Asked { get; private set; }

    /// <summary>The name and version of a version.</summary>
    public static string Id(int version) => $"memory@{version}.0.0";

    /// <summary>A law with the first version and this shelf.</summary>
    public FlowLaw Law() => TestLaw.Create() with { Shelf = this };

    /// <summary>A law whose first model is another version.</summary>
    public FlowLaw LawOf(int version)
    {
        var model = Make(Card(version));
        return TestLaw.Create() with { Features = model.Features, Scorer = model.Scorer, Shelf = this };
    }

    /// <summary>The election of a version.</summary>
    public static ModelElection Election(int version, double alertRisk = 0.8, bool pages = true) =>
        new(Id(version), Card(version).Sha256, alertRisk, alertRisk - 0.1, pages, "a test");

    /// <inheritdoc/>
    public LoadedModel Take(string id, string sha256)
    {
        Asked++;
        if (!_models.TryGetValue(id, out var model))
        {
            var version = Enumerable.Range(1, 3).FirstOrDefault(v => Id(v) == id);
            _models[id] = model = version > 0 ? Make(Card(version)) : throw new ModelLoadException($"{id} is not on the shelf");
        }

        return model.Scorer.Model.Card.Sha256 == sha256 ? model : throw new ModelLoadException($"{id} is another file");
    }

    private static ModelCard Card(int version)
    {
        var inputs = TestLaw.Card.Inputs.Skip(version == 2 ? 1 : 0).Take(version == 3 ? 3 : int.MaxValue).ToArray();
        return TestLaw.Card with { Version = $"{version}.0.0", Inputs = inputs, StateSize = inputs.Length };
    }

    private static LoadedModel Make(ModelCard card)
    {
        var features = FeatureSpec.Create(
            card.Inputs, new Normalisation(card.Mean, card.StandardDeviation, card.Clip, card.SinceCapHours, card.AdmissionCapHours),
            card.StepSeconds, out var problem);
        return new LoadedModel(features ?? throw new InvalidOperationException(problem), new ModelScorer(new InMemoryModel(card, 64, alarms: card.Version == "3.0.0")));
    }
}
