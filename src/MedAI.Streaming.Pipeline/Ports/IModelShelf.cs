// The port through which flows get a model that a record of the log names.
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>Models by name and version. Flows ask from their own threads.</summary>
public interface IModelShelf
{
    /// <summary>A model that is loaded, or is now.</summary>
    /// <param name="id">Name and version.</param>
    /// <param name="sha256">The checksum of its file as the log says it.</param>
    /// <exception cref="ModelLoadException">It is not here, is another one, or cannot be loaded.</exception>
    LoadedModel Take(string id, string sha256);
}
