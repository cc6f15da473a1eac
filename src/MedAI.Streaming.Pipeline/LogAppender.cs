// The one appender of a log: turns elements into records, batches them, and keeps arrival times in order.
using System.Buffers.Binary;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Pipeline;

/// <summary>Appends elements to a log. Safe to call from several threads; what is buffered becomes durable at a flush.</summary>
public sealed class LogAppender
{
    private readonly IEventLog _log;

    // Guards everything below: a feeder appends input while a flow appends a control record.
    private readonly Lock _lock = new();
    private readonly RecordWriter _writer = new();
    private readonly AppendBatch _batch;
    private readonly long[] _lastArrival;
    private long _position;

    /// <summary>An appender of a log that nobody else appends to.</summary>
    public LogAppender(IEventLog log)
    {
        _log = log;
        _batch = new AppendBatch(log.Partitions);
        _lastArrival = new long[log.Partitions];
        var last = new LogBatch();
        for (var p = 0; p < log.Partitions; p++)
        {
            _lastArrival[p] = log.NextOffset(p) > 0 && log.Read(p, log.NextOffset(p) - 1, 1, last)
                ? BinaryPrimitives.ReadInt64LittleEndian(last.Records[1..])
                : long.MinValue;
        }

        _position = log.InputPosition;
    }

    /// <summary>Called after records became durable.</summary>
    public Action? Appended { get; set; }

    /// <summary>The input position that the next flush records: one more for every input element added.</summary>
    public long InputPosition
    {
        get
        {
            lock (_lock)
            {
                return _position;
            }
        }
    }

    /// <summary>How many records are buffered.</summary>
    public int Buffered
    {
        get
        {
            lock (_lock)
            {
                return _batch.Total;
            }
        }
    }

    /// <summary>Buffers the next element of the input, in the partition of its patient.</summary>
    /// <exception cref="InvalidOperationException">Its arrival time is before that of an element before it.</exception>
    public void AddInput(LogElement element)
    {
        lock (_lock)
        {
            Add(element, Partitioner.PartitionOf(element.Key, _log.Partitions));
            _position++;
        }
    }

    /// <summary>Buffers a clock record for every partition.</summary>
    public void AddClock(long arrivalTime)
    {
        lock (_lock)
        {
            for (var p = 0; p < _log.Partitions; p++)
            {
                Add(new ClockElement(Math.Max(arrivalTime, _lastArrival[p])), p);
            }
        }
    }

    /// <summary>Appends a control record of a partition at once, at the partition's newest arrival time.</summary>
    public void AppendModelAvailability(int partition, bool available, string detail)
    {
        lock (_lock)
        {
            var arrival = _lastArrival[partition] == long.MinValue ? 0 : _lastArrival[partition];
            Add(new ModelAvailabilityElement(arrival, partition, available, detail), partition);
        }

        Flush();
    }

    /// <summary>Says that the input has ended: the last clock record was added, and is not to be added again on resuming.</summary>
    public void EndInput()
    {
        lock (_lock)
        {
            _position++;
        }
    }

    /// <summary>Makes what is buffered durable.</summary>
    /// <exception cref="StoreException">The log cannot take it; what was buffered is still buffered.</exception>
    public void Flush()
    {
        lock (_lock)
        {
            if (_batch.Total == 0 && _position == _log.InputPosition)
            {
                return;
            }

            _log.Append(_batch, _position);
            _batch.Clear();
        }

        Appended?.Invoke();
    }

    private void Add(LogElement element, int partition)
    {
        if (element.ArrivalTime < _lastArrival[partition])
        {
            throw new InvalidOperationException(
                $"arrival time {element.ArrivalTime} comes after {_lastArrival[partition]} in partition {partition}: a log's arrival "
                + "times never decrease");
        }

        _lastArrival[partition] = element.ArrivalTime;
        _writer.Write(element, _batch.Writer(partition));
        _batch.Added(partition);
    }
}
