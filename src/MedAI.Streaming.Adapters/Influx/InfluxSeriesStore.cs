// The series in a time series server, with a folder for what it does not take at the moment.
using System.Collections.Concurrent;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>How the way to the server is, as of now.</summary>
/// <param name="Written">Lines that the server took since the start; those that were sent again are counted again.</param>
/// <param name="Rejected">Lines that it will never take, values that are no numbers among them.</param>
/// <param name="Dropped">Lines that waited on disk until there were too many, or they were too old, or the disk lost them.</param>
/// <param name="Requests">Requests with lines.</param>
/// <param name="Waiting">Lines that wait on disk.</param>
/// <param name="WaitingBytes">Their bytes.</param>
/// <param name="WaitingFor">How long the oldest of them has waited.</param>
/// <param name="Trouble">Why they are not delivered at the moment, or null.</param>
/// <param name="LastRejection">Why lines were not taken the last time, or null.</param>
public sealed record InfluxStatus(
    long Written, long Rejected, long Dropped, long Requests, long Waiting, long WaitingBytes, TimeSpan WaitingFor, string? Trouble,
    string? LastRejection);

/// <summary>
/// A series store whose points have keys: (measurement, patient, series, device, event time). What is written twice is there once, so after a
/// start it wants all points again that its caller still has to give. While the server is away, or slow, points go to disk and are delivered
/// later, in order; nothing that was written is forgotten by a kill. Values that are no numbers cannot be kept and are counted as rejected.
/// </summary>
public sealed class InfluxSeriesStore : ISeriesStore
{
    private readonly InfluxOptions _options;
    private readonly InfluxClient _client;
    private readonly LineSender _sender;
    private readonly InfluxReader _reader;
    private readonly InfluxCounters _counters = new();
    private readonly Spill? _spill;
    private readonly SpillDrain? _drain;

    // Partitions write side by side, each with its own writer.
    private readonly ConcurrentDictionary<int, Writer> _writers = [];

    private InfluxSeriesStore(InfluxOptions options, string? spillFolder)
    {
        _options = options;
        _spill = spillFolder is null ? null : Spill.Open(spillFolder, options);
        _client = new InfluxClient(options);
        _reader = new InfluxReader(_client, options);
        _sender = new LineSender(_client, options, _counters);
        if (_spill is not null)
        {
            _drain = SpillDrain.Start(_spill, _sender, options);
        }
    }

    /// <summary>How it goes.</summary>
    public InfluxStatus Status => new(
        _counters.LinesWritten, _counters.LinesRejected, _spill?.Dropped ?? 0, _counters.Requests, _spill?.Lines ?? 0, _spill?.Bytes ?? 0,
        _spill?.Oldest is { } oldest ? _options.Time.GetUtcNow() - oldest : TimeSpan.Zero, _drain?.Trouble, _counters.LastRejection);

    /// <summary>Opens the store for one process. The server need not be there.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="spillFolder">The folder of this process for points that wait; what is in it is delivered first.</param>
    /// <exception cref="StoreException">Another process has the folder, or it cannot be used.</exception>
    public static InfluxSeriesStore Open(InfluxOptions options, string spillFolder) => new(options, spillFolder);

    /// <summary>Opens the store for reading only.</summary>
    public static InfluxSeriesStore OpenForReading(InfluxOptions options) => new(options, null);

    /// <inheritdoc/>
    public long AppliedOffset(int partition) => _writers.TryGetValue(partition, out var writer) ? Interlocked.Read(ref writer.Applied) : 0;

    /// <inheritdoc/>
    public void Write(int partition, long throughOffset, SeriesBatch batch)
    {
        if (_spill is null || _drain is null)
            throw new InvalidOperationException("This store is open for reading only.");

        var writer = _writers.GetOrAdd(partition, static (_, lines) => new Writer(new LineWriter(lines)), _options.BatchLines);
        var later = new List<LineBatch>();
        DeliveryOutcome? failed = null;
        var began = _options.Time.GetTimestamp();
        var unwritable = writer.Lines.Unwritable;
        foreach (var lines in writer.Lines.Write(batch))
        {
            // What waits goes first: the newest value of a key must be the last one written.
            var patience = _options.Patience - _options.Time.GetElapsedTime(began);
            if (later.Count == 0 && patience > TimeSpan.Zero && _spill.IsEmpty)
            {
                var outcome = _sender.DeliverAtOnce(lines, patience);
                if (outcome.Delivery == Delivery.Done)
                    continue;

                // To look for the lines that are refused takes many requests: that is the drain's work, and no failure.
                failed = outcome.Delivery == Delivery.InParts ? null : outcome;
            }

            later.Add(lines);
        }

        if (later.Count > 0)
        {
            Keep(later, failed);
        }

        if (writer.Lines.Unwritable > unwritable)
            _counters.Rejected(writer.Lines.Unwritable - unwritable, "a value is no number, or its time is not of the years 1677 to 2262");
        Interlocked.Exchange(ref writer.Applied, Math.Max(throughOffset, writer.Applied));
    }

    /// <inheritdoc/>
    public IEnumerable<(string Series, SeriesPoint Point)> Read(
        string patient, string? series = null, long from = long.MinValue, long until = long.MaxValue) =>
        _reader.Read(patient, series, from, until);

    /// <summary>
    /// Delivers what waits on disk at once, and returns when nothing waits any more, when the server does not take it, or after so long; for who
    /// will end and may not come back soon. Writing may go on meanwhile. Once only.
    /// </summary>
    public void Hurry(TimeSpan atMost) => _drain?.Hurry(atMost);

    /// <inheritdoc/>
    public void Dispose()
    {
        _drain?.Dispose();
        _spill?.Dispose();
        _client.Dispose();
    }

    private void Keep(List<LineBatch> batches, DeliveryOutcome? tried)
    {
        try
        {
            _spill!.Append(batches);
        }
        catch (StoreException failed) when (tried is not null)
        {
            throw new StoreException(
                failed.Failure, $"The time series server does not take points ({tried.Value.Reason}), and {failed.Message}", failed);
        }

        _drain!.Wake(tried);
    }

    private sealed class Writer(LineWriter lines)
    {
        public LineWriter Lines { get; } = lines;

        // Readers of the offset are other threads.
        public long Applied;
    }
}
