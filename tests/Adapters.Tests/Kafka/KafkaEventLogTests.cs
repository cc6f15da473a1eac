// Holds the log in Kafka to its contract, on librdkafka's mock cluster, and to what is its own: places, gaps, headers, outages.
using System.Buffers;
using System.Text;
using Confluent.Kafka;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.Contracts;
using MedAI.Streaming.TestKit.Kafka;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Kafka;

public sealed class KafkaEventLogTests : EventLogContract<KafkaEventLog>, IDisposable
{
    private readonly MockCluster _cluster = new();
    private readonly List<string> _reports = [];

    private KafkaOptions Options => new()
    {
        BootstrapServers = _cluster.Bootstrap,
        MaxRecordBytes = 2_000_000,
        RequestTimeout = TimeSpan.FromSeconds(3),
        Client = new Dictionary<string, string> { ["fetch.wait.max.ms"] = "10" },
        Report = line =>
        {
            lock (_reports) _reports.Add(line);
        },
    };

    public void Dispose() => _cluster.Dispose();

    protected override KafkaEventLog Create(int partitions)
    {
        _cluster.CreateTopic("vitals.v1", partitions);
        return KafkaEventLog.Open(Options);
    }

    protected override KafkaEventLog Reopen(KafkaEventLog log)
    {
        log.Dispose();
        return KafkaEventLog.Open(Options);
    }

    protected override KafkaEventLog Crash(KafkaEventLog log) => KafkaEventLog.Open(Options);

    [Fact]
    public void KnownEnd_PartitionsThatAreReadOrNot_IsWhatWasFetchedAndAsksNobody()
    {
        using var log = Create(2);
        var batch = new AppendBatch(2);
        new RecordWriter().Write(new ClockElement(1_700_000_000_003), batch.Writer(1));
        batch.Added(1);
        log.Append(batch);
        var read = new LogBatch();
        Assert.True(log.Read(1, 0, 10, read));

        // Nobody reads the first one, and the broker would say 0.
        Assert.Equal((null, 1), (log.KnownEnd(0), log.KnownEnd(1)));
        Assert.Equal((0, 1), (log.NextOffset(0), log.NextOffset(1)));
        _cluster.SetDown();
        Assert.Equal((null, 1), (log.KnownEnd(0), log.KnownEnd(1)));
        Assert.Throws<StoreException>(() => log.NextOffset(0));
        log.Release(1);
        Assert.Null(log.KnownEnd(1));
    }

    [Fact]
    public void Append_RecordsOfAPatient_CarryKeyKindAndArrivalTime()
    {
        using var log = Create(4);
        var batch = new AppendBatch(4);
        var writer = new RecordWriter();
        LogElement[] elements =
        [
            new FrameElement(1_700_000_000_001, "Zoë", "monitor", SourceClass.Bedside, 1, 1, 1_700_000_000_000, []),
            new AcknowledgementElement(1_700_000_000_002, "Zoë", "limit.spo2.low", "nurse"),
            new ClockElement(1_700_000_000_003),
        ];
        var partition = Pipeline.Wire.Partitioner.PartitionOf("Zoë", 4);
        foreach (var element in elements)
        {
            writer.Write(element, batch.Writer(partition));
            batch.Added(partition);
        }

        log.Append(batch);

        var messages = Messages("vitals.v1", partition, 3);
        Assert.Equal(["Zoë", "Zoë", null], messages.Select(m => m.Key is null ? null : Encoding.UTF8.GetString(m.Key)));
        Assert.Equal([null, (byte)RecordKind.Acknowledgement, (byte)RecordKind.Clock], messages.Select(Kind));
        Assert.Equal([1_700_000_000_001, 1_700_000_000_002, 1_700_000_000_003], messages.Select(m => m.Timestamp.UnixTimestampMs));
        Assert.Equal(TestRecords.Split(batch, partition), ReadAll(log, partition));
    }

    [Fact]
    public void Read_AfterRecordsWereRemoved_GoesOnBehindTheGapAndSaysSo()
    {
        using var log = Create(1);
        var records = TestRecords.Sequence(40, seed: 3);
        Append(log, 0, records);
        _cluster.DeleteRecords("vitals.v1", 0, 25);
        var read = new LogBatch();

        Assert.True(log.Read(0, 10, 100, read));

        Assert.Equal((25, 15), (read.FirstOffset, read.Count));
        Assert.Equal(records.Skip(25), TestRecords.Split(read));
        Assert.Contains(_reports, r => r.Contains("records 10 to 24 of partition 0", StringComparison.Ordinal));
        Assert.True(log.Read(0, 0, 100, read));
        Assert.Equal(25, read.FirstOffset);
    }

    [Fact]
    public void Read_RecordsRemovedWhileReading_DoesNotTakeOldOnesForNew()
    {
        using var log = Create(1);
        Append(log, 0, TestRecords.Sequence(1000, seed: 3));
        var read = new LogBatch();
        Assert.True(log.Read(0, 500, 10, read));
        _cluster.DeleteRecords("vitals.v1", 0, 990);

        Assert.True(log.Read(0, 5, 10, read));

        Assert.Equal((990, 10), (read.FirstOffset, read.Count));
        Assert.False(log.Read(0, 1000, 10, read));
    }

    [Fact]
    public void Read_FromPlaceToPlace_GivesWhatStandsThere()
    {
        using var log = Create(1);
        var records = TestRecords.Sequence(5000, seed: 9, longestPayload: 60);
        Append(log, 0, records);
        var read = new LogBatch();
        var random = new Random(4);
        for (var i = 0; i < 60; i++)
        {
            var from = random.Next(records.Count);
            for (var step = 0; step < 3 && from < records.Count; step++)
            {
                Assert.True(log.Read(0, from, 1 + random.Next(700), read));
                Assert.Equal(from, read.FirstOffset);
                Assert.Equal(records.Skip(from).Take(read.Count), TestRecords.Split(read));
                from += read.Count;
            }

            if (i % 10 == 9) log.Release(0);
        }
    }

    [Fact]
    public void Read_ManyRecords_AllocatesNothingPerRecord()
    {
        using var log = Create(1);
        var batch = new AppendBatch(1);
        batch.Add(0, TestRecords.Sequence(10_000, seed: 5, longestPayload: 40));
        for (var i = 0; i < 4; i++)
            log.Append(batch);
        var read = new LogBatch();
        var from = 0L;

        // The first reads find the place, and make the batch as large as it becomes.
        while (from < 10_000 && log.Read(0, from, 2000, read)) from = read.FirstOffset + read.Count;
        var before = GC.GetAllocatedBytesForCurrentThread();
        while (from < 40_000)
        {
            if (log.Read(0, from, 2000, read)) from = read.FirstOffset + read.Count;
        }

        // A read that waits for the broker asks for the end of the log, which makes an object of it.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30_000);
    }

    [Fact]
    public void Read_HeaderThatIsNoKind_GivesARecordOfNoKind()
    {
        using var log = Create(1);
        Produce(null, "x", new Headers { { "kind", [1, 2] }, { "other", [9] } });
        Produce(null, "y", new Headers { { "kind", [5] }, { "kind", [2] } });
        Produce(null, "z", new Headers { { "trace", [1] } });

        var kinds = ReadAll(log, 0).Select(r => r[0]);

        Assert.Equal([(byte)0, (byte)2, (byte)1], kinds);
    }

    [Fact]
    public void Read_JsonForm_IsConvertedWhereItStands()
    {
        _cluster.CreateTopic("vitals.v1", 1);
        Produce("p1", """{"heart_rate":72}""", null);
        Produce("p2", "\u0001{", null);
        Produce(null, "{", new Headers { { "kind", [2] } });
        using var log = KafkaEventLog.Open(Options, (key, json, where, payload) =>
        {
            payload.Write(Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetString(key)}|{Encoding.UTF8.GetString(json)}|{where}"));
            return RecordKind.Refused;
        });

        var records = ReadAll(log, 0);

        Assert.Equal([(byte)RecordKind.Refused, (byte)1, (byte)2], records.Select(r => r[0]));
        Assert.Equal("""p1|{"heart_rate":72}|vitals.v1/0@0""", Encoding.UTF8.GetString(records[0].AsSpan(RecordFraming.HeaderSize)));
    }

    [Fact]
    public async Task Arrived_WhenAnotherProcessAppends_NamesThePartition()
    {
        using var log = Create(2);
        using var other = KafkaEventLog.Open(Options);
        var arrived = -1;
        log.Arrived = partition => Volatile.Write(ref arrived, partition);
        Assert.False(log.Read(1, 0, 10, new LogBatch()));

        Append(other, 1, TestRecords.Sequence(3, seed: 1));

        // That the end was reached is told as well, so not every word is about records.
        var read = new LogBatch();
        await Eventually.Async(
            () => Interlocked.Exchange(ref arrived, -1) == 1 && log.Read(1, 0, 10, read), TimeSpan.FromSeconds(10),
            "the log to say that records arrived");
        Assert.Equal((3, 3), (read.Count, log.NextOffset(1)));
    }

    [Fact]
    public void Append_WhileTheBrokerIsAway_FailsAsUnavailableAndWorksLater()
    {
        using var log = Create(1);
        Append(log, 0, TestRecords.Sequence(3, seed: 1));
        _cluster.SetDown();

        var failure = Assert.Throws<StoreException>(() => Append(log, 0, TestRecords.Sequence(3, seed: 2)));

        Assert.Equal(StoreFailure.Unavailable, failure.Failure);
        Assert.Contains(_cluster.Bootstrap, failure.Message, StringComparison.Ordinal);
        _cluster.SetUp();
        Append(log, 0, TestRecords.Sequence(3, seed: 3));
        Assert.Equal(TestRecords.Sequence(3, seed: 3), ReadAll(log, 0).TakeLast(3));
    }

    [Fact]
    public void Read_WhileTheBrokerIsAway_FailsAsUnavailableAndWorksLater()
    {
        using var log = Create(1);
        Append(log, 0, TestRecords.Sequence(3, seed: 1));
        _cluster.SetDown();

        var failure = Assert.Throws<StoreException>(() => log.Read(0, 0, 10, new LogBatch()));

        Assert.Equal(StoreFailure.Unavailable, failure.Failure);
        _cluster.SetUp();
        Assert.Equal(3, ReadAll(log, 0).Count);
    }

    [Fact]
    public void Append_DiskErrorAtTheBroker_IsTriedAgain()
    {
        using var log = Create(1);
        _cluster.FailNextProduce((int)ErrorCode.KafkaStorageError, (int)ErrorCode.NotEnoughReplicas);

        Append(log, 0, TestRecords.Sequence(3, seed: 1));

        Assert.Equal(3, ReadAll(log, 0).Count);
    }

    [Fact]
    public void Append_RecordThatIsTooLarge_SaysWhichSettingHelps()
    {
        using var log = Create(1);

        var failure = Assert.Throws<StoreException>(() => Append(log, 0, [TestRecords.Make(1, 1, new byte[3_000_000])]));

        Assert.Equal(StoreFailure.Mismatch, failure.Failure);
        Assert.Contains("kafka.maxRecordBytes", failure.Message, StringComparison.Ordinal);
        Append(log, 0, TestRecords.Sequence(3, seed: 1));
        Assert.Equal(3, ReadAll(log, 0).Count);
    }

    [Fact]
    public void Open_WithoutTheTopic_NamesTheCommandThatMakesIt()
    {
        var failure = Assert.Throws<StoreException>(() => KafkaEventLog.Open(Options));

        Assert.Equal(StoreFailure.Mismatch, failure.Failure);
        Assert.Contains("medai topics create", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NobodyAtTheAddress_SaysWhereAndWhy()
    {
        var options = Options with { BootstrapServers = "127.0.0.1:1", RequestTimeout = TimeSpan.FromSeconds(1) };

        var failure = Assert.Throws<StoreException>(() => KafkaEventLog.Open(options));

        Assert.Equal(StoreFailure.Unavailable, failure.Failure);
        Assert.Contains("127.0.0.1:1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Connection refused", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no.such.setting", "1", "no.such.setting")]
    [InlineData("security.protocol", "tlss", "tlss")]
    [InlineData("acks", "1", "kafka.client.acks cannot be set")]
    [InlineData("ssl.ca.location", "/no/such/file.pem", "ssl.ca.location")]
    public void Open_WithAWrongSetting_NamesIt(string name, string value, string expected)
    {
        var client = new Dictionary<string, string> { ["security.protocol"] = "ssl", [name] = value };

        var failure = Assert.Throws<StoreException>(() => KafkaEventLog.Open(Options with { Client = client }));

        Assert.Equal(StoreFailure.Mismatch, failure.Failure);
        Assert.True(failure.Message.Contains(expected, StringComparison.Ordinal), failure.Message);
    }

    [Fact]
    public void ToString_OfOptionsWithASecret_DoesNotTellIt()
    {
        var options = Options with { Client = new Dictionary<string, string> { ["sasl.password"] = "hunter2" } };

        Assert.DoesNotContain("hunter2", options.ToString(), StringComparison.Ordinal);
    }

    private static byte? Kind(Message<byte[], byte[]> message) => message.Headers.TryGetLastBytes("kind", out var kind) ? kind[0] : null;

    private void Produce(string? key, string value, Headers? headers)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = _cluster.Bootstrap }).Build();
        producer.Produce(
            new TopicPartition("vitals.v1", 0),
            new() { Key = key is null ? null! : Encoding.UTF8.GetBytes(key), Value = Encoding.UTF8.GetBytes(value), Headers = headers! });
        producer.Flush(TimeSpan.FromSeconds(10));
    }

    private List<Message<byte[], byte[]>> Messages(string topic, int partition, int count)
    {
        var config = new ConsumerConfig { BootstrapServers = _cluster.Bootstrap, GroupId = "test" };
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).Build();
        consumer.Assign(new TopicPartitionOffset(topic, partition, 0));
        var messages = new List<Message<byte[], byte[]>>();
        while (messages.Count < count)
            messages.Add((consumer.Consume(TimeSpan.FromSeconds(10)) ?? throw new TimeoutException("No message came.")).Message);
        return messages;
    }
}
