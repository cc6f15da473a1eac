// Which partition a patient belongs to, by the hash that Kafka's own producers use.
using System.Buffers.Binary;
using System.Text;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>Kafka's default partitioning: murmur2 (seed 0x9747b28c) of the key's UTF-8 bytes, without its sign bit.</summary>
public static class Partitioner
{
    /// <summary>The partition of a key; the empty key belongs to partition 0.</summary>
    public static int PartitionOf(string key, int partitions)
    {
        if (partitions == 1 || key.Length == 0)
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[FrameDecoder.MaxIdBytes];
        var count = Encoding.UTF8.GetByteCount(key);
        var utf8 = count <= bytes.Length ? bytes[..Encoding.UTF8.GetBytes(key, bytes)] : Encoding.UTF8.GetBytes(key);
        return PartitionOf(utf8, partitions);
    }

    /// <summary>The partition of a key as UTF-8; the empty key belongs to partition 0.</summary>
    public static int PartitionOf(ReadOnlySpan<byte> key, int partitions) =>
        key.IsEmpty ? 0 : (int)((Murmur2(key) & 0x7FFF_FFFF) % (uint)partitions);

    /// <summary>MurmurHash2, 32 bits, as Kafka seeds it.</summary>
    public static uint Murmur2(ReadOnlySpan<byte> data)
    {
        const uint M = 0x5bd1e995;
        var hash = 0x9747b28c ^ (uint)data.Length;
        while (data.Length >= 4)
        {
            var k = BinaryPrimitives.ReadUInt32LittleEndian(data) * M;
            k = (k ^ (k >> 24)) * M;
            hash = (hash * M) ^ k;
            data = data[4..];
        }

        if (data.Length > 0)
        {
            var tail = 0u;
            for (var i = data.Length - 1; i >= 0; i--)
            {
                tail = (tail << 8) | data[i];
            }

            hash = (hash ^ tail) * M;
        }

        hash = (hash ^ (hash >> 13)) * M;
        return hash ^ (hash >> 15);
    }
}
