// Looks at a store from outside, as far as its files tell that somebody works in it.
using MedAI.Streaming.Adapters.Sqlite;

namespace Acceptance.Tests.Faults;

internal static class StoreFiles
{
    /// <summary>The records in a store's log; 0 where there is no store yet.</summary>
    public static long Records(string directory)
    {
        if (!EdgeStore.Exists(directory))
            return 0;

        using var store = EdgeStore.Open(directory, readOnly: true);
        return Enumerable.Range(0, store.Log.Partitions).Sum(store.Log.NextOffset);
    }

    /// <summary>Changes whenever one of a store's files is written: <c>log.db</c>, <c>state.db</c> or <c>series.db</c>.</summary>
    public static string Stamp(string directory, string name) => string.Join(
        ' ', Files(directory)
            .Where(file => file.Name == name || file.Name == name + "-wal")
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => $"{file.Name}:{file.Length}:{file.LastWriteTimeUtc.Ticks}"));

    private static FileInfo[] Files(string directory)
    {
        try
        {
            return Directory.Exists(directory) ? [.. new DirectoryInfo(directory).GetFiles().Where(file => file.Exists)] : [];
        }
        catch (FileNotFoundException)
        {
            // A file went away between being listed and being looked at: the next look tells.
            return [];
        }
    }
}
