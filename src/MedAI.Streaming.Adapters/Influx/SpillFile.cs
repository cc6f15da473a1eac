// The calls to the disk that a segment of the spill makes.
using Microsoft.Win32.SafeHandles;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>An open file of the spill. What the disk does not do is an <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
internal interface ISpillFile : IDisposable
{
    /// <summary>Its bytes.</summary>
    long Length { get; }

    /// <summary>Reads as much as there is, at most as much as fits.</summary>
    int Read(Span<byte> bytes, long at);

    /// <summary>Writes; not yet for sure to the disk.</summary>
    void Write(ReadOnlySpan<byte> bytes, long at);

    /// <summary>Makes it so long.</summary>
    void SetLength(long length);

    /// <summary>What was written is on the disk when it returns.</summary>
    void Flush();

    /// <summary>Closes it, whatever happens, and deletes it.</summary>
    void Delete();
}

/// <summary>A file of the system.</summary>
internal sealed class SpillFile : ISpillFile
{
    private readonly string _path;
    private readonly SafeFileHandle _file;

    private SpillFile(string path, FileMode mode)
    {
        _path = path;
        _file = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.Read);
    }

    /// <inheritdoc/>
    public long Length => RandomAccess.GetLength(_file);

    /// <summary>Opens a file.</summary>
    public static ISpillFile Open(string path, FileMode mode) => new SpillFile(path, mode);

    /// <inheritdoc/>
    public int Read(Span<byte> bytes, long at)
    {
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(_file, bytes[read..], at + read) is > 0 and var more)
            read += more;
        return read;
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, long at)
    {
        try
        {
            RandomAccess.Write(_file, bytes, at);
        }
        catch (ArgumentOutOfRangeException refused)
        {
            // A file that may not grow (EFBIG: a limit, or the file system's own) is a wrong argument to the runtime; to whoever waits for
            // room it is a write that failed.
            throw new IOException(refused.Message, refused);
        }
    }

    /// <inheritdoc/>
    public void SetLength(long length) => RandomAccess.SetLength(_file, length);

    /// <inheritdoc/>
    public void Flush() => RandomAccess.FlushToDisk(_file);

    /// <inheritdoc/>
    public void Delete()
    {
        Dispose();
        File.Delete(_path);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
