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
            : new ServedModel(Path.Combine(root, last.Model.Replace('@', Path.DirectorySeparatorChar)), last);
    }

    /// <summary>Refuses a file that is not the one that was promoted.</summary>
    /// <exception cref="ModelLoadException">It was changed since.</exception>
    public void Check(ModelCard card)
    {
        if (Promoted is { } change && change.Sha256 != card.Sha256)
        {
            throw new ModelLoadException(
                $"{ModelFolder.CardFile(Folder)}: {Id} was changed after it had been promoted (sha256 {change.Sha256} then, {card.Sha256} now). "
                + "Restore it, give what is new a version of its own, or promote it again.");
        }
    }
}
