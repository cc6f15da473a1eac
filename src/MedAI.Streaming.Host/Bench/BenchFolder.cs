// The folder in which an edge store is made for a measurement and removed after it.
namespace MedAI.Streaming.Host.Bench;

/// <summary>A new folder below a chosen one or below the temporary folder; it goes when this is disposed.</summary>
internal sealed class BenchFolder(string? below) : IDisposable
{
    /// <summary>The folder.</summary>
    public string Path { get; } = below is null
        ? Directory.CreateTempSubdirectory("medai-bench-").FullName
        : Directory.CreateDirectory(System.IO.Path.Combine(below, $"medai-bench-{Environment.ProcessId}")).FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
