// What waits on disk for the server to come back: bounded in size and age, and still there after a kill.
using System.Globalization;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>
/// Batches in the order of their writing, in segments of a folder that one process owns. Who appends has them on the disk when it returns.
/// Any thread.
/// </summary>
internal sealed class Spill : IDisposable
{
    private const int DiskFull = 28;
    private const int HResultMask = 0xFFFF;
    private const int LeastSegment = 64 * 1024;
    private const int MostSegment = 8 * 1024 * 1024;
    private const int SegmentsOfBound = 16;
    private const string Extension = ".spill";

    // A disk in passing trouble gives what it has after a few pauses of the one that delivers.
    private const int MostFailedReads = 5;
    private readonly string _folder;
    private readonly InfluxOptions _options;
    private readonly Func<string, FileMode, ISpillFile> _open;
    private readonly FileStream _owner;
    private readonly long _segmentBytes;

    // Guards everything below: flows append while the one that delivers takes.
    private readonly Lock _lock = new();
    private readonly List<SpillSegment> _segments = [];
    private long _nextNumber;
    private long _lines;
    private long _bytes;
    private long _dropped;

    // Invariant: how many records of the front the one that delivers has in its hands, and none of them was dropped since; else 0.
    private int _taken;

    // How often the oldest record could not be read.
    private int _failedReads;

    private Spill(string folder, InfluxOptions options, Func<string, FileMode, ISpillFile> open, FileStream owner)
    {
        _folder = folder;
        _options = options;
        _open = open;
        _owner = owner;
        _segmentBytes = Math.Clamp(options.SpillBytes / SegmentsOfBound, LeastSegment, MostSegment);
    }

    /// <summary>Whether everything was delivered.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock) return _lines == 0;
        }
    }

    /// <summary>Lines that wait.</summary>
    public long Lines
    {
        get
        {
            lock (_lock) return _lines;
        }
    }

    /// <summary>Bytes that wait.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock) return _bytes;
        }
    }

    /// <summary>Lines that were dropped because there were too many, or they were too old, or the disk lost them.</summary>
    public long Dropped
    {
        get
        {
            lock (_lock) return _dropped;
        }
    }

    /// <summary>Wall time at which the oldest of them came, or null.</summary>
    public DateTimeOffset? Oldest
    {
        get
        {
            lock (_lock) return Front() is { } front ? DateTimeOffset.FromUnixTimeMilliseconds(front.Records.Peek().At) : null;
        }
    }

    /// <summary>Opens a folder with what is still in it, or makes it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How much is kept in it.</param>
    /// <param name="open">Opens its files; null: as files of the system.</param>
    /// <exception cref="StoreException">Another process has it, or it cannot be used.</exception>
    public static Spill Open(string folder, InfluxOptions options, Func<string, FileMode, ISpillFile>? open = null)
    {
        FileStream owner;
        try
        {
            Directory.CreateDirectory(folder);
            owner = new FileStream(Path.Combine(folder, "owner"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception taken) when (taken is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(
                StoreFailure.InUse,
                $"{folder}, where points wait for the time series server, cannot be used: {taken.Message} One process at a time may.", taken);
        }

        var spill = new Spill(folder, options, open ?? SpillFile.Open, owner);
        try
        {
            spill.Find();
            return spill;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            spill.Dispose();
            throw Failed(folder, failed);
        }
    }

    /// <summary>Keeps batches. What would then be too much is dropped first, oldest first; what comes is kept in any case.</summary>
    /// <exception cref="StoreException">They cannot be kept; none of them is.</exception>
    public void Append(IReadOnlyList<LineBatch> batches)
    {
        var bytes = batches.Sum(batch => (long)batch.Packed.Length + SpillSegment.RecordHeader);
        lock (_lock)
        {
            try
            {
                while (_bytes + bytes > _options.SpillBytes && Front() is { } front)
                {
                    DropOldest(front);
                }

                // A number is used once: what could not be begun may have left its name.
                if (_segments.Count == 0 || _segments[^1].Length >= _segmentBytes)
                    _segments.Add(SpillSegment.Create(_open(PathOf(_nextNumber++), FileMode.CreateNew)));

                _segments[^1].Append(batches, Now());
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                throw Failed(_folder, failed);
            }

            _lines += batches.Sum(batch => (long)batch.Lines);
            _bytes += bytes;
        }
    }

    /// <summary>Takes the oldest batches together, at most so many lines (one batch in any case); null: there is nothing.</summary>
    /// <remarks>They stay until <see cref="Remove"/>. What has become too old is dropped first.</remarks>
    /// <exception cref="IOException">The oldest cannot be read, or not be marked as dropped; after a few times it is passed over.</exception>
    public LineBatch? Take(int mostLines)
    {
        lock (_lock)
        {
            _taken = 0;
            var tooOld = Now() - (long)_options.SpillAge.TotalMilliseconds;
            while (Front() is { } old && old.Records.Peek().At < tooOld)
            {
                DropOldest(old);
            }

            while (Front() is { } front)
            {
                var batches = ReadFrom(front, mostLines, out var why);
                if (batches.Count > 0)
                {
                    _taken = batches.Count;
                    _failedReads = 0;
                    return LineBatch.Join(batches);
                }

                if (why is not null && ++_failedReads < MostFailedReads)
                    throw new IOException(why.Message, why);

                var lines = front.Records.Peek().Lines;
                DropOldest(front);
                _options.Report?.Invoke(
                    $"points that waited on disk for the time series server cannot be read any more: {lines} are dropped{Because(why)}.");
            }

            return null;
        }
    }

    /// <summary>What was taken last is delivered.</summary>
    public void Remove()
    {
        lock (_lock)
        {
            for (; _taken > 0; _taken--)
            {
                RemoveOldest(Front()!);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var segment in _segments)
            {
                segment.Dispose();
            }

            _segments.Clear();
        }

        _owner.Dispose();
    }

    private void Find()
    {
        var numbers = Directory.EnumerateFiles(_folder, "*" + Extension)
            .Select(path => long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1)
            .Where(number => number >= 0)
            .Order()
            .ToList();
        foreach (var number in numbers)
        {
            var segment = SpillSegment.Open(_open(PathOf(number), FileMode.Open), number == numbers[^1]);
            if (segment.DamagedBytes > 0)
            {
                _dropped += segment.DamagedLines;
                _options.Report?.Invoke(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{PathOf(number)} is damaged: {segment.DamagedBytes} bytes with {segment.DamagedLines} or more points that waited for the time series server are lost."));
            }

            if (segment.Records.Count == 0)
            {
                Delete(segment);
                continue;
            }

            _segments.Add(segment);
            _lines += segment.Records.Sum(record => (long)record.Lines);
            _bytes += segment.Records.Sum(record => record.End - record.Offset);
        }

        _nextNumber = numbers.Count == 0 ? 1 : numbers[^1] + 1;
    }

    // Up to a record that is damaged or cannot be read; none: the first is, and why if the disk says so.
    private static List<LineBatch> ReadFrom(SpillSegment segment, int mostLines, out IOException? why)
    {
        why = null;
        var batches = new List<LineBatch>();
        var lines = 0;
        try
        {
            foreach (var record in segment.Records)
            {
                lines += record.Lines;
                if ((batches.Count > 0 && lines > mostLines) || segment.Read(record) is not { } batch)
                    break;

                batches.Add(batch);
            }
        }
        catch (IOException unreadable)
        {
            why = unreadable;
        }

        return batches;
    }

    // The newest segment holds nothing where it was begun and could not be written to; what is kept next goes into it.
    private SpillSegment? Front() => _segments.Find(static segment => segment.Records.Count > 0);

    private void DropOldest(SpillSegment front)
    {
        var lines = front.Records.Peek().Lines;
        _taken = 0;
        RemoveOldest(front);
        _failedReads = 0;
        _dropped += lines;
    }

    // Invariant: a segment of which everything was delivered or dropped is gone.
    private void RemoveOldest(SpillSegment front)
    {
        var record = front.Records.Peek();
        var isLast = front.Records.Count == 1;
        if (isLast)
            front.Empty();
        else
            front.Remove();

        // Not before: what could not be marked as delivered still waits.
        _lines -= record.Lines;
        _bytes -= record.End - record.Offset;
        if (isLast)
        {
            _segments.Remove(front);
            Delete(front);
        }
    }

    // A name that stays is in nobody's way: there is nothing in the file, and the next start tries again.
    private void Delete(SpillSegment segment)
    {
        try
        {
            segment.Delete();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            _options.Report?.Invoke($"a file of {_folder} in which nothing waits any more cannot be deleted: {failed.Message}");
        }
    }

    private static string Because(IOException? why) => why is null ? "" : $" ({why.Message})";

    private string PathOf(long number) =>
        Path.Combine(_folder, number.ToString("D12", CultureInfo.InvariantCulture) + Extension);

    private long Now() => _options.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private static StoreException Failed(string folder, Exception failed) => new(
        (failed.HResult & HResultMask) == DiskFull ? StoreFailure.DiskFull : StoreFailure.Other,
        $"{folder}, where points wait for the time series server, cannot be written: {failed.Message}", failed);
}
