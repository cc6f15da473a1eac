// Kafka without a server: librdkafka's own mock cluster, in this process, with faults on demand.
using System.Runtime.InteropServices;
using System.Text;

namespace MedAI.Streaming.TestKit.Kafka;

/// <summary>
/// A cluster of mock brokers on loopback that any Kafka client can talk to. It keeps records in memory (5 MiB a partition), knows
/// groups and offsets, and takes transactions without isolating them: what is about transactions is shown on a real broker.
/// </summary>
public sealed partial class MockCluster : IDisposable
{
    private const string Library = "librdkafka";
    private const int Producer = 0;
    private const short ProduceApi = 0;
    private const short HeartbeatApi = 12;
    private readonly nint _client;
    private readonly nint _cluster;
    private bool _disposed;

    static MockCluster() => NativeLibrary.SetDllImportResolver(typeof(MockCluster).Assembly, Resolve);

    /// <summary>Starts a cluster.</summary>
    /// <param name="brokers">How many brokers, numbered from 1.</param>
    public MockCluster(int brokers = 1)
    {
        // The client only carries the cluster; that it has no brokers of its own is not worth a warning.
        var said = new byte[512];
        var settings = rd_kafka_conf_new();
        Check(rd_kafka_conf_set(settings, "log_level", "3", said, (nuint)said.Length));
        _client = rd_kafka_new(Producer, settings, said, (nuint)said.Length);
        if (_client == 0)
            throw new InvalidOperationException($"librdkafka made no client: {Encoding.UTF8.GetString(said).TrimEnd('\0')}");
        _cluster = rd_kafka_mock_cluster_new(_client, brokers);
        if (_cluster == 0)
            throw new InvalidOperationException("librdkafka made no mock cluster.");
        rd_kafka_mock_group_initial_rebalance_delay_ms(_cluster, 0);
        Bootstrap = Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(_cluster))!;
    }

    /// <summary>What clients take as <c>bootstrap.servers</c>.</summary>
    public string Bootstrap { get; }

    /// <summary>The version of the library, for example <c>2.15.1</c>.</summary>
    public static string Version => Marshal.PtrToStringUTF8(rd_kafka_version_str())!;

    /// <summary>Makes a topic; one that nobody made gets four partitions when a client first asks for it.</summary>
    public void CreateTopic(string topic, int partitions) => Check(rd_kafka_mock_topic_create(_cluster, topic, partitions, 1));

    /// <summary>Lets requests about a topic fail with a protocol error number (0: no longer).</summary>
    public void SetTopicError(string topic, int error) => rd_kafka_mock_topic_set_error(_cluster, topic, error);

    /// <summary>Lets the next produce requests fail with these protocol error numbers, one each.</summary>
    public void FailNextProduce(params int[] errors) => FailNext(ProduceApi, errors);

    /// <summary>Lets the next heartbeats of members of groups fail with these protocol error numbers, one each.</summary>
    public void FailNextHeartbeat(params int[] errors) => FailNext(HeartbeatApi, errors);

    /// <summary>Takes a broker down: connections break and new ones are refused.</summary>
    public void SetDown(int broker = 1) => Check(rd_kafka_mock_broker_set_down(_cluster, broker));

    /// <summary>Brings a broker up again.</summary>
    public void SetUp(int broker = 1) => Check(rd_kafka_mock_broker_set_up(_cluster, broker));

    /// <summary>Removes the records before an offset, as retention does.</summary>
    public void DeleteRecords(string topic, int partition, long before) =>
        Check(rd_kafka_mock_partition_delete_records(_cluster, topic, partition, before));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        rd_kafka_mock_cluster_destroy(_cluster);
        rd_kafka_destroy(_client);
    }

    // The names that Confluent.Kafka tries, in its order, so that both use one library.
    private static nint Resolve(string name, System.Reflection.Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return 0;
        string[] candidates = RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
            ? ["alpine-librdkafka", Library]
            : [Library, "centos8-librdkafka"];
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, assembly, path, out var handle)) return handle;
        }

        return 0;
    }

    private void FailNext(short api, int[] errors) =>
        Check(rd_kafka_mock_push_request_errors_array(_cluster, api, (nuint)errors.Length, errors));

    private static void Check(int error)
    {
        if (error != 0) throw new InvalidOperationException($"The mock cluster refused: {Marshal.PtrToStringUTF8(rd_kafka_err2str(error))}");
    }

    [LibraryImport(Library)]
    private static partial nint rd_kafka_conf_new();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_conf_set(nint settings, string name, string value, [Out] byte[] said, nuint size);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_new(int type, nint conf, [Out] byte[] said, nuint size);

    [LibraryImport(Library)]
    private static partial void rd_kafka_destroy(nint client);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_version_str();

    [LibraryImport(Library)]
    private static partial nint rd_kafka_err2str(int error);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_mock_cluster_new(nint client, int brokers);

    [LibraryImport(Library)]
    private static partial void rd_kafka_mock_cluster_destroy(nint cluster);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_mock_cluster_bootstraps(nint cluster);

    [LibraryImport(Library)]
    private static partial void rd_kafka_mock_group_initial_rebalance_delay_ms(nint cluster, int ms);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_mock_topic_create(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial void rd_kafka_mock_topic_set_error(nint cluster, string topic, int error);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_push_request_errors_array(nint cluster, short api, nuint count, int[] errors);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_down(nint cluster, int broker);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_up(nint cluster, int broker);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_mock_partition_delete_records(nint cluster, string topic, int partition, long before);
}
