// A child process that cannot outlive this one, whatever ends this one.
using System.Diagnostics;
using System.Globalization;
using MedAI.Streaming.Host.Commands;

namespace MedAI.Streaming.Host.Chaos.Servers;

/// <summary>A process under a guard, with what it writes in a file.</summary>
internal sealed class GuardedProcess : IDisposable
{
    // The guard kills the child when its own standard input ends, which it does however this process ends. The child writes through a pipe, so
    // that a limit on its files does not hit what it says.
    private const string Guard = """
        exec 2>/dev/null
        "$@" </dev/null > >(exec cat >>"$0") 2>&1 &
        child=$!
        echo $child
        read -r _
        kill -9 $child
        wait $child
        exit $?
        """;

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);
    private readonly Process _guard;
    private readonly TimeProvider _time;
    private bool _disposed;

    private GuardedProcess(Process guard, int id, string log, TimeProvider time) =>
        (_guard, Id, LogFile, _time) = (guard, id, log, time);

    /// <summary>The child's process id.</summary>
    public int Id { get; }

    /// <summary>What it wrote, earlier processes of the same file included.</summary>
    public string LogFile { get; }

    /// <summary>Whether it runs, or hangs.</summary>
    public bool IsRunning => Signals.IsThere(Id);

    /// <summary>Starts a program.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="variables">Environment variables over those of this process.</param>
    /// <param name="folder">Its working directory.</param>
    /// <param name="log">Where what it writes is appended.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="FailureException">It cannot be started.</exception>
    public static async Task<GuardedProcess> StartAsync(
        IEnumerable<string> command, IEnumerable<KeyValuePair<string, string>> variables, string folder, string log, TimeProvider time)
    {
        var start = new ProcessStartInfo("bash", ["-c", Guard, log, .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var guard = Process.Start(start) ?? throw new FailureException("A shell (bash) cannot be started.");
        var line = await guard.StandardOutput.ReadLineAsync();
        return int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? new GuardedProcess(guard, id, log, time)
            : throw new FailureException($"{command.First()} cannot be started.");
    }

    /// <summary>Waits until a server answers.</summary>
    /// <param name="name">The server, for the message.</param>
    /// <param name="answers">Asks whether it does.</param>
    /// <param name="within">For how long at the most.</param>
    /// <exception cref="FailureException">It ended, or does not answer in time.</exception>
    public async Task AnswersAsync(string name, Func<Task<bool>> answers, TimeSpan within)
    {
        var began = _time.GetTimestamp();
        while (!await answers())
        {
            if (!IsRunning || _time.GetElapsedTime(began) > within)
                throw new FailureException($"{name} does not start. Its last words:\n{LastLines(20)}");
            await Task.Delay(Beat, _time, CancellationToken.None);
        }
    }

    /// <summary>Sends it a signal; one that is not there any more is left alone.</summary>
    public void Signal(int signal) => Signals.Send(Id, signal);

    /// <summary>Waits until it has ended.</summary>
    /// <returns>False: it still runs after that time.</returns>
    public async Task<bool> EndsAsync(TimeSpan within)
    {
        var began = _time.GetTimestamp();
        while (IsRunning)
        {
            if (_time.GetElapsedTime(began) > within)
                return false;
            await Task.Delay(Beat, _time, CancellationToken.None);
        }

        return true;
    }

    /// <summary>Sends a signal and waits for the end; what does not end within a time is killed.</summary>
    /// <returns>Its exit code (128 and the signal where one ended it).</returns>
    public async Task<int> EndAsync(int signal, TimeSpan within)
    {
        Signal(signal);
        await EndsAsync(within);
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        return _guard.ExitCode;
    }

    /// <summary>Its last words.</summary>
    public string LastLines(int lines)
    {
        try
        {
            return string.Join('\n', File.ReadLines(LogFile).TakeLast(lines));
        }
        catch (IOException unreadable)
        {
            return unreadable.Message;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        if (!_guard.HasExited)
        {
            _guard.StandardInput.Close();
            _guard.WaitForExit();
        }

        _guard.Dispose();
    }
}
