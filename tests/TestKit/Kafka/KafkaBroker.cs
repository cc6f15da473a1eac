// A real Kafka broker as a process on loopback, for tests; it can be stopped, killed, suspended and started again.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace MedAI.Streaming.TestKit.Kafka;

/// <summary>One node of Apache Kafka in a temporary folder, started by the script in shared/kafka.</summary>
public sealed partial class KafkaBroker : IAsyncDisposable
{
    /// <summary>Names a broker that is there already (<c>host:port</c>); tests that stop or kill theirs still start their own.</summary>
    public const string ExternalVariable = "MEDAI_TEST_KAFKA";

    private const int Terminate = 15;
    private const int Killed = 9;
    private const int Stopped = 19;
    private const int Continued = 18;
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(90);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("medai-kafka-");
    private readonly string[] _settings;
    private readonly int _port;
    private Process? _guard;
    private int _pid;

    private KafkaBroker(string[] settings)
    {
        _settings = settings;
        _port = FreePorts();
        Bootstrap = $"127.0.0.1:{_port}";
    }

    /// <summary>What clients take as <c>bootstrap.servers</c>.</summary>
    public string Bootstrap { get; }

    /// <summary>The broker's own process.</summary>
    public int ProcessId => _pid;

    /// <summary>The folder with the scripts and jars, whether it is there or not.</summary>
    public static string Home => Path.Combine(SharedFolder.Path, "kafka");

    /// <summary>Why no broker can be started on this machine, or null.</summary>
    public static string? Missing()
    {
        if (!File.Exists(Script()))
            return $"a real Kafka broker is not here: ../shared/kafka (or set MEDAI_SHARED, or {ExternalVariable} to a broker's host:port)";
        return OnPath("java") ? null : "a real Kafka broker needs Java 17 or newer ('apt-get install openjdk-17-jre-headless')";
    }

    /// <summary>Skips the test, saying why, where no broker can be started.</summary>
    public static void SkipIfMissing()
    {
        if (Missing() is { } why) Assert.Skip(why);
    }

    /// <summary>Starts a new broker and waits until it answers.</summary>
    /// <param name="settings">
    /// Settings of the broker, <c>key=value</c>, over those of the script; <c>{port}</c> in one stands for the port of
    /// <see cref="Bootstrap"/>, <c>{port1}</c> for the one behind it, which is the controller's, and <c>{port2}</c> for a free one after that.
    /// </param>
    public static async Task<KafkaBroker> StartAsync(params string[] settings)
    {
        var broker = new KafkaBroker(settings);
        try
        {
            await broker.StartAgainAsync().ConfigureAwait(false);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts the broker again on its old data and port, after it was stopped or killed.</summary>
    public async Task StartAgainAsync()
    {
        // The guard kills the broker when its standard input ends, which it does however this process ends.
        const string Guard = """
            exec 2>/dev/null
            "$@" >"$0" 2>&1 &
            echo $!
            read -r _
            kill -9 $!
            wait $!
            """;
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "-c", Guard, Path.Combine(_directory.FullName, "start.log"), Script(), "--dir", _directory.FullName,
                "--port", _port.ToString(CultureInfo.InvariantCulture), "--heap", "384m",
            },
        };
        foreach (var setting in _settings)
        {
            start.ArgumentList.Add("--set");
            start.ArgumentList.Add(Filled(setting));
        }

        _guard = Process.Start(start)!;
        _pid = int.Parse((await _guard.StandardOutput.ReadLineAsync().ConfigureAwait(false))!, CultureInfo.InvariantCulture);
        await Eventually.Async(
            () => !IsRunning() || Answers(Bootstrap), StartTime, "the Kafka broker to answer", TimeSpan.FromMilliseconds(200))
            .ConfigureAwait(false);
        if (!IsRunning()) throw new InvalidOperationException($"The Kafka broker ended at its start:\n{StartLog()}");
    }

    /// <summary>Another listener's address, where the settings made one on <c>{port2}</c>.</summary>
    public string Bootstrap2 => Filled("127.0.0.1:{port2}");

    /// <summary>Stops the broker cleanly (SIGTERM) and waits for its end.</summary>
    public Task StopAsync() => EndAsync(Terminate);

    /// <summary>Kills the broker (SIGKILL) and waits for its end.</summary>
    public Task KillAsync() => EndAsync(Killed);

    /// <summary>Lets the broker hang (SIGSTOP).</summary>
    public void Suspend() => Signal(_pid, Stopped);

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Resume() => Signal(_pid, Continued);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(Killed).ConfigureAwait(false);
        _directory.Delete(recursive: true);
    }

    /// <summary>Whether a broker answers a client.</summary>
    internal static bool Answers(string bootstrap)
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

    private async Task EndAsync(int signal)
    {
        if (_guard is null) return;
        if (IsRunning()) Signal(_pid, signal);
        await Eventually.Async(() => !IsRunning(), TimeSpan.FromSeconds(30), "the Kafka broker to end").ConfigureAwait(false);
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync().ConfigureAwait(false);
        _guard.Dispose();
        _guard = null;
    }

    private string Filled(string setting) => setting
        .Replace("{port}", _port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{port1}", (_port + 1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{port2}", (_port + 2).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private bool IsRunning() => _guard is not null && kill(_pid, 0) == 0;

    private static void Signal(int pid, int signal)
    {
        if (kill(pid, signal) != 0) throw new InvalidOperationException($"Signal {signal} did not reach process {pid}.");
    }

    private string StartLog() => string.Join('\n', new[] { "start.log", "0/server.out" }
        .Select(f => Path.Combine(_directory.FullName, f))
        .Where(File.Exists)
        .SelectMany(f => File.ReadLines(f).TakeLast(20)));

    private static string Script() => Path.Combine(Home, "start.sh");

    private static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    // The broker takes the port after its own, too, and may take a third.
    private static int FreePorts()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            using var second = new TcpListener(IPAddress.Loopback, port + 1);
            using var third = new TcpListener(IPAddress.Loopback, port + 2);
            try
            {
                second.Start();
                third.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken by another process: look further.
            }
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
