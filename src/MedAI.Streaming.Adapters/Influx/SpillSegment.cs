// One file of the spill: whole records behind a header that says how far they were delivered.
using System.Buffers.Binary;
using System.Security.Cryptography;

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
    private const int LinesAt = 4;
    private const int TimeAt = 8;
    private const int Sum = 8;
    private const int DeliveredAt = 8;
    private const int Page = 4096;

    // "MEDSPIL1"
    private const ulong Magic = 0x314C49505344454D;
    private readonly ISpillFile _file;

    private SpillSegment(ISpillFile file) => _file = file;

    // What every batch begins with.
    private static ReadOnlySpan<byte> Gzip => [0x1F, 0x8B];

    /// <summary>What is to be delivered, oldest first.</summary>
    public Queue<SpillRecord> Records { get; } = [];

    /// <summary>Where the next record goes.</summary>
    public long Length { get; private set; } = Header;

    /// <summary>What is damaged and lost, in bytes; a record that was cut off by the end of the process is not counted.</summary>
    public long DamagedBytes { get; private set; }

    /// <summary>How many lines are lost with it, at least.</summary>
    public long DamagedLines { get; private set; }

    /// <summary>Makes a segment out of a new file.</summary>
    public static SpillSegment Create(ISpillFile file)
    {
        Span<byte> header = stackalloc byte[Header];
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(header[DeliveredAt..], Header);
        try
        {
            file.Write(header, 0);
            return new SpillSegment(file);
        }
        catch
        {
            // A disk that is full takes the name of a file, and nothing into it.
            file.Delete();
            throw;
        }
    }

    /// <summary>Opens a segment and finds what is to be delivered; what a crash left half written at its end is cut off.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isLast">Whether a crash can have hit it: the others were whole when the next one was begun.</param>
    public static SpillSegment Open(ISpillFile file, bool isLast)
    {
        var segment = new SpillSegment(file);
        segment.Find(isLast);
        return segment;
    }

    /// <summary>Adds batches; they are on the disk when it returns, or none of them is kept.</summary>
    public void Append(IReadOnlyList<LineBatch> batches, long now)
    {
        var added = new List<SpillRecord>(batches.Count);
        var end = Length;
        try
        {
            // What an append that failed could not cut off may be whole records.
            if (_file.Length > Length)
                _file.SetLength(Length);
            foreach (var batch in batches)
            {
                var bytes = new byte[RecordHeader + batch.Packed.Length];
                BinaryPrimitives.WriteInt32LittleEndian(bytes, batch.Packed.Length);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(LinesAt), batch.Lines);
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(TimeAt), now);
                batch.Packed.CopyTo(bytes.AsSpan(RecordHeader));
                Checksum(bytes).CopyTo(bytes.AsSpan(RecordHeader - Sum));
                _file.Write(bytes, end);
                added.Add(new(end, batch.Packed.Length, batch.Lines, now));
                end += bytes.Length;
            }

            _file.Flush();
        }
        catch
        {
            CutOff();
            throw;
        }

        Length = end;
        foreach (var record in added)
        {
            Records.Enqueue(record);
        }
    }

    /// <summary>The batch of a record; null: it is not what was written any more.</summary>
    /// <exception cref="IOException">It cannot be read at the moment.</exception>
    public LineBatch? Read(SpillRecord record)
    {
        var bytes = new byte[RecordHeader + record.Size];
        return _file.Read(bytes, record.Offset) == bytes.Length && IsWhole(bytes) ? new(bytes[RecordHeader..], record.Lines) : null;
    }

    /// <summary>
    /// The oldest record was delivered or dropped. Where a kill forgets it, it is delivered again, which changes nothing: the points have
    /// keys, and nothing newer was written beside the spill.
    /// </summary>
    public void Remove()
    {
        Span<byte> delivered = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(delivered, Records.Peek().End);
        _file.Write(delivered, DeliveredAt);
        Records.Dequeue();
    }

    /// <summary>All of it was delivered or dropped: nothing is in it any more. Where that fails, everything still is.</summary>
    public void Empty()
    {
        _file.SetLength(0);
        Records.Clear();
    }

    /// <summary>Deletes an emptied segment, which is of no use then, whatever happens.</summary>
    public void Delete()
    {
        try
        {
            // What was in it may not come back after a loss of power, even if its name does.
            _file.Flush();
        }
        finally
        {
            _file.Delete();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // Where not even that can be done, the next append does it; if none follows, records are delivered that nobody counts on, and are there once
    // all the same.
    private void CutOff()
    {
        try
        {
            _file.SetLength(Length);
        }
        catch (Exception alike) when (alike is IOException or UnauthorizedAccessException)
        {
            // Who appends is told why it failed in the first place.
        }
    }

    private void Find(bool isLast)
    {
        var bytes = ReadAll(out var isReadable);
        var isSegment = bytes.Length >= Header && BinaryPrimitives.ReadUInt64LittleEndian(bytes) == Magic;
        var delivered = isSegment ? BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(DeliveredAt)) : Header;
        Length = delivered >= Header && delivered <= bytes.Length ? delivered : Header;
        while (Length < bytes.Length)
        {
            if (Whole(bytes, (int)Length) is { } record)
            {
                Records.Enqueue(record);
                Length = record.End;
                continue;
            }

            var next = NextWhole(bytes, (int)Length + 1);
            if (next < 0)
                break;

            Lose(bytes, next);
            Length = next;
        }

        if (Length >= bytes.Length)
            return;

        // The end of the newest is what a crash may have left half written. What has no header either was begun in the moment of a kill.
        if (!isLast || !isReadable)
            Lose(bytes, bytes.Length);
        if (isLast)
            _file.SetLength(Length);
    }

    // Up to there everything is lost. How many lines that were is known if the damaged record still says where it ends.
    private void Lose(ReadOnlySpan<byte> bytes, int until)
    {
        var at = (int)Length;
        var lines = at + RecordHeader <= until && at + RecordHeader + (long)BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]) == until
            ? BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + LinesAt)..])
            : 1;
        DamagedBytes += until - at;
        DamagedLines += Math.Clamp(lines, 1, InfluxOptions.MostBatchLines);
    }

    // What the disk does not give is as zeros: the records in it are damaged, those around it are not.
    private byte[] ReadAll(out bool isReadable)
    {
        isReadable = true;
        var bytes = new byte[_file.Length];
        for (var at = 0; at < bytes.Length; at += Page)
        {
            try
            {
                _file.Read(bytes.AsSpan(at, Math.Min(Page, bytes.Length - at)), at);
            }
            catch (IOException)
            {
                isReadable = false;
            }
        }

        return bytes;
    }

    private static int NextWhole(ReadOnlySpan<byte> bytes, int from)
    {
        for (var at = from + RecordHeader; at < bytes.Length; at++)
        {
            var found = bytes[at..].IndexOf(Gzip);
            if (found < 0)
                return -1;

            at += found;
            if (Whole(bytes, at - RecordHeader) is not null)
                return at - RecordHeader;
        }

        return -1;
    }

    private static SpillRecord? Whole(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length - at < RecordHeader)
            return null;

        var record = bytes[at..];
        var size = BinaryPrimitives.ReadInt32LittleEndian(record);
        if (size < 0 || size > record.Length - RecordHeader || !IsWhole(record[..(RecordHeader + size)]))
            return null;

        return new(
            at, size, BinaryPrimitives.ReadInt32LittleEndian(record[LinesAt..]), BinaryPrimitives.ReadInt64LittleEndian(record[TimeAt..]));
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
