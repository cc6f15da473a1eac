// Lines on their way to the server, packed as they are sent and as they are kept on disk.
using System.IO.Compression;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>Lines in gzip.</summary>
/// <param name="Packed">The lines, each with its line feed, in gzip.</param>
/// <param name="Lines">How many there are.</param>
internal readonly record struct LineBatch(byte[] Packed, int Lines)
{
    /// <summary>Packs lines.</summary>
    public static LineBatch Pack(ReadOnlySpan<byte> text, int lines)
    {
        using var packed = new MemoryStream((text.Length / 6) + 64);
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(text);
        return new(packed.ToArray(), lines);
    }

    /// <summary>The lines.</summary>
    public byte[] Unpack()
    {
        using var gzip = new GZipStream(new MemoryStream(Packed), CompressionMode.Decompress);
        using var text = new MemoryStream(Packed.Length * 6);
        gzip.CopyTo(text);
        return text.ToArray();
    }

    /// <summary>Batches one after the other as one.</summary>
    public static LineBatch Join(IReadOnlyList<LineBatch> batches)
    {
        if (batches.Count == 1)
            return batches[0];

        using var text = new MemoryStream();
        foreach (var batch in batches)
        {
            text.Write(batch.Unpack());
        }

        return Pack(text.GetBuffer().AsSpan(0, (int)text.Length), batches.Sum(batch => batch.Lines));
    }

    /// <summary>The first half and the rest. At least two lines.</summary>
    public (LineBatch First, LineBatch Second) Halve()
    {
        var text = Unpack();
        var half = Lines / 2;
        var at = 0;
        for (var line = 0; line < half; line++)
        {
            at += text.AsSpan(at).IndexOf((byte)'\n') + 1;
        }

        return (Pack(text.AsSpan(0, at), half), Pack(text.AsSpan(at), Lines - half));
    }
}
