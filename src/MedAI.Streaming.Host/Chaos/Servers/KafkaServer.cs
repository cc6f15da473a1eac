// A Kafka broker of the run's own: one node on loopback that can be killed, stopped, and started again on its data.
using System.Globalization;
using Confluent.Kafka;
using MedAI.Streaming.Host.Commands;

namespace MedAI.Streaming.Host.Chaos.Servers;

/// <summary>One node of Apache Kafka (KRaft, broker and controller in one).</summary>
internal sealed class KafkaServer : IDisposable
{
    /// <summary>Names the folder of a Kafka, with its jars in <c>libs</c>.</summary>
    public const string HomeVariable = "KAFKA_HOME";

    /// <summary>Names a folder with a <c>kafka</c> in it.</summary>
    public const string SharedVariable = "MEDAI_SHARED";

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);
    private readonly string _home;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly int[] _ports = FreePorts.Take(2);
    private GuardedProcess? _process;

    private KafkaServer(string home, string folder, TimeProvider time) => (_home, _folder, _time) = (home, folder, time);

    /// <summary>What clients take as bootstrap servers.</summary>
    public string Bootstrap => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_ports[0]}");

    /// <summary>The folder of a Kafka: the one that is named, else by the environment, else the one shared beside the program's repository; null: there is none.</summary>
    public static string? FindHome(string? named, IReadOnlyDictionary<string, string> variables)
    {
        if (named is not null)
            return named;

        var candidates = new List<string>();
        if (variables.GetValueOrDefault(HomeVariable) is { Length: > 0 } home)
            candidates.Add(home);
        if (variables.GetValueOrDefault(SharedVariable) is { Length: > 0 } shared)
            candidates.Add(Path.Combine(shared, "kafka"));
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            candidates.Add(Path.Combine(at.FullName, "shared", "kafka"));
        }

        return candidates.Find(folder => Directory.Exists(Path.Combine(folder, "libs")));
    }

    /// <summary>Formats the folder and starts the broker.</summary>
    /// <exception cref="FailureException">It does not start.</exception>
    public static async Task<KafkaServer> StartAsync(string home, string folder, TimeProvider time)
    {
        var server = new KafkaServer(home, folder, time);
        try
        {
            Directory.CreateDirectory(server.Data);
            await File.WriteAllTextAsync(server.PropertiesFile, server.Properties());
            await File.WriteAllTextAsync(server.LogSettings, LogProperties);
            await server.FormatAsync();
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Starts it again on its data, and waits until it answers.</summary>
    /// <exception cref="FailureException">It does not answer.</exception>
    public async Task StartAgainAsync()
    {
        _process?.Dispose();
        _process = await LaunchAsync(["-Xmx384m", "-Xms384m", "-XX:+UseSerialGC"], "kafka.Kafka", PropertiesFile);
        await _process.AnswersAsync("The Kafka broker", () => Task.FromResult(Answers(Bootstrap)), StartTime);
    }

    /// <summary>Ends it.</summary>
    /// <param name="kill">By SIGKILL; else it is asked to end in order.</param>
    public Task EndAsync(bool kill) =>
        _process is { } process ? process.EndAsync(kill ? Signals.Kill : Signals.Terminate, StopTime) : Task.CompletedTask;

    /// <summary>Whether a broker answers a client.</summary>
    public static bool Answers(string bootstrap)
    {
        using var client = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap, SocketTimeoutMs = 2000 })
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
        try
        {
            return client.GetMetadata(TimeSpan.FromSeconds(2)).Brokers.Count > 0;
        }
        catch (KafkaException)
        {
            // That it does not answer is the answer.
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _process?.Dispose();

    private string Data => Path.Combine(_folder, "data");

    private string PropertiesFile => Path.Combine(_folder, "server.properties");

    private string LogSettings => Path.Combine(_folder, "log4j2.properties");

    private const string LogProperties = """
        appender.out.type=Console
        appender.out.name=out
        appender.out.layout.type=PatternLayout
        appender.out.layout.pattern=%d %p %c{1} %m%n
        rootLogger.level=warn
        rootLogger.appenderRef.out.ref=out

        """;

    private async Task FormatAsync()
    {
        using var format = await LaunchAsync(
            ["-XX:TieredStopAtLevel=1"], "kafka.tools.StorageTool", "format", "--ignore-formatted", "--cluster-id", "AAAAAAAAAAAAAAAAAAAAAA",
            "--config", PropertiesFile);
        if (!await format.EndsAsync(StartTime) || await format.EndAsync(Signals.Kill, StopTime) != 0)
        {
            throw new FailureException(
                $"The data folder of a Kafka broker cannot be made with {_home} (Java 17 or newer is needed). It said:\n{format.LastLines(20)}");
        }
    }

    private Task<GuardedProcess> LaunchAsync(IEnumerable<string> options, params string[] arguments) => GuardedProcess.StartAsync(
        [
            "env", "--default-signal=INT,TERM", "java", .. options, $"-Dlog4j2.configurationFile={LogSettings}", "-cp",
            Path.Combine(_home, "libs", "*"), .. arguments,
        ],
        [], _folder, Path.Combine(_folder, "kafka.log"), _time);

    // One node, and quick to notice who is gone; what is not here is Kafka's default.
    private string Properties() => string.Create(CultureInfo.InvariantCulture, $"""
        process.roles=broker,controller
        node.id=0
        controller.quorum.voters=0@127.0.0.1:{_ports[1]}
        listeners=PLAINTEXT://127.0.0.1:{_ports[0]},CONTROLLER://127.0.0.1:{_ports[1]}
        advertised.listeners=PLAINTEXT://127.0.0.1:{_ports[0]}
        controller.listener.names=CONTROLLER
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
        log.dirs={Data}
        default.replication.factor=1
        min.insync.replicas=1
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=8
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        transaction.state.log.num.partitions=8
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        broker.session.timeout.ms=2000
        broker.heartbeat.interval.ms=400
        group.initial.rebalance.delay.ms=0
        group.min.session.timeout.ms=1000
        auto.create.topics.enable=false
        log.cleaner.dedupe.buffer.size=16777216

        """);
}
