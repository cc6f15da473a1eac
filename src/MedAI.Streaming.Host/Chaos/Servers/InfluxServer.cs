// An InfluxDB of the run's own: Debian's influxd on loopback, which can be killed, stopped, and started again on its data.
using System.Globalization;
using MedAI.Streaming.Host.Commands;

namespace MedAI.Streaming.Host.Chaos.Servers;

/// <summary>One <c>influxd</c> of version 1.</summary>
internal sealed class InfluxServer : IDisposable
{
    private const string Program = "influxd";
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(2) };
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly int[] _ports = FreePorts.Take(2);
    private GuardedProcess? _process;

    private InfluxServer(string folder, TimeProvider time) => (_folder, _time) = (folder, time);

    /// <summary>Where it listens.</summary>
    public Uri Url => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports[0]}"));

    /// <summary>Whether the program is on this machine.</summary>
    public static bool IsHere(IReadOnlyDictionary<string, string> variables) =>
        (variables.GetValueOrDefault("PATH") ?? Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, Program)));

    /// <summary>Starts a new server.</summary>
    /// <exception cref="FailureException">It does not start.</exception>
    public static async Task<InfluxServer> StartAsync(string folder, TimeProvider time)
    {
        Directory.CreateDirectory(folder);
        var server = new InfluxServer(folder, time);
        try
        {
            await File.WriteAllTextAsync(server.Configuration, server.Settings());
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
        _process = await GuardedProcess.StartAsync(
            ["env", "--default-signal=INT,TERM", Program, "run", "-config", Configuration], [], _folder, Path.Combine(_folder, "influxd.log"),
            _time);
        await _process.AnswersAsync("InfluxDB", AnswersAsync, StartTime);
    }

    /// <summary>Ends it.</summary>
    /// <param name="kill">By SIGKILL; else it is asked to end in order.</param>
    public Task EndAsync(bool kill) =>
        _process is { } process ? process.EndAsync(kill ? Signals.Kill : Signals.Terminate, StopTime) : Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _process?.Dispose();

    private string Configuration => Path.Combine(_folder, "influxd.conf");

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var answer = await Client.GetAsync(new Uri(Url, "/ping"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException)
        {
            // That it does not answer is the answer.
            return false;
        }
    }

    private string Settings() => string.Create(CultureInfo.InvariantCulture, $"""
        reporting-disabled = true
        bind-address = "127.0.0.1:{_ports[1]}"
        [meta]
          dir = "{_folder}/meta"
        [data]
          dir = "{_folder}/data"
          wal-dir = "{_folder}/wal"
          index-version = "tsi1"
          query-log-enabled = false
        [monitor]
          store-enabled = false
        [http]
          bind-address = "127.0.0.1:{_ports[0]}"
          log-enabled = false
        [continuous_queries]
          enabled = false
        [logging]
          level = "error"
          suppress-logo = true

        """);
}
