// The buffers that travel to and from the log; both are owned by their one user and used again.
using System.Buffers;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>Records on their way into the log, by partition.</summary>
public sealed class AppendBatch
{
    private readonly ArrayBufferWriter<byte>[] _records;
    private readonly int[] _counts;

    /// <summary>An empty batch for a number of partitions.</summary>
    public AppendBatch(int partitions)
    {
        _records = new ArrayBufferWriter<byte>[partitions];
        for (var p = 0; p < partitions; p++)
        {
            _records[p] = new ArrayBufferWriter<byte>(4 * 1024);
        }

        _counts = new int[partitions];
    }

    /// <summary>The number of partitions.</summary>
    public int Partitions => _counts.Length;

    /// <summary>The number of records over all partitions.</summary>
    public int Total { get; private set; }

    /// <summary>The number of records of a partition.</summary>
    public int Count(int partition) => _counts[partition];

    /// <summary>The records of a partition, one after the other as <see cref="RecordWriter"/> wrote them.</summary>
    public ReadOnlyMemory<byte> Records(int partition) => _records[partition].WrittenMemory;

    /// <summary>Where the next record of a partition is to be written; call <see cref="Added"/> after it.</summary>
    public IBufferWriter<byte> Writer(int partition) => _records[partition];

    /// <summary>Says that one whole record was written to a partition.</summary>
    public void Added(int partition)
    {
        _counts[partition]++;
        Total++;
    }

    /// <summary>Checks that the bytes are the whole records that were counted, and as many partitions as the log has.</summary>
    /// <param name="logPartitions">Partitions of the log that is to take it.</param>
    /// <exception cref="ArgumentException">They are not.</exception>
    public void Check(int logPartitions)
    {
        if (Partitions != logPartitions)
            throw new ArgumentException($"A batch for {Partitions} partitions, a log of {logPartitions}.");

        for (var p = 0; p < Partitions; p++)
        {
            try
            {
                RecordFraming.Prefix(Records(p).Span, int.MaxValue, int.MaxValue, out var records);
                if (records != Count(p))
                    throw new InvalidDataException($"{records} records, counted as {Count(p)}.");
            }
            catch (InvalidDataException e)
            {
                throw new ArgumentException($"The bytes for partition {p} are not the records counted.", e);
            }
        }
    }

    /// <summary>Empties the batch and keeps its memory.</summary>
    public void Clear()
    {
        for (var p = 0; p < _counts.Length; p++)
        {
            _records[p].ResetWrittenCount();
            _counts[p] = 0;
        }

        Total = 0;
    }
}

/// <summary>Records read from one partition: contiguous bytes, whole records only.</summary>
public sealed class LogBatch
{
    private byte[] _bytes = new byte[16 * 1024];

    /// <summary>The offset of the first record.</summary>
    public long FirstOffset { get; private set; }

    /// <summary>The number of records.</summary>
    public int Count { get; private set; }

    /// <summary>The number of bytes.</summary>
    public int Length { get; private set; }

    /// <summary>The records, one after the other.</summary>
    public ReadOnlySpan<byte> Records => _bytes.AsSpan(0, Length);

    /// <summary>Empties the batch; the next record added has this offset.</summary>
    public void Reset(long firstOffset)
    {
        FirstOffset = firstOffset;
        Count = 0;
        Length = 0;
    }

    /// <summary>Makes room for <paramref name="length"/> bytes holding <paramref name="count"/> whole records and returns it.</summary>
    public Span<byte> Add(int length, int count)
    {
        if (_bytes.Length - Length < length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + length));
        }

        var room = _bytes.AsSpan(Length, length);
        Length += length;
        Count += count;
        return room;
    }
}
