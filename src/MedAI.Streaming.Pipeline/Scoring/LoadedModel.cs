// A model that is ready to be asked: how its rows are filled, and the way to it.
using MedAI.Streaming.Domain.Features;

namespace MedAI.Streaming.Pipeline.Scoring;

/// <summary>A model with its inputs. Flows share it.</summary>
/// <param name="Features">Its inputs; its step must be that of the other models of the law.</param>
/// <param name="Scorer">The model.</param>
public sealed record LoadedModel(FeatureSpec Features, ModelScorer Scorer)
{
    /// <summary>Name and version.</summary>
    public string Id => Scorer.Model.Card.Id;

    /// <summary>Floats of state per patient.</summary>
    public int StateSize => Scorer.Model.Card.StateSize;
}
