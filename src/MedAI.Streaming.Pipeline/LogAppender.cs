// The one appender of a process: turns elements into records, batches them, and keeps arrival times in order.
using System.Buffers.Binary;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Pipeline;

/// <summary>
/// Appends elements to a log. Safe to call from several threads. Recorded input is buffered with its own arrival times
/// (<see cref="AddInput"/>) and durable at a <see cref="Flush"/>; live input is stamped and durable at once (<see cref="AppendLive"/>).
/// </summary>
public sealed class LogAppender
{
    private readonly IEventLog _log;

    // The same log, if it keeps how far a recorded input has come.
    private readonly IInputLog? _input;

    // Guards everything below: a feeder appends input while a flow appends a control record.
    private readonly Lock _lock = new();
    private readonly RecordWriter _writer = new();
    private readonly AppendBatch _batch;
    private readonly long[] _lastArrival;
    private long _position;

    /// <summary>An appender of a log to which nobody else in this process appends.</summary>
    public LogAppender(IEventLog log)
    {
        _log = log;
        _input = log as IInputLog;
        _batch = new AppendBatch(log.Partitions);
        _lastArrival = new long[log.Partitions];
        Array.Fill(_lastArrival, long.MinValue);
        if (_input is null)
        {
            // Others append to it too, and its broker or its flows keep arrival times in order.
            return;
        }

        var last = new LogBatch();
        for (var p = 0; p < log.Partitions; p++)
        {
            if (log.NextOffset(p) > 0 && log.Read(p, log.NextOffset(p) - 1, 1, last))
            {
                _lastArrival[p] = BinaryPrimitives.ReadInt64LittleEndian(last.Records[1..]);
            }
        }

        _position = _input.InputPosition;
    }

    /// <summary>Called after records became durable.</summary>
    public Action? Appended { get; set; }

    /// <summary>The newest arrival time appended, ms since 1970; <see cref="long.MinValue"/>: none that is known.</summary>
    public long NewestArrival
    {
        get
        {
            lock (_lock)
            {
                return _lastArrival.Max();
            }
        }
    }

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
            Add(element, element switch
            {
                ModelElectedElement elected => elected.Partition,
                ModelAvailabilityElement model => model.Partition,
                _ => Partitioner.PartitionOf(element.Key, _log.Partitions),
            });
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
    public void AppendModelAvailability(int partition, bool available, string detail) =>
        AppendAtOnce([(new ModelAvailabilityElement(0, partition, available, detail), partition)], now: 0);

    /// <summary>Appends the choice of a model to a partition at once, at the partition's newest arrival time.</summary>
    public void AppendModelElection(int partition, ModelElection election) =>
        AppendAtOnce([(new ModelElectedElement(0, partition, election), partition)], now: 0);

    /// <summary>Stamps live elements with an arrival time and appends them at once, each to the partition of its patient.</summary>
    /// <param name="elements">The elements; their own arrival times are not looked at.</param>
    /// <param name="now">The arrival time, ms since 1970; where a partition has a later one, that one is taken.</param>
    /// <exception cref="StoreException">The log cannot take them; they are not kept here, and may be handed in again.</exception>
    public void AppendLive(IEnumerable<LogElement> elements, long now) =>
        AppendAtOnce(elements.Select(e => (e, Partitioner.PartitionOf(e.Key, _log.Partitions))), now);

    /// <summary>Appends a clock record to each of some partitions at once.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="now">The arrival time that has passed, ms since 1970.</param>
    /// <exception cref="StoreException">The log cannot take them; they are not kept here.</exception>
    public void AppendClocks(IEnumerable<int> partitions, long now) =>
        AppendAtOnce(partitions.Select(p => ((LogElement)new ClockElement(now), p)), now);

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
            if (_batch.Total == 0 && (_input is null || _position == _input.InputPosition))
            {
                return;
            }

            Append();
            _batch.Clear();
        }

        Appended?.Invoke();
    }

    private void AppendAtOnce(IEnumerable<(LogElement Element, int Partition)> elements, long now)
    {
        lock (_lock)
        {
            if (_batch.Total > 0)
            {
                Append();
                _batch.Clear();
            }

            try
            {
                foreach (var (element, partition) in elements)
                {
                    Add(element with { ArrivalTime = Math.Max(now, _lastArrival[partition]) }, partition);
                }

                Append();
            }
            finally
            {
                _batch.Clear();
            }
        }

        Appended?.Invoke();
    }

    private void Append()
    {
        if (_input is not null)
        {
            _input.Append(_batch, _position);
        }
        else
        {
            _log.Append(_batch);
        }
    }

    private void Add(LogElement element, int partition)
    {
        if (element.ArrivalTime < _lastArrival[partition])
        {
            throw new InvalidOperationException(
                $"arrival time {element.ArrivalTime} comes after {_lastArrival[partition]} in partition {partition}: a log's arrival "
                + "times never decrease");
        }

        _writer.Write(element, _batch.Writer(partition));
        _lastArrival[partition] = element.ArrivalTime;
        _batch.Added(partition);
    }
}
