// The directory's store without a disk.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.TestKit.InMemory;

/// <summary>A directory's store in memory, with hooks at which a test lets it fail.</summary>
public sealed class InMemoryDirectoryStore : IDirectoryStore
{
    // Guards the entries: requests put side by side.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, byte[]> _entries;

    /// <summary>An empty store.</summary>
    public InMemoryDirectoryStore() => _entries = [];

    private InMemoryDirectoryStore(InMemoryDirectoryStore other) => _entries = new(other._entries);

    /// <summary>Called before an entry is put; what it throws, the caller sees, and nothing is put.</summary>
    public Action? BeforePut { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<DirectoryEntry> Load()
    {
        lock (_lock)
        {
            return [.. _entries.Select(entry => new DirectoryEntry(entry.Key, entry.Value))];
        }
    }

    /// <inheritdoc/>
    public void Put(DirectoryEntry entry)
    {
        BeforePut?.Invoke();
        lock (_lock)
        {
            _entries[entry.Key] = entry.Value.ToArray();
        }
    }

    /// <summary>What a new process finds.</summary>
    public InMemoryDirectoryStore Clone() => new(this);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
