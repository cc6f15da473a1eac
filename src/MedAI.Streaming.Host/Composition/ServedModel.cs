// Which model is to be served: what was promoted, else what the configuration names.
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Composition;

/// <summary>The model to be served, as files say it; nothing is loaded.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Promoted">The change that made it so; null: the configuration.</param>
internal sealed record ServedModel(string Folder, ModelEvent? Promoted)
{
    /// <summary>Name and version.</summary>
    public string Id => ModelFolders.IdOf(Folder);

    /// <summary>Looks it up.</summary>
    /// <exception cref="ModelLoadException">The registry cannot be read.</exception>
    public static ServedModel Of(HostSettings settings)
    {
        var root = ModelFolders.Root(settings);
        var last = ModelRegistry.Read(root).Last(ModelCard.TaskOf(settings.Model.Name));
        return last is null
            ? new ServedModel(ModelFolders.Of(settings), null)
            : new ServedModel(ModelFolders.Of(root, last.Model), last);
    }

    /// <summary>What was served before the last promotion or return; null: nothing was promoted.</summary>
    /// <exception cref="ModelLoadException">The registry cannot be read.</exception>
    public ServedModel? Before(HostSettings settings)
    {
        if (Promoted is not { Was: var was })
        {
            return null;
        }

        var root = ModelFolders.Root(settings);
        return new ServedModel(
            ModelFolders.Of(root, was),
            ModelRegistry.Read(root).LastOf(was));
    }

    /// <summary>Takes it from the shelf, and refuses a file that is not the one that was promoted.</summary>
    /// <exception cref="ModelLoadException">It cannot be loaded, or was changed since.</exception>
    public LoadedModel Load(ModelShelf shelf)
    {
        var model = shelf.Take(Folder);
        var found = model.Scorer.Model.Card.Sha256;
        return Promoted is not { } change || change.Sha256 == found
            ? model
            : throw new ModelLoadException(
                $"{ModelFolder.CardFile(Folder)}: {Id} was promoted with sha256 {change.Sha256}, and the file that is loaded here has {found}. "
                + "Restore the file, or give what is new a version of its own. A file that was changed under a service is loaded when the service starts anew.");
    }
}
