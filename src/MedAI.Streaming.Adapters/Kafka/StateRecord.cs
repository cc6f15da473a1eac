// How checkpoints lie in state.v1: a record per patient and one for the partition as a whole.
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>What is kept of a partition as a whole.</summary>
/// <param name="Offset">The committed offset: every record of the log before it is covered by the blobs.</param>
/// <param name="AlertsFrom">Where in the alerts' partition what the blobs may not cover begins.</param>
/// <param name="Facts">Facts by name: the law, the execution profile.</param>
internal sealed record PartitionMeta(long Offset, long AlertsFrom, IReadOnlyDictionary<string, string> Facts)
{
    private const byte Layout = 1;

    /// <summary>What a partition that nobody worked on has.</summary>
    public static PartitionMeta New { get; } = new(0, 0, new Dictionary<string, string>());

    /// <summary>The record's value.</summary>
    public byte[] Write()
    {
        using var bytes = new MemoryStream();
        using var w = new BinaryWriter(bytes);
        w.Write(Layout);
        w.Write(Offset);
        w.Write(AlertsFrom);
        w.Write(Facts.Count);
        foreach (var (name, value) in Facts.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            w.Write(name);
            w.Write(value);
        }

        w.Flush();
        return bytes.ToArray();
    }

    /// <summary>Reads a record's value.</summary>
    /// <exception cref="InvalidDataException">It is of another version of the program, or damaged.</exception>
    public static PartitionMeta Read(byte[] value)
    {
        try
        {
            using var r = new BinaryReader(new MemoryStream(value));
            if (r.ReadByte() != Layout) throw new InvalidDataException("Its layout is another version's.");
            var (offset, from, count) = (r.ReadInt64(), r.ReadInt64(), r.ReadInt32());
            var facts = new Dictionary<string, string>();
            for (var i = 0; i < count; i++)
                facts[r.ReadString()] = r.ReadString();
            return new(offset, from, facts);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("It is cut off.", e);
        }
    }
}

/// <summary>Keys of state records, and a patient's blob in a value.</summary>
internal static class StateRecord
{
    /// <summary>Blobs from this size on are compressed one by one, so that they fit into a message.</summary>
    private const int CompressFrom = 256 << 10;

    private const int HeaderSize = 10;
    private const byte Layout = 1;

    /// <summary>The key of what is kept of the partition as a whole.</summary>
    public static readonly byte[] MetaKey = "\0meta"u8.ToArray();

    /// <summary>
    /// A patient's key: the id as UTF-8. An id that is empty or begins with NUL gets one more in front, so that no id is the meta key.
    /// </summary>
    public static byte[] KeyOf(string patient) =>
        Encoding.UTF8.GetBytes(patient.Length == 0 || patient[0] == '\0' ? "\0" + patient : patient);

    /// <summary>The patient of a key that is not the meta key.</summary>
    public static string PatientOf(ReadOnlySpan<byte> key) => Encoding.UTF8.GetString(key is [0, ..] ? key[1..] : key);

    /// <summary>Whether a key is that of the partition as a whole.</summary>
    public static bool IsMeta(ReadOnlySpan<byte> key) => key.SequenceEqual(MetaKey);

    /// <summary>A patient's value: layout, whether it is compressed, the alerts' end that the blob covers, the blob.</summary>
    public static byte[] Write(ReadOnlySpan<byte> blob, long alertsEnd)
    {
        using var bytes = new MemoryStream(HeaderSize + Math.Min(blob.Length, CompressFrom));
        var compressed = blob.Length >= CompressFrom;
        Span<byte> header = [Layout, compressed ? (byte)1 : (byte)0, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt64LittleEndian(header[2..], alertsEnd);
        bytes.Write(header);
        if (compressed)
        {
            using var zip = new ZLibStream(bytes, CompressionLevel.Fastest, leaveOpen: true);
            zip.Write(blob);
        }
        else
        {
            bytes.Write(blob);
        }

        return bytes.ToArray();
    }

    /// <summary>Reads a patient's value.</summary>
    /// <exception cref="InvalidDataException">It is of another version of the program, or damaged.</exception>
    public static ReadOnlyMemory<byte> Read(byte[] value, out long alertsEnd)
    {
        if (value.Length < HeaderSize || value[0] != Layout) throw new InvalidDataException("Its layout is another version's.");
        alertsEnd = BinaryPrimitives.ReadInt64LittleEndian(value.AsSpan(2));
        if (value[1] == 0) return value.AsMemory(HeaderSize);
        using var zip = new ZLibStream(new MemoryStream(value, HeaderSize, value.Length - HeaderSize), CompressionMode.Decompress);
        using var blob = new MemoryStream();
        zip.CopyTo(blob);
        return blob.ToArray();
    }
}
