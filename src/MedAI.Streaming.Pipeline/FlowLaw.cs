// What every flow of a store judges by: the rules, and the models they call.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Pipeline;

/// <summary>The law every flow of a store judges by: the rules, and the models they call.</summary>
/// <param name="Book">The rules.</param>
/// <param name="Features">The inputs of the first model; null: no model.</param>
/// <param name="Scorer">
/// The first model, whose alerts count until the log elects another; null: no model is served, whatever the log elects.
/// </param>
/// <param name="Hash">The checksum of the rules: equal for equal law, kept with what was decided under it.</param>
public sealed record FlowLaw(RuleBook Book, FeatureSpec? Features, ModelScorer? Scorer, string Hash = "")
{
    /// <summary>The first model's id, or empty.</summary>
    public string ModelId => Scorer?.Model.Card.Id ?? "";

    /// <summary>What the models predict in a word, or <c>none</c>.</summary>
    public string ModelTask => Scorer?.Model.Card.Task ?? "none";

    /// <summary>Models that are scored and stored beside it and decide nothing; they are no part of <see cref="Hash"/>.</summary>
    public IReadOnlyList<LoadedModel> Shadows { get; init; } = [];

    /// <summary>Floats of the first model's state per patient.</summary>
    public int ModelStateSize => Scorer?.Model.Card.StateSize ?? 0;

    /// <summary>The model that this process wishes to be elected where it owns a partition; null: whichever is elected there.</summary>
    public ModelElection? Wish { get; init; }

    /// <summary>Where models come from that the log elects and that are none of the above; null: there are no others.</summary>
    public IModelShelf? Shelf { get; init; }
}
