// Files of the system on a disk that fails as a test wants it to.
using MedAI.Streaming.Adapters.Influx;

namespace MedAI.Streaming.Adapters.Tests.Influx;

/// <summary>What a segment asks of the disk.</summary>
internal enum DiskCall
{
    Read,
    Write,
    SetLength,
    Flush,
    Delete,
}

/// <summary>A disk.</summary>
internal sealed class FailingDisk
{
    /// <summary>What fails: a call, the file, and where in it (0 where that means nothing).</summary>
    public Func<DiskCall, string, long, bool> Fails { get; set; } = (_, _, _) => false;

    public ISpillFile Open(string path, FileMode mode) => new FailingFile(this, path, SpillFile.Open(path, mode));

    private sealed class FailingFile(FailingDisk disk, string path, ISpillFile file) : ISpillFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> bytes, long at)
        {
            Ask(DiskCall.Read, at);
            return file.Read(bytes, at);
        }

        public void Write(ReadOnlySpan<byte> bytes, long at)
        {
            Ask(DiskCall.Write, at);
            file.Write(bytes, at);
        }

        public void SetLength(long length)
        {
            Ask(DiskCall.SetLength, length);
            file.SetLength(length);
        }

        public void Flush()
        {
            Ask(DiskCall.Flush, 0);
            file.Flush();
        }

        public void Delete()
        {
            if (disk.Fails(DiskCall.Delete, Path.GetFileName(path), 0))
            {
                file.Dispose();
                throw new UnauthorizedAccessException("may not be deleted");
            }

            file.Delete();
        }

        public void Dispose() => file.Dispose();

        private void Ask(DiskCall call, long at)
        {
            if (disk.Fails(call, Path.GetFileName(path), at)) throw new IOException($"Input/output error ({call})");
        }
    }
}
