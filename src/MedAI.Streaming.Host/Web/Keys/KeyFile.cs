// The file of keys: read as a whole, and replaced as a whole, so that nobody ever reads half of it.
using System.Text.Json;
using MedAI.Streaming.Host.Commands;

namespace MedAI.Streaming.Host.Web.Keys;

/// <summary>A file of keys. It is for its owner's eyes only (mode 0600), although it holds no secret.</summary>
internal sealed class KeyFile(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const long LargestFile = 16 << 20;
    private static readonly JsonSerializerOptions Style = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Where it is.</summary>
    public string Path => path;

    /// <summary>Changes whenever the file does; null where there is none.</summary>
    public (DateTime Written, long Length)? Stamp => new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : null;

    /// <summary>The keys; none where there is no file.</summary>
    /// <exception cref="FailureException">It cannot be read, or what is in it are no keys.</exception>
    public IReadOnlyList<AccessKey> Read()
    {
        try
        {
            if (Stamp is not { } stamp)
                return [];

            var keys = stamp.Length <= LargestFile ? JsonSerializer.Deserialize<Document>(File.ReadAllBytes(path), Style)?.Keys : null;
            return keys is null ? throw Refuse("there is no list 'keys' in it", null) : Checked(keys);
        }
        catch (Exception reason) when (reason is IOException or UnauthorizedAccessException or JsonException)
        {
            throw Refuse(reason.Message, reason);
        }
    }

    /// <summary>Reads the keys, changes them, and puts the file in place of the one before.</summary>
    /// <exception cref="FailureException">It cannot be read or written, or somebody else is changing it.</exception>
    public void Change(Func<IReadOnlyList<AccessKey>, IReadOnlyList<AccessKey>> change)
    {
        try
        {
            if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) is { } folder)
                Directory.CreateDirectory(folder);
            using var mine = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Replace(new Document(change(Read())));
        }
        catch (Exception reason) when (reason is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(
                $"The keys {path} cannot be written: {reason.Message} Check its folder, or try again if another 'medai keys' is at work.", reason);
        }
    }

    private void Replace(Document document)
    {
        var next = path + ".new";
        File.Delete(next);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;

        using (var file = new FileStream(next, options))
        {
            JsonSerializer.Serialize(file, document, Style);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }

    private IReadOnlyList<AccessKey> Checked(IReadOnlyList<AccessKey> keys)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < keys.Count; i++)
        {
            var problem = keys[i] is null ? "is null" : keys[i].Problem() ?? (ids.Add(keys[i].Id) ? null : $"has the id {keys[i].Id} of another");
            if (problem is not null)
                throw Refuse($"keys[{i}] {problem}", null);
        }

        return keys;
    }

    private FailureException Refuse(string why, Exception? inner) =>
        new($"The keys {path} cannot be used: {why.TrimEnd('.')}. Put the file right, or http.keysFile.", inner);

    private sealed record Document(IReadOnlyList<AccessKey> Keys);
}
