// Shows on librdkafka's mock cluster that scores are published before the other store has them, and not again where that one fails.
using Confluent.Kafka;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Kafka;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Kafka;

public sealed class KafkaScoresStoreTests : IDisposable
{
    private readonly MockCluster _cluster = new();
    private readonly KafkaOptions _options;
    private readonly InMemorySeriesStore _inner = new();
    private readonly SeriesBatch _batch = NewBatch();

    public KafkaScoresStoreTests()
    {
        _options = new() { BootstrapServers = _cluster.Bootstrap };
        _cluster.CreateTopic(_options.Scores, 1);
    }

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public void Write_OtherStoreFails_PublishesOnlyWhatIsNewWithTheNextTry()
    {
        using var store = KafkaScoresStore.Open(_options, _inner);
        Add(_batch, 1, 2);
        Fails(() => store.Write(0, 10, _batch));
        Fails(() => store.Write(0, 10, _batch));
        Assert.Equal([1, 2], Published());

        Add(_batch, 3);
        Fails(() => store.Write(0, 20, _batch));
        Assert.Equal([1, 2, 3], Published());

        _inner.BeforeWrite = null;
        store.Write(0, 20, _batch);
        _batch.Points.Clear();
        Add(_batch, 4);
        store.Write(0, 30, _batch);

        Assert.Equal([1, 2, 3, 4], Published());
        Assert.Equal(30, store.AppliedOffset(0));
        Assert.Equal(4, _inner.Read("p", "score.news2").Count());
    }

    [Fact]
    public void Write_PointsMadeAgainFromTheLog_AreNotPublishedUpToWhereTheyWere()
    {
        using var store = KafkaScoresStore.Open(_options, _inner);
        Add(_batch, 1, 2, 3);
        Fails(() => store.Write(0, 30, _batch));
        _inner.BeforeWrite = null;

        // Another flow's batch: the one before was thrown away.
        var again = NewBatch();
        Add(again, 1, 2);
        store.Write(0, 20, again);
        again.Points.Clear();
        Add(again, 3);
        store.Write(0, 30, again);
        again.Points.Clear();
        Add(again, 4);
        store.Write(0, 40, again);

        Assert.Equal([1, 2, 3, 4], Published());
        Assert.Equal(4, _inner.Read("p", "score.news2").Count());
    }

    [Fact]
    public void Write_BrokerIsAway_PublishesWithTheNextTryAndOnlyThenWrites()
    {
        using var store = KafkaScoresStore.Open(_options with { RequestTimeout = TimeSpan.FromSeconds(2) }, _inner);
        Add(_batch, 1);
        _cluster.SetDown();
        Assert.Throws<StoreException>(() => store.Write(0, 10, _batch));
        Assert.Equal(0, store.AppliedOffset(0));

        _cluster.SetUp();
        store.Write(0, 10, _batch);

        Assert.Equal(1, Published()[^1]);
        Assert.Equal(10, store.AppliedOffset(0));
    }

    private static SeriesBatch NewBatch()
    {
        var batch = new SeriesBatch();
        batch.Patients.Add("p");
        batch.Names.AddRange(["heart_rate", "score.news2"]);
        return batch;
    }

    // A reading comes with each score, and is not published.
    private static void Add(SeriesBatch batch, params int[] times)
    {
        foreach (var time in times)
        {
            batch.Points.Add(new SeriesPoint(0, 0, time, 80, PointFlags.None));
            batch.Points.Add(new SeriesPoint(0, 1, time, 3, PointFlags.None));
        }
    }

    private void Fails(Action write)
    {
        _inner.BeforeWrite = () => throw new StoreException(StoreFailure.Unavailable, "away");
        Assert.Equal("away", Assert.Throws<StoreException>(write).Message);
    }

    // The event times of what is in the topic.
    private List<long> Published()
    {
        var times = new List<long>();
        using var scan = new TopicScan(_options, "test", new KafkaTrouble(_options));
        scan.Read(new TopicPartition(_options.Scores, 0), 0, record => times.Add(record.Message.Timestamp.UnixTimestampMs));
        return times;
    }
}
