// Puts scores into the topic scores.v1 on their way into the series store.
using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>
/// A series store in front of another one: points of scores and risks also go to <c>scores.v1</c>, each at least once, before the other
/// store says that they are applied.
/// </summary>
public sealed class KafkaScoresStore : ISeriesStore
{
    private readonly KafkaOptions _options;
    private readonly ISeriesStore _inner;
    private readonly DurableProducer _producer;
    private readonly int _partitions;

    // By partition: how far scores are published. Each is used by the one thread that writes the partition.
    private readonly ConcurrentDictionary<int, Published> _published = [];

    private KafkaScoresStore(KafkaOptions options, ISeriesStore inner)
    {
        (_options, _inner) = (options, inner);
        var trouble = new KafkaTrouble(options);
        using (var scan = new TopicScan(options, "scores", trouble))
            _partitions = scan.CountPartitions(options.Scores)[0];
        _producer = new DurableProducer(options, "scores", trouble);
    }

    /// <summary>Opens the topic in front of a store, which is not disposed with it.</summary>
    /// <exception cref="StoreException">No broker answers, or the topic is not there.</exception>
    public static KafkaScoresStore Open(KafkaOptions options, ISeriesStore inner) => new(options, inner);

    /// <inheritdoc/>
    public long AppliedOffset(int partition) => _inner.AppliedOffset(partition);

    /// <inheritdoc/>
    public void Write(int partition, long throughOffset, SeriesBatch batch)
    {
        if (throughOffset > _inner.AppliedOffset(partition)) PublishRest(_published.GetOrAdd(partition, static _ => new()), throughOffset, batch);
        _inner.Write(partition, throughOffset, batch);
        if (_published.TryGetValue(partition, out var published)) published.Forget();
    }

    /// <inheritdoc/>
    public IEnumerable<(string Series, SeriesPoint Point)> Read(
        string patient, string? series = null, long from = long.MinValue, long until = long.MaxValue) =>
        _inner.Read(patient, series, from, until);

    /// <inheritdoc/>
    public void Dispose() => _producer.Dispose();

    // Where the other store fails, the same batch comes again, with more behind what it had; what is in it of published records is known.
    private void PublishRest(Published published, long throughOffset, SeriesBatch batch)
    {
        if (throughOffset <= published.Through) return;
        Publish(batch, published.PointsOf(batch));
        published.Remember(throughOffset, batch);
    }

    private void Publish(SeriesBatch batch, int from)
    {
        var isScore = batch.Names.ConvertAll(SeriesNames.IsScore);
        if (batch.Points.FindIndex(from, p => isScore[p.Series]) < 0) return;
        var delivery = _producer.Begin($"write scores to {_options.Scores}");
        var message = new ArrayBufferWriter<byte>(128);
        foreach (var point in CollectionsMarshal.AsSpan(batch.Points)[from..])
        {
            if (!isScore[point.Series]) continue;
            var patient = batch.Patients[point.Patient];
            message.ResetWrittenCount();
            AlertWriter.Write(new ScoreRecord(patient, batch.Names[point.Series], point.EventTime, point.Value, point.Flags), message);
            delivery.Add(
                new TopicPartition(_options.Scores, Pipeline.Wire.Partitioner.PartitionOf(patient, _partitions)),
                Encoding.UTF8.GetBytes(patient), message.WrittenSpan.ToArray(), null, point.EventTime);
        }

        delivery.Wait();
    }

    // The batch is its flow's, which may be gone before it comes again.
    private sealed class Published
    {
        private readonly WeakReference<SeriesBatch?> _batch = new(null);
        private int _points;

        public long Through { get; private set; }

        public int PointsOf(SeriesBatch batch) => _batch.TryGetTarget(out var last) && ReferenceEquals(last, batch) ? _points : 0;

        public void Remember(long through, SeriesBatch batch)
        {
            (Through, _points) = (through, batch.Points.Count);
            _batch.SetTarget(batch);
        }

        public void Forget() => _batch.SetTarget(null);
    }
}
