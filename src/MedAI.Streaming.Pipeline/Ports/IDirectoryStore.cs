// The port of what the web service must remember of patients and devices: a few bytes by key, durable one by one.
namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>An entry of a directory.</summary>
/// <param name="Key">Its key, at most 600 bytes of UTF-8.</param>
/// <param name="Value">Its value; what it means is its writer's.</param>
public readonly record struct DirectoryEntry(string Key, ReadOnlyMemory<byte> Value);

/// <summary>
/// Keeps entries by key. Its owner loads all of them once and then puts one at a time; the directory's truth is the log, and an entry
/// follows what was logged before. Where several processes share a directory, each also takes what the others put; of two that put
/// the same entry at once, the later one stands.
/// </summary>
public interface IDirectoryStore : IDisposable
{
    /// <summary>All entries, in any order, each key once.</summary>
    /// <exception cref="StoreException">They cannot be read; nothing may be assumed.</exception>
    IReadOnlyList<DirectoryEntry> Load();

    /// <summary>Puts an entry in place of the one of the same key; it is durable on return.</summary>
    /// <exception cref="StoreException">It could not be written; the entry before it still stands.</exception>
    void Put(DirectoryEntry entry);

    /// <summary>Entries that others put since they were loaded or last taken, oldest first; none where there is one owner only.</summary>
    /// <exception cref="StoreException">They cannot be read at the moment; a later call gives them.</exception>
    IReadOnlyList<DirectoryEntry> TakeChanges() => [];
}
