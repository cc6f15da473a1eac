// What every flow of a store judges by: the rules, and the model they call.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Pipeline;

/// <summary>The law every flow of a store judges by: the rules, and the model they call.</summary>
/// <param name="Book">The rules.</param>
/// <param name="Features">The model's inputs; null: no model.</param>
/// <param name="Scorer">The model; null: no model, or one that could not be loaded (then control records say so).</param>
/// <param name="Hash">The checksum of all of it: equal for equal law, kept with what was decided under it.</param>
public sealed record FlowLaw(RuleBook Book, FeatureSpec? Features, ModelScorer? Scorer, string Hash = "")
{
    /// <summary>The model's id, or empty.</summary>
    public string ModelId => Scorer?.Model.Card.Id ?? "";

    /// <summary>Models that are scored and stored beside it and decide nothing; they are no part of <see cref="Hash"/>.</summary>
    public IReadOnlyList<ShadowModel> Shadows { get; init; } = [];

    /// <summary>Floats of model state per patient.</summary>
    public int ModelStateSize => Scorer?.Model.Card.StateSize ?? 0;
}
