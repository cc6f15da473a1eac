// A process of this very program: a gateway, a worker or a fleet.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace MedAI.Streaming.Host.Chaos.Servers;

/// <summary>A process of the program that can be ended in every way and started again.</summary>
/// <param name="arguments">Its arguments.</param>
/// <param name="variables">Its environment variables, over those of this process.</param>
/// <param name="folder">The folder of its log; it works in the directory of this process, where it finds the same configuration and models.</param>
/// <param name="name">Its name, which is that of its log, too.</param>
/// <param name="time">The clock.</param>
internal sealed partial class MedaiProcess(
    IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> variables, string folder, string name, TimeProvider time) : IDisposable
{
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(2) };
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(60);
    private GuardedProcess? _process;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Where it listens, if it does.</summary>
    public Uri? Address { get; } =
        variables.TryGetValue("MEDAI__http__listen", out var listen) ? new Uri(listen) : null;

    /// <summary>Its process id while it runs, or after it ended that of before.</summary>
    public int Id => _process?.Id ?? 0;

    /// <summary>Whether it runs, or hangs.</summary>
    public bool IsRunning => _process is { IsRunning: true };

    /// <summary>Starts it, or starts it again.</summary>
    /// <param name="more">Environment variables for this start only.</param>
    public async Task StartAsync(params KeyValuePair<string, string>[] more)
    {
        _process?.Dispose();
        _process = await GuardedProcess.StartAsync(
            ["env", "--default-signal=INT,TERM", "--ignore-signal=XFSZ", .. Program(), .. arguments], variables.Concat(more),
            Environment.CurrentDirectory, Path.Combine(folder, $"{name}.log"), time);
    }

    /// <summary>Sends it a signal.</summary>
    public void Signal(int signal) => _process?.Signal(signal);

    /// <summary>Ends it as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
            await process.EndAsync(Signals.Kill, StopTime);
    }

    /// <summary>Asks it to end in order; what does not within a minute is killed.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> StopAsync() =>
        _process is { } process ? process.EndAsync(Signals.Interrupt, StopTime) : Task.FromResult(ExitCodes.Ok);

    /// <summary>Waits until it ends by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndsAsync(CancellationToken stop)
    {
        while (IsRunning)
        {
            await Task.Delay(Beat, time, stop);
        }

        return await _process!.EndAsync(Signals.Kill, StopTime);
    }

    /// <summary>The last thing it said in a line of its own, without the stack below.</summary>
    public string LastWord() => LastLines(40).Split('\n').LastOrDefault(line => line.StartsWith("medai: ", StringComparison.Ordinal)) ?? "";

    /// <summary>Its last words.</summary>
    public string LastLines(int lines) => _process?.LastLines(lines) ?? "";

    /// <summary>What it answers under a path; null: it does not answer.</summary>
    public async Task<string?> GetAsync(string path, CancellationToken stop)
    {
        if (!IsRunning || Address is null)
            return null;

        try
        {
            return await Client.GetStringAsync(new Uri(Address, path), stop);
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            // Not listening yet, hanging, or just killed.
            return null;
        }
    }

    /// <summary>The partitions it says it owns, with the offset of the next record to apply; none while it does not answer.</summary>
    public async Task<IReadOnlyDictionary<int, long>> AppliedAsync(CancellationToken stop) =>
        await GetAsync("/metrics", stop) is not { } page
            ? new Dictionary<int, long>()
            : AppliedLine().Matches(page).ToDictionary(
                m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
                m => long.Parse(m.Groups[2].ValueSpan, CultureInfo.InvariantCulture));

    /// <summary>Points that it keeps on disk because the server of series was away; null: it does not answer. 0 where it keeps none ever.</summary>
    public async Task<long?> SeriesWaitingAsync(CancellationToken stop) =>
        await GetAsync("/metrics", stop) is not { } page ? null
        : WaitingLine().Match(page) is { Success: true } found ? long.Parse(found.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
        : 0;

    /// <inheritdoc/>
    public void Dispose() => _process?.Dispose();

    // The program by its own file; where that is a library, by the dotnet whose runtime runs it.
    private static string[] Program()
    {
        var library = typeof(MedaiApp).Assembly.Location;
        if (library.Length == 0 || Path.GetFileNameWithoutExtension(Environment.ProcessPath) == Path.GetFileNameWithoutExtension(library))
            return [Environment.ProcessPath!];

        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        return [File.Exists(dotnet) ? dotnet : "dotnet", library];
    }

    [GeneratedRegex("""^medai_applied_offset\{partition="(\d+)"\} (\d+)$""", RegexOptions.Multiline)]
    private static partial Regex AppliedLine();

    [GeneratedRegex("^medai_series_waiting ([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex WaitingLine();
}
