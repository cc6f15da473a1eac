// The log without a disk: what a completed Append leaves behind is what a crash leaves behind.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.TestKit.InMemory;

/// <summary>A log in memory, with hooks at which a simulation lets it fail.</summary>
public sealed class InMemoryEventLog : IInputLog
{
    // Guards everything below: an appender and the readers of the partitions may be different threads.
    private readonly Lock _lock = new();
    private readonly Partition[] _partitions;
    private long _inputPosition;

    /// <summary>An empty log.</summary>
    public InMemoryEventLog(int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        _partitions = [.. Enumerable.Range(0, partitions).Select(_ => new Partition())];
    }

    private InMemoryEventLog(InMemoryEventLog other)
    {
        _partitions = [.. other._partitions.Select(p => new Partition(p))];
        _inputPosition = other._inputPosition;
    }

    /// <summary>Called before an append takes effect; what it throws, the appender sees, and nothing was appended.</summary>
    public Action? BeforeAppend { get; set; }

    /// <summary>Called after an append took effect; throwing here is a crash before the appender learnt of it.</summary>
    public Action? AfterAppend { get; set; }

    /// <inheritdoc/>
    public int Partitions => _partitions.Length;

    /// <inheritdoc/>
    public long InputPosition
    {
        get
        {
            lock (_lock) return _inputPosition;
        }
    }

    /// <inheritdoc/>
    public long NextOffset(int partition)
    {
        lock (_lock) return _partitions[partition].Ends.Count;
    }

    /// <inheritdoc/>
    public void Append(AppendBatch batch) => Append(batch, InputPosition);

    /// <inheritdoc/>
    public void Append(AppendBatch batch, long inputPosition)
    {
        batch.Check(Partitions);
        BeforeAppend?.Invoke();
        lock (_lock)
        {
            for (var p = 0; p < Partitions; p++)
                _partitions[p].Append(batch.Records(p).Span);
            _inputPosition = inputPosition;
        }

        AfterAppend?.Invoke();
    }

    /// <inheritdoc/>
    public bool Read(int partition, long fromOffset, int maxRecords, LogBatch into)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromOffset);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRecords, 1);
        into.Reset(fromOffset);
        lock (_lock)
        {
            var from = _partitions[partition];
            if (fromOffset >= from.Ends.Count) return false;
            var count = (int)Math.Min(maxRecords, from.Ends.Count - fromOffset);
            var start = fromOffset == 0 ? 0 : from.Ends[(int)fromOffset - 1];
            var length = from.Ends[(int)fromOffset + count - 1] - start;
            from.Bytes.AsSpan(start, length).CopyTo(into.Add(length, count));
            return true;
        }
    }

    /// <summary>What a process that starts after a crash at this moment would find. Later calls on either do not touch the other.</summary>
    public InMemoryEventLog Clone()
    {
        lock (_lock) return new InMemoryEventLog(this);
    }

    /// <summary>Keeps everything: a disposed log can be cloned, which stands for opening it again.</summary>
    public void Dispose()
    {
    }

    private sealed class Partition
    {
        // All records one after the other, and where each one ends.
        public byte[] Bytes { get; private set; }
        public List<int> Ends { get; }

        public Partition()
        {
            Bytes = new byte[1024];
            Ends = [];
        }

        public Partition(Partition other)
        {
            Bytes = other.Bytes.AsSpan().ToArray();
            Ends = [.. other.Ends];
        }

        public void Append(ReadOnlySpan<byte> records)
        {
            var end = Ends.Count == 0 ? 0 : Ends[^1];
            if (Bytes.Length < end + records.Length)
            {
                var bytes = Bytes;
                Array.Resize(ref bytes, Math.Max(Bytes.Length * 2, end + records.Length));
                Bytes = bytes;
            }

            records.CopyTo(Bytes.AsSpan(end));
            while (records.Length > 0)
            {
                var length = RecordFraming.RecordLength(records);
                end += length;
                Ends.Add(end);
                records = records[length..];
            }
        }
    }
}
