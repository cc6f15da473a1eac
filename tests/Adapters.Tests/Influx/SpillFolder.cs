// A temporary folder for what waits on disk, and copies of it as a kill would leave it.
namespace MedAI.Streaming.Adapters.Tests.Influx;

internal sealed class SpillFolder : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("medai-spill-");
    private int _copies;

    public string Path => System.IO.Path.Combine(_root.FullName, "spill");

    public IEnumerable<string> Segments => Directory.EnumerateFiles(Path, "*.spill").Order(StringComparer.Ordinal);

    /// <summary>What another process would find if this one were killed now.</summary>
    public string Copy()
    {
        var copy = System.IO.Path.Combine(_root.FullName, $"copy-{_copies++}");
        Directory.CreateDirectory(copy);
        foreach (var segment in Segments)
            File.Copy(segment, System.IO.Path.Combine(copy, System.IO.Path.GetFileName(segment)));
        return copy;
    }

    public void Dispose() => _root.Delete(recursive: true);
}
