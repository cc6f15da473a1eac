// The models of a law, as others may call them.
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Web.Inference;

/// <summary>The model whose alerts count, and the shadows behind it.</summary>
/// <param name="law">The law.</param>
/// <param name="settings">Where models are, and what they run on.</param>
internal sealed class LawModels(FlowLaw law, HostSettings settings) : IServedModels
{
    /// <inheritdoc/>
    public IReadOnlyList<ServedModel> Loaded =>
    [
        .. law.Scorer is { } active ? [Of(active, decides: true)] : Array.Empty<ServedModel>(),
        .. law.Shadows.Select(shadow => Of(shadow.Scorer, decides: false)),
    ];

    private ServedModel Of(ModelScorer scorer, bool decides) => new()
    {
        Model = scorer.Model,
        Decides = decides,
        IsInService = scorer.InService,
        Drift = scorer.Drift,
        Open = rows => Open(scorer.Model, rows),
    };

    // On the same processor as the flows' own, or its bits would be others.
    private OnnxModel Open(IScoringModel served, int rows)
    {
        var folder = Path.Combine(ModelFolders.Root(settings), served.Card.Name, served.Card.Version);
        var provider = settings.Model.Provider == ModelProvider.Cuda ? OnnxProvider.Cuda : OnnxProvider.Cpu;
        return OnnxModel.Load(folder, new OnnxModelOptions { MaxRows = rows, Provider = provider });
    }
}
