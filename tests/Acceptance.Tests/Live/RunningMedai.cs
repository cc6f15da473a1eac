// The program as a running service, in this process, with a client that speaks to it.
using System.Text;
using System.Text.RegularExpressions;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Live;

/// <summary><c>medai run</c> until it is stopped or disposed. It listens on a free port and asks nobody for a key.</summary>
internal sealed partial class RunningMedai : IAsyncDisposable
{
    private readonly CancellationTokenSource _interrupt = new();
    private readonly StringWriter _error = new();
    private readonly Task<int> _run;

    private RunningMedai(Dictionary<string, string> variables, string[] arguments)
    {
        var output = new Announcements();
        Dictionary<string, string> all = new(variables);
        all.TryAdd("MEDAI__http__listen", "http://127.0.0.1:0");
        all.TryAdd("MEDAI__http__authentication", "none");
        var app = new MedaiApp(new Surroundings { Output = output, Error = _error, Time = TimeProvider.System, Variables = all });
        _run = Task.Run(() => app.RunAsync(["run", .. arguments], _interrupt.Token));
        Announced = output.Listening;
    }

    public HttpClient Client { get; private set; } = new();

    /// <summary>Without a slash at its end.</summary>
    public string Address { get; private set; } = "";

    private Task<string> Announced { get; }

    public static async Task<RunningMedai> StartAsync(Dictionary<string, string> variables, params string[] arguments)
    {
        var medai = new RunningMedai(variables, arguments);
        var first = await Task.WhenAny(medai.Announced, medai._run);
        Assert.True(first == medai.Announced, $"it ended instead of listening: {medai._error}");
        medai.Address = (await medai.Announced).TrimEnd('/');
        medai.Client.BaseAddress = new Uri(medai.Address);
        return medai;
    }

    /// <summary>Asks it to end, and waits for that.</summary>
    public async Task<(int Code, string Error)> StopAsync()
    {
        await _interrupt.CancelAsync();
        return (await _run, _error.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _interrupt.CancelAsync();
        await ((Task)_run).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Client.Dispose();
        _interrupt.Dispose();
    }

    [GeneratedRegex(@"listening on (http\S+?),? ?;?[\s;]")]
    private static partial Regex Listen();

    // Watches what the program says for the address.
    private sealed class Announcements : StringWriter
    {
        private readonly TaskCompletionSource<string> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly StringBuilder _all = new();

        public Task<string> Listening => _listening.Task;

        public override void WriteLine(string? value)
        {
            _all.AppendLine(value);
            if (Listen().Match(_all.ToString()) is { Success: true } match)
                _listening.TrySetResult(match.Groups[1].Value.TrimEnd(';', ','));
        }
    }
}
