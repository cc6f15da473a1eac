// Tells callers by their keys, and follows the file of keys while the service runs.
using System.Collections.Frozen;
using System.Security.Cryptography;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Host.Composition;

namespace MedAI.Streaming.Host.Web.Keys;

/// <summary>
/// The keys in force. A change of the file holds from a second later on, without a restart. A file that can no longer be read leaves the
/// keys as they were, with a warning: a slip of an editor must not cut off a ward. One that is gone leaves none.
/// </summary>
internal sealed class KeyRing : ICallerSource
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly byte[] Nobody = new byte[SHA256.HashSizeInBytes];

    private readonly KeyFile _file;
    private readonly TimeProvider _time;
    private readonly HostLog _log;

    // Held by the one request that looks at the file; the others go on with what there is.
    private readonly Lock _looking = new();
    private (DateTime Written, long Length)? _stamp;
    private (DateTime Written, long Length)? _warned;
    private long _looked;
    private volatile FrozenDictionary<string, Entry> _keys;

    /// <summary>The keys of a file.</summary>
    /// <exception cref="FailureException">There is a file, and it cannot be used.</exception>
    public KeyRing(string path, TimeProvider time, HostLog log)
    {
        _file = new KeyFile(path);
        _time = time;
        _log = log;
        _looked = time.GetTimestamp();
        _stamp = _file.Stamp;
        _keys = Entries(_file.Read());
        if (_keys.Count == 0)
            log.Warning($"there are no keys in {path}: nobody can call. 'medai keys create' makes one; it holds at once.");
    }

    /// <summary>Who tells callers under these settings; null: nobody is asked for a key.</summary>
    /// <exception cref="FailureException">The file of keys cannot be used.</exception>
    public static ICallerSource? Of(HttpSettings settings, TimeProvider time, HostLog log) =>
        settings.Authentication == HttpAuthentication.None ? null : new KeyRing(settings.KeysFile, time, log);

    /// <inheritdoc/>
    public Caller? Identify(ReadOnlySpan<char> token)
    {
        LookAtFile();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var id = KeyToken.Take(token, hash);

        // The same work for an id that is not there as for one that is: the time it takes tells nothing.
        var entry = _keys.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(id, out var known) ? known : null;
        var isRight = CryptographicOperations.FixedTimeEquals(hash, entry?.Hash ?? Nobody);
        return isRight && entry is not null && entry.Key.IsValidAt(_time.GetUtcNow()) ? entry.Caller : null;
    }

    private void LookAtFile()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _looked)) < LookEvery || !_looking.TryEnter())
            return;

        (DateTime Written, long Length)? stamp = null;
        try
        {
            Volatile.Write(ref _looked, _time.GetTimestamp());
            stamp = _file.Stamp;
            if (stamp == _stamp)
                return;

            // Only what was read is not read again: a key that was revoked must not stand because the file was held for a moment.
            _keys = Entries(_file.Read());
            _stamp = stamp;
            _log.Info($"the keys of {_file.Path} were read again: {_keys.Count}.");
        }
        catch (FailureException failure)
        {
            if (stamp != _warned)
                _log.Warning($"{failure.Message} The keys that were read before stay in force until it can be read.");
            _warned = stamp;
        }
        finally
        {
            _looking.Exit();
        }
    }

    private static FrozenDictionary<string, Entry> Entries(IEnumerable<AccessKey> keys) => keys.ToFrozenDictionary(
        key => key.Id, key => new Entry(key, key.Caller, Convert.FromHexString(key.Sha256)), StringComparer.Ordinal);

    private sealed record Entry(AccessKey Key, Caller Caller, byte[] Hash);
}
