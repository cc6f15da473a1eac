// Tells a whole gzip file from one that was cut off, which the runtime's GZipStream does not.
using System.Buffers.Binary;
using System.IO.Compression;

namespace MedAI.Streaming.Evaluation.Readers.Text;

/// <summary>
/// The last eight bytes of a gzip file: CRC-32 and length, modulo 2^32, of what its last member holds (RFC 1952, 2.3.1).
/// </summary>
internal static class GzipTrailer
{
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[] Table = MakeTable();

    /// <summary>Whether a file ends with the trailer that belongs to its content.</summary>
    /// <param name="path">The gzip file.</param>
    /// <param name="length">How many bytes it gave when it was read to where the decoder stopped.</param>
    public static bool Closes(string path, long length)
    {
        using var file = File.OpenRead(path);
        // A header of ten bytes, at least two of data and the trailer.
        if (file.Length < 20)
            return false;

        Span<byte> trailer = stackalloc byte[8];
        file.Position = file.Length - 8;
        file.ReadExactly(trailer);
        var lastMember = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        if (lastMember == (uint)length)
            return true;

        // Several members stand one after another: the last one is the last part of the content, and its checksum must fit.
        return lastMember < length && ChecksumFrom(path, length - lastMember) == BinaryPrimitives.ReadUInt32LittleEndian(trailer);
    }

    private static uint ChecksumFrom(string path, long position)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        var buffer = new byte[64 * 1024];
        var checksum = uint.MaxValue;
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            var skipped = (int)Math.Min(position, read);
            position -= skipped;
            foreach (var value in buffer.AsSpan(skipped, read - skipped))
                checksum = Table[(byte)(checksum ^ value)] ^ (checksum >> 8);
        }

        return ~checksum;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var index = 0u; index < table.Length; index++)
        {
            var value = index;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ Polynomial;
            table[index] = value;
        }

        return table;
    }
}
