// A directory of its own for each test, and copies of it as a crash would leave it.

namespace MedAI.Streaming.Adapters.Tests.Sqlite;

/// <summary>Removed with everything in it when the test is over.</summary>
internal sealed class StoreDirectory : IDisposable
{
    private int _copies;

    public string Root { get; } = Directory.CreateTempSubdirectory("medai-store-").FullName;

    public string File(string name) => Path.Combine(Root, name);

    /// <summary>Copies a file with its journal of either kind, as they lie on disk now, and returns the copy's path.</summary>
    public string Copy(string path)
    {
        var copy = Path.Combine(Root, $"copy{++_copies}-{Path.GetFileName(path)}");
        foreach (var suffix in new[] { "", "-wal", "-journal" })
        {
            if (System.IO.File.Exists(path + suffix)) System.IO.File.Copy(path + suffix, copy + suffix);
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Lets a file grow no further, or lets it grow again.</summary>
    public static string Limit(bool full) => full ? "PRAGMA max_page_count = 1" : "PRAGMA max_page_count = 4294967294";
}
