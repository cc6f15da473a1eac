// Which model decided when, as the log of a store says: the series of a task goes on when its model is exchanged, and does not tell.
using System.Buffers.Binary;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Commands;

/// <summary>The elections of a log, by partition. A log that elects nothing tells nothing: then every model decided always.</summary>
internal sealed class Elections
{
    private const int RecordsAtOnce = 8192;

    // By partition, oldest first: from when on, by arrival time, which model.
    private readonly List<(long From, string Model)>[] _elected;

    private Elections(List<(long From, string Model)>[] elected) => _elected = elected;

    /// <summary>What is said where there is no log.</summary>
    public static Elections Unknown { get; } = new([[]]);

    /// <summary>The models that were elected, each once.</summary>
    public IReadOnlyList<string> Models =>
        [.. _elected.SelectMany(partition => partition).Select(one => one.Model).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Reads them out of a log, from its beginning to its end.</summary>
    /// <exception cref="StoreException">The log cannot be read.</exception>
    public static Elections Of(IEventLog log, CancellationToken stop)
    {
        var elected = new List<(long From, string Model)>[log.Partitions];
        var batch = new LogBatch();
        for (var partition = 0; partition < elected.Length; partition++)
        {
            elected[partition] = [];
            for (var next = 0L; log.Read(partition, next, RecordsAtOnce, batch); next = batch.FirstOffset + batch.Count)
            {
                stop.ThrowIfCancellationRequested();
                Add(elected[partition], partition, batch.Records);
            }
        }

        return new Elections(elected);
    }

    /// <summary>Whether a model decided a step of a patient.</summary>
    /// <param name="model">Name and version.</param>
    /// <param name="patient">The patient.</param>
    /// <param name="eventTime">The step, ms since 1970. A step is due when it is over, so the election before that is the one.</param>
    public bool Decided(string model, string patient, long eventTime)
    {
        var elected = _elected[Partitioner.PartitionOf(patient, _elected.Length)];
        var at = elected.FindLastIndex(one => one.From < eventTime);

        // Before its first election a partition had that model already: it was appended when the flow began.
        return elected.Count == 0 || elected[Math.Max(at, 0)].Model == model;
    }

    /// <summary>
    /// The times in which a model decided in one partition or another, oldest first; <see cref="long.MinValue"/>: from the beginning,
    /// <see cref="long.MaxValue"/>: until now.
    /// </summary>
    public IReadOnlyList<(long From, long Until)> TimesOf(string model)
    {
        var times = new List<(long From, long Until)>();
        foreach (var time in _elected.SelectMany(partition => Times(partition, model)).Order())
        {
            if (times is [.., var last] && time.From <= last.Until)
                times[^1] = (last.From, Math.Max(last.Until, time.Until));
            else
                times.Add(time);
        }

        return times;
    }

    private static IEnumerable<(long From, long Until)> Times(List<(long From, string Model)> elected, string model) =>
        elected.Select((one, number) => (one.Model, Time: (
            From: number == 0 ? long.MinValue : one.From, Until: number + 1 < elected.Count ? elected[number + 1].From : long.MaxValue)))
            .Where(one => one.Model == model && one.Time.From < one.Time.Until)
            .Select(one => one.Time);

    private static void Add(List<(long From, string Model)> elected, int partition, ReadOnlySpan<byte> records)
    {
        for (; records.Length > 0; records = records[RecordFraming.RecordLength(records)..])
        {
            if ((RecordKind)records[0] != RecordKind.ModelElected)
                continue;

            var arrival = BinaryPrimitives.ReadInt64LittleEndian(records[1..]);
            var payload = records[RecordFraming.HeaderSize..RecordFraming.RecordLength(records)];
            if (ControlDecoder.Decode(RecordKind.ModelElected, arrival, partition, payload) is ModelElectedElement one)
                elected.Add((arrival, one.Election.Model));
        }
    }
}
