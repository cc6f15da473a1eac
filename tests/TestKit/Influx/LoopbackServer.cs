// A server as a process on loopback with its data in a temporary folder; it can be stopped, killed, suspended and started again.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using MedAI.Streaming.TestKit.Waiting;

namespace MedAI.Streaming.TestKit.Influx;

/// <summary>One server; it ends with this process, however that ends.</summary>
public abstract partial class LoopbackServer : IAsyncDisposable
{
    private const int Terminate = 15;
    private const int Killed = 9;
    private const int Stopped = 19;
    private const int Continued = 18;
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _directory;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private Process? _guard;
    private int _pid;

    /// <summary>A server that is not started.</summary>
    /// <param name="name">What to call its folder.</param>
    protected LoopbackServer(string name)
    {
        _directory = Directory.CreateTempSubdirectory($"medai-{name}-");
        Port = FreePort();
        Url = new Uri($"http://127.0.0.1:{Port}");
    }

    /// <summary>Where it listens; the same after every start.</summary>
    public Uri Url { get; }

    /// <summary>The port of <see cref="Url"/>.</summary>
    protected int Port { get; }

    /// <summary>The folder of everything it keeps.</summary>
    protected string Folder => _directory.FullName;

    /// <summary>Whether a program is here.</summary>
    public static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Starts it, the first time or again on its old data, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        // The guard kills the server when its standard input ends, which it does however this process ends.
        const string Guard = """
            exec 2>/dev/null
            "$@" >>"$0" 2>&1 &
            echo $!
            read -r _
            kill -9 $!
            wait $!
            """;
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", Guard, Path.Combine(Folder, "server.log"), .. Command()])
        {
            start.ArgumentList.Add(argument);
        }

        _guard = Process.Start(start)!;
        _pid = int.Parse((await _guard.StandardOutput.ReadLineAsync().ConfigureAwait(false))!, CultureInfo.InvariantCulture);
        await Eventually.Async(
            () => !IsRunning() || Answers(), StartTime, $"{Url} to answer", TimeSpan.FromMilliseconds(50)).ConfigureAwait(false);
        if (!IsRunning())
        {
            var log = string.Join('\n', File.ReadLines(Path.Combine(Folder, "server.log")).TakeLast(20));
            throw new InvalidOperationException($"The server ended at its start:\n{log}");
        }
    }

    /// <summary>Stops it cleanly (SIGTERM) and waits for its end.</summary>
    public Task StopAsync() => EndAsync(Terminate);

    /// <summary>Kills it (SIGKILL) and waits for its end.</summary>
    public Task KillAsync() => EndAsync(Killed);

    /// <summary>Lets it hang (SIGSTOP).</summary>
    public void Suspend() => Signal(_pid, Stopped);

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Resume() => Signal(_pid, Continued);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(Killed).ConfigureAwait(false);
        _http.Dispose();
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A port that nobody listens on at the moment.</summary>
    protected static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The program and its arguments.</summary>
    protected abstract IReadOnlyList<string> Command();

    /// <summary>The path that answers once it is ready.</summary>
    protected abstract string ReadyPath { get; }

    /// <summary>What a path answers.</summary>
    public string Get(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Url, path));
        using var response = _http.Send(request);
        using var reader = new StreamReader(response.Content.ReadAsStream());
        return reader.ReadToEnd();
    }

    private bool Answers()
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Url, ReadyPath));
            using var response = _http.Send(request);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // That it does not answer is the answer.
            return false;
        }
    }

    private async Task EndAsync(int signal)
    {
        if (_guard is null) return;
        if (IsRunning()) Signal(_pid, signal);
        await Eventually.Async(() => !IsRunning(), TimeSpan.FromSeconds(30), $"{Url} to end").ConfigureAwait(false);
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync().ConfigureAwait(false);
        _guard.Dispose();
        _guard = null;
    }

    private bool IsRunning() => _guard is not null && kill(_pid, 0) == 0;

    private static void Signal(int pid, int signal)
    {
        if (kill(pid, signal) != 0) throw new InvalidOperationException($"Signal {signal} did not reach process {pid}.");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
