// Processes that are hurt on purpose: a full disk, a hang and an end reach them, and nobody else.
using MedAI.Streaming.Host.Chaos.Servers;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace Acceptance.Tests.Chaos;

public sealed class GuardedProcessTests : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medai-guarded-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task FillDisk_OfAProcess_RefusesItsWritesAndThenTakesThemAgain()
    {
        using var process = await StartAsync("while sleep 0.02; do if echo x >file; then echo wrote; else echo refused; fi; done");
        await SaysAsync(process, "wrote", 1);

        Signals.FillDisk(process.Id, isFull: true);
        await SaysAsync(process, "refused", 3);
        Signals.FillDisk(process.Id, isFull: false);
        await SaysAsync(process, "wrote", Count(process, "wrote") + 3);

        Assert.True(process.IsRunning);
    }

    [Fact]
    public async Task Signal_ToHang_LetsItBeThereAndSilent()
    {
        using var process = await StartAsync("while sleep 0.02; do echo on; done");
        await SaysAsync(process, "on", 1);

        process.Signal(Signals.Stop);
        await Eventually.Async(() => State(process) == 'T', Longest, "the process to hang");
        Assert.True(process.IsRunning);
        process.Signal(Signals.Continue);

        await SaysAsync(process, "on", Count(process, "on") + 2);
    }

    [Theory]
    [InlineData("exit 7", 0, 7)]
    [InlineData("exec sleep 600", Signals.Kill, 137)]
    [InlineData("exec sleep 600", Signals.Terminate, 143)]
    [InlineData("trap 'exit 3' INT; while :; do sleep 0.02; done", Signals.Interrupt, 3)]
    public async Task EndAsync_InWhateverWay_GivesItsCode(string script, int signal, int code)
    {
        using var process = await StartAsync($"echo on; {script}");
        await SaysAsync(process, "on", 1);
        if (signal == 0)
            Assert.True(await process.EndsAsync(Longest));

        Assert.Equal(code, await process.EndAsync(signal, Longest));
        Assert.False(process.IsRunning);
    }

    [Fact]
    public async Task Dispose_WhileItRuns_EndsIt()
    {
        var process = await StartAsync("exec sleep 600");

        process.Dispose();
        process.Dispose();

        Assert.False(process.IsRunning);
    }

    private Task<GuardedProcess> StartAsync(string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "processes are hurt by the means of Linux");
        return GuardedProcess.StartAsync(
            ["env", "--default-signal=INT,TERM", "--ignore-signal=XFSZ", "bash", "-c", script], [], _folder.FullName,
            Path.Combine(_folder.FullName, "log"), TimeProvider.System);
    }

    private static Task SaysAsync(GuardedProcess process, string word, int times) =>
        Eventually.Async(() => Count(process, word) >= times, Longest, $"'{word}' to be said {times} times");

    private static int Count(GuardedProcess process, string word) =>
        File.Exists(process.LogFile) ? File.ReadLines(process.LogFile).Count(line => line == word) : 0;

    // The letter behind the name in parentheses.
    private static char State(GuardedProcess process)
    {
        var text = File.ReadAllText($"/proc/{process.Id}/stat");
        return text[text.LastIndexOf(')') + 2];
    }
}
