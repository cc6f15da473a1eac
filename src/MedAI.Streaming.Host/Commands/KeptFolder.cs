// The folder of a store that is either kept where the person wants it, or thrown away with the run.
namespace MedAI.Streaming.Host.Commands;

/// <summary>A folder for the time of a run.</summary>
internal sealed class KeptFolder : IDisposable
{
    private readonly bool _passing;

    private KeptFolder(string path, bool passing)
    {
        Path = path;
        _passing = passing;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The folder if it stays, or null.</summary>
    public string? Kept => _passing ? null : Path;

    /// <summary>A folder that stays.</summary>
    public static KeptFolder Named(string path) => new(path, passing: false);

    /// <summary>A new temporary folder that goes when this is disposed.</summary>
    public static KeptFolder Passing() => new(Directory.CreateTempSubdirectory("medai-").FullName, passing: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_passing)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
