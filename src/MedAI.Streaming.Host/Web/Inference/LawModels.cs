// The models of a law, as others may call them.
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Web.Inference;

/// <summary>The models on the shelf: the one that is elected, shadows, and those that were elected before.</summary>
/// <param name="law">The law.</param>
/// <param name="settings">Where models are, and what they run on.</param>
/// <param name="flows">The flows; null: this process decides nothing.</param>
internal sealed class LawModels(ServedLaw law, HostSettings settings, FlowSupervisor? flows) : IServedModels
{
    /// <inheritdoc/>
    public IReadOnlyList<CallableModel> Loaded
    {
        get
        {
            var elected = flows?.Elected.Select(one => one.Elected?.Model ?? law.ModelId).ToHashSet() ?? [law.ModelId];
            return [.. law.Shelf.Models.Select(model => Of(model.Scorer, elected.Contains(model.Id)))];
        }
    }

    private CallableModel Of(ModelScorer scorer, bool decides) => new()
    {
        Model = scorer.Model,
        Decides = decides,
        Drift = scorer.Drift,
        Open = rows => Open(scorer.Model, rows),
    };

    // On the same processor as the flows' own, or its bits would be others.
    private OnnxModel Open(IScoringModel served, int rows) => OnnxModel.Load(
        ModelFolders.Of(ModelFolders.Root(settings), served.Card.Id), ModelShelf.Options(settings.Model.Provider) with { MaxRows = rows });
}
