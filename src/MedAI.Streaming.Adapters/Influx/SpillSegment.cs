// One file of the spill: whole records behind a header that says how far they were delivered.
using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>Where a record of a segment is.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Size">How many bytes its batch has.</param>
/// <param name="Lines">How many lines its batch has.</param>
/// <param name="At">Wall time of its writing, ms since 1970.</param>
internal readonly record struct SpillRecord(long Offset, int Size, int Lines, long At)
{
    /// <summary>Where the next one begins.</summary>
    public long End => Offset + SpillSegment.RecordHeader + Size;
}

/// <summary>
/// A segment. Header: a magic number and the offset before which everything was delivered. Record: length, lines, time, the first eight
/// bytes of a SHA-256 over these and the batch, the batch. Not for several threads at once.
/// </summary>
internal sealed class SpillSegment : IDisposable
{
    /// <summary>Bytes of a record before its batch.</summary>
    public const int RecordHeader = 24;

    private const int Header = 16;
    private const int Sum = 8;
    private const int DeliveredAt = 8;

    // "MEDSPIL1"
    private const ulong Magic = 0x314C49505344454D;
    private readonly SafeFileHandle _file;
    private readonly string _path;

    private SpillSegment(string path, FileMode mode)
    {
        _path = path;
        _file = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.Read);
    }

    /// <summary>What is to be delivered, oldest first.</summary>
    public Queue<SpillRecord> Records { get; } = [];

    /// <summary>Where the next record goes.</summary>
    public long Length { get; private set; } = Header;

    /// <summary>What lay behind a damaged record and is lost; a record that was cut off by the end of the process is not counted.</summary>
    public long DamagedBytes { get; private set; }

    /// <summary>Makes a segment.</summary>
    public static SpillSegment Create(string path)
    {
        var segment = new SpillSegment(path, FileMode.CreateNew);
        Span<byte> header = stackalloc byte[Header];
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(header[DeliveredAt..], Header);
        try
        {
            Write(segment._file, header, 0);
            return segment;
        }
        catch
        {
            // A disk that is full takes the name of a file, and nothing into it.
            segment.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Opens a segment and finds what is to be delivered; what a crash left half written at its end is cut off.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isLast">Whether a crash can have hit it: the others were whole when the next one was begun.</param>
    public static SpillSegment Open(string path, bool isLast)
    {
        var segment = new SpillSegment(path, FileMode.Open);
        segment.Find(isLast);
        return segment;
    }

    /// <summary>Adds batches; they are on the disk when it returns, or none of them is.</summary>
    public void Append(IReadOnlyList<LineBatch> batches, long now)
    {
        var added = new List<SpillRecord>(batches.Count);
        var end = Length;
        try
        {
            foreach (var batch in batches)
            {
                var bytes = new byte[RecordHeader + batch.Packed.Length];
                BinaryPrimitives.WriteInt32LittleEndian(bytes, batch.Packed.Length);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), batch.Lines);
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), now);
                batch.Packed.CopyTo(bytes.AsSpan(RecordHeader));
                Checksum(bytes).CopyTo(bytes.AsSpan(RecordHeader - Sum));
                Write(_file, bytes, end);
                added.Add(new(end, batch.Packed.Length, batch.Lines, now));
                end += bytes.Length;
            }

            RandomAccess.FlushToDisk(_file);
        }
        catch (IOException)
        {
            RandomAccess.SetLength(_file, Length);
            throw;
        }

        Length = end;
        foreach (var record in added)
        {
            Records.Enqueue(record);
        }
    }

    /// <summary>The batch of a record; null: it is not what was written any more.</summary>
    public LineBatch? Read(SpillRecord record)
    {
        var bytes = new byte[RecordHeader + record.Size];
        return RandomAccess.Read(_file, bytes, record.Offset) == bytes.Length && IsWhole(bytes)
            ? new(bytes[RecordHeader..], record.Lines)
            : null;
    }

    /// <summary>
    /// The oldest record was delivered or dropped. Where a kill forgets it, it is delivered again, which changes nothing: the points have
    /// keys, and nothing newer was written beside the spill.
    /// </summary>
    public void Remove()
    {
        Span<byte> delivered = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(delivered, Records.Peek().End);
        Write(_file, delivered, DeliveredAt);
        Records.Dequeue();
    }

    /// <summary>Deletes the file. It is emptied first, so that what is in it does not come back after a loss of power.</summary>
    public void Delete()
    {
        RandomAccess.SetLength(_file, 0);
        RandomAccess.FlushToDisk(_file);
        Dispose();
        File.Delete(_path);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // A file that may not grow (EFBIG: a limit, or the file system's own) is a wrong argument to the runtime; to whoever waits for room it is
    // a write that failed.
    private static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long at)
    {
        try
        {
            RandomAccess.Write(file, bytes, at);
        }
        catch (ArgumentOutOfRangeException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    private void Find(bool isLast)
    {
        Span<byte> header = stackalloc byte[Header];
        var size = RandomAccess.GetLength(_file);
        var isSegment = RandomAccess.Read(_file, header, 0) == Header && BinaryPrimitives.ReadUInt64LittleEndian(header) == Magic;
        if (!isSegment)
        {
            // Deleted, or begun, in the moment of a kill: nothing was ever kept in it.
            DamagedBytes = isLast ? 0 : size;
            return;
        }

        var delivered = BinaryPrimitives.ReadInt64LittleEndian(header[DeliveredAt..]);
        while (Length < size && Next(size) is { } record)
        {
            if (record.Offset >= delivered)
                Records.Enqueue(record);
            Length = record.End;
        }

        DamagedBytes = isLast ? 0 : size - Length;
        if (isLast && Length < size)
            RandomAccess.SetLength(_file, Length);
    }

    private SpillRecord? Next(long size)
    {
        var header = new byte[RecordHeader];
        if (RandomAccess.Read(_file, header, Length) < RecordHeader)
            return null;

        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length < 0 || Length + RecordHeader + length > size)
            return null;

        var bytes = new byte[RecordHeader + length];
        return RandomAccess.Read(_file, bytes, Length) == bytes.Length && IsWhole(bytes)
            ? new(Length, length, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4)), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)))
            : null;
    }

    private static bool IsWhole(ReadOnlySpan<byte> record) =>
        Checksum(record).AsSpan().SequenceEqual(record[(RecordHeader - Sum)..RecordHeader]);

    private static byte[] Checksum(ReadOnlySpan<byte> record)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(record[..(RecordHeader - Sum)]);
        hash.AppendData(record[RecordHeader..]);
        return hash.GetHashAndReset()[..Sum];
    }
}
