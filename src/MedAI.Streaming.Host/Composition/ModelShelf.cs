// The models that a process has loaded, and those that it loads when the log or the registry names them.
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Loaded models by name and version; each is loaded once. Safe to ask from several threads.</summary>
internal sealed class ModelShelf(string root, ModelProvider provider, HostLog log) : IModelShelf, IDisposable
{
    // Guards _models, and that no model is loaded twice.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (OnnxModel Model, LoadedModel Loaded)> _models = [];

    /// <summary>The models that are loaded now, by name and version.</summary>
    public IReadOnlyList<LoadedModel> Models
    {
        get
        {
            lock (_lock)
            {
                return [.. _models.Values.Select(one => one.Loaded).OrderBy(model => model.Id, StringComparer.Ordinal)];
            }
        }
    }

    /// <inheritdoc/>
    public LoadedModel Take(string id, string sha256)
    {
        var loaded = Take(ModelFolders.Of(root, id));
        var found = loaded.Scorer.Model.Card.Sha256;
        return found == sha256
            ? loaded
            : throw new ModelLoadException($"{id} has sha256 {found} here, and {sha256} where it was elected. Bring that file here.");
    }

    /// <summary>The model in a folder, loaded if it is not yet.</summary>
    /// <exception cref="ModelLoadException">It cannot be loaded.</exception>
    public LoadedModel Take(string folder)
    {
        lock (_lock)
        {
            var id = ModelFolders.IdOf(folder);
            if (_models.TryGetValue(id, out var known))
            {
                return known.Loaded;
            }

            var model = OnnxModel.Load(folder, Options(provider));
            try
            {
                var loaded = new LoadedModel(Features(folder, model.Card), new ModelScorer(model));
                _models.Add(id, (model, loaded));
                Tell(model);
                return loaded;
            }
            catch
            {
                model.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (model, _) in _models.Values)
        {
            model.Dispose();
        }
    }

    /// <summary>The options of the adapter for a provider.</summary>
    public static OnnxModelOptions Options(ModelProvider provider) =>
        new() { Provider = provider == ModelProvider.Cuda ? OnnxProvider.Cuda : OnnxProvider.Cpu };

    /// <summary>The inputs that a card names.</summary>
    /// <exception cref="ModelLoadException">One of them is not known.</exception>
    public static FeatureSpec Features(string folder, ModelCard card)
    {
        var normalisation = new Normalisation(
            card.Mean, card.StandardDeviation, card.Clip, card.SinceCapHours, card.AdmissionCapHours);
        return FeatureSpec.Create(card.Inputs, normalisation, card.StepSeconds, out var problem)
            ?? throw new ModelLoadException($"{ModelFolder.CardFile(folder)}: {problem}. Export the model again.");
    }

    private void Tell(OnnxModel model)
    {
        if (model.Notice is { } notice)
        {
            log.Warning(notice);
        }

        if (!model.MayPage)
        {
            log.Warning($"{model.Card.Id} may run in shadow only, because its bits depend on the batch: {model.Bits.Reason}");
        }

        log.Info($"loaded {model.Card.Id} on {model.Profile}");
    }
}
