// A model that is scored beside the one whose alerts count.
using MedAI.Streaming.Domain.Features;

namespace MedAI.Streaming.Pipeline.Scoring;

/// <summary>
/// A model in shadow: its risks are stored and decide nothing, and where it does not answer it is left out until the process starts
/// anew, without a word to anybody's bedside.
/// </summary>
/// <param name="Features">Its inputs; its step must be that of the other models of the law.</param>
/// <param name="Scorer">The model.</param>
public sealed record ShadowModel(FeatureSpec Features, ModelScorer Scorer)
{
    /// <summary>Name and version.</summary>
    public string Id => Scorer.Model.Card.Id;

    /// <summary>Floats of state per patient.</summary>
    public int StateSize => Scorer.Model.Card.StateSize;
}
