// Topics of one test's own on a broker, workers as processes that can be killed, and what they decided, read by an outsider.
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Acceptance.Tests.Replay;
using Confluent.Kafka;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.Kafka;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace Acceptance.Tests.Fleet;

/// <summary>A fleet on topics with the producer's arrival times, as recordings need them.</summary>
internal sealed partial class TestFleet(Medai medai, string bootstrap)
{
    public const int Partitions = 4;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    public KafkaOptions Options { get; } = new()
    {
        BootstrapServers = bootstrap,
        TopicPrefix = KafkaBrokerFixture.UniqueName("fleet") + ".",
        Group = KafkaBrokerFixture.UniqueName("workers"),
        ArrivalTime = ArrivalStamp.Producer,
        SessionTimeout = TimeSpan.FromSeconds(6),
    };

    /// <summary>Names of all topics.</summary>
    private IEnumerable<string> Topics =>
        [Options.Vitals, Options.State, Options.Alerts, Options.Scores, Options.DeadLetters, Options.Pages, Options.Directory];

    /// <summary>A fleet on a mock of a broker, its topics made.</summary>
    public static TestFleet On(MockCluster cluster, Medai medai)
    {
        var fleet = new TestFleet(medai, cluster.Bootstrap);
        foreach (var topic in fleet.Topics)
        {
            cluster.CreateTopic(topic, Partitions);
        }

        return fleet;
    }

    /// <summary>What a process of the fleet is told.</summary>
    public Dictionary<string, string> Variables => new()
    {
        ["MEDAI__engine"] = "kafka",
        ["MEDAI__kafka__bootstrapServers"] = bootstrap,
        ["MEDAI__kafka__topicPrefix"] = Options.TopicPrefix,
        ["MEDAI__kafka__group"] = Options.Group,
        ["MEDAI__kafka__arrivalTime"] = "producer",
        ["MEDAI__kafka__sessionTimeoutSeconds"] = "6",
        ["MEDAI__checkpointSeconds"] = "2",
        ["MEDAI__http__authentication"] = "none",
    };

    /// <summary>Appends a part of a recording; with the last part goes the last clock record.</summary>
    public void Append(IReadOnlyList<LogElement> elements, int from, int until)
    {
        using var log = KafkaEventLog.Open(Options);
        var appender = new LogAppender(log);
        for (var i = from; i < until; i++)
        {
            appender.AddInput(elements[i]);
        }

        if (until == elements.Count)
        {
            appender.AddClock(elements[^1].ArrivalTime + LogFeeder.LastClockMs(new MonitorSettings()));
        }

        appender.Flush();
    }

    /// <summary>Starts a worker as a process of its own.</summary>
    public Worker Start(string name)
    {
        var port = FreePort();
        var variables = Variables.Append(new("MEDAI__http__listen", $"http://127.0.0.1:{port}")).Select(v => $"{v.Key}={v.Value}");
        var child = medai.Launch("env", ["--default-signal=INT,TERM", .. variables, "dotnet", Medai.Program, "run", "--role", "worker", "--store", medai.At(name)]);
        return new Worker(child, new Uri($"http://127.0.0.1:{port}"));
    }

    /// <summary>Starts two workers and waits until both have partitions and have applied what is in the log.</summary>
    public async Task<(Worker One, Worker Two)> StartTwoAsync()
    {
        var (one, two) = (Start("one"), Start("two"));
        await Eventually.Async(() => one.Applied().Count > 0 && two.Applied().Count > 0, Longest, "both workers to have partitions");
        await CaughtUpAsync(one, two);
        return (one, two);
    }

    /// <summary>Waits until the workers own all partitions together and have applied all that is in the log.</summary>
    public async Task CaughtUpAsync(params Worker[] workers)
    {
        using var log = KafkaEventLog.Open(Options);
        var ends = Enumerable.Range(0, Partitions).Select(log.NextOffset).ToArray();
        await Eventually.Async(
            () =>
            {
                var offsets = workers.SelectMany(w => w.Applied()).ToArray();
                return offsets.Length == Partitions && offsets.All(o => o.Offset >= ends[o.Partition]);
            },
            Longest, "the workers to catch up", TimeSpan.FromMilliseconds(100));
    }

    /// <summary>All transitions in alerts.v1, each once, as the digest's lines in canonical order; a second content for an id fails.</summary>
    public IReadOnlyList<TransitionRecord> Decided()
    {
        var found = new Dictionary<string, TransitionRecord>(StringComparer.Ordinal);
        var config = new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "outsider", EnablePartitionEof = true };
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(p => new TopicPartitionOffset(Options.Alerts, p, Offset.Beginning)));
        for (var left = Partitions; left > 0;)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(30));
            Assert.NotNull(result);
            if (result.IsPartitionEOF)
            {
                left--;
            }
            else if (AlertReader.Transition(result.Message.Value)?.Transition is { } transition
                && !found.TryAdd(transition.Id, transition))
            {
                Assert.Equal(found[transition.Id], transition);
            }
        }

        consumer.Close();
        return
        [
            .. found.Values.OrderBy(t => t.Patient, StringComparer.Ordinal).ThenBy(t => t.Rule, StringComparer.Ordinal)
                .ThenBy(t => t.OpenedEventTime).ThenBy(t => t.Ordinal),
        ];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A worker.</summary>
    internal sealed partial class Worker(Medai.Child child, Uri address)
    {
        private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(5) };

        public Medai.Child Child => child;

        /// <summary>What it answers under a path.</summary>
        public Task<string> GetAsync(string path) =>
            Client.GetStringAsync(new Uri(address, path), TestContext.Current.CancellationToken);

        /// <summary>The partitions it owns with the offset of the next record to apply; none while it does not answer.</summary>
        public IReadOnlyList<(int Partition, long Offset)> Applied()
        {
            if (child.Ends(0))
                return [];

            try
            {
                var page = Client.GetStringAsync(new Uri(address, "/metrics")).GetAwaiter().GetResult();
                return
                [
                    .. AppliedLine().Matches(page).Select(m => (
                        int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
                        long.Parse(m.Groups[2].ValueSpan, CultureInfo.InvariantCulture))),
                ];
            }
            catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException)
            {
                // Not listening yet, suspended, or just killed: it owns nothing that it could speak of.
                return [];
            }
        }

        [GeneratedRegex("""^medai_applied_offset\{partition="(\d+)"\} (\d+)$""", RegexOptions.Multiline)]
        private static partial Regex AppliedLine();
    }
}
