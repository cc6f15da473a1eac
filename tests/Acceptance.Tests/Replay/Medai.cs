// Runs the program for acceptance tests, in this process or as a child that can be killed, with a folder of its own.
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Replay;

/// <summary>A folder and the program; what is still running is killed and the folder removed when the test ends.</summary>
internal sealed class Medai : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medai-acceptance-");
    private readonly List<Child> _children = [];

    /// <summary>Of the last run in this process.</summary>
    public string Output { get; private set; } = "";

    /// <summary>Of the last run in this process.</summary>
    public string Error { get; private set; } = "";

    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>The program as <c>dotnet</c> starts it.</summary>
    public static string Program => Path.Combine(AppContext.BaseDirectory, "medai.dll");

    public string At(string name) => Path.Combine(_folder.FullName, name);

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllBytes(At(name), content);
        return At(name);
    }

    /// <summary>Runs a command line in this process.</summary>
    public async Task<int> RunAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var app = new MedaiApp(new Surroundings { Output = output, Error = error, Time = TimeProvider.System, Variables = Variables });
        var code = await app.RunAsync(arguments, TestContext.Current.CancellationToken);
        (Output, Error) = (output.ToString(), error.ToString());
        return code;
    }

    /// <summary>Replays to the end in this process and gives the report.</summary>
    public async Task<Report> ReplayAsync(string store, params string[] arguments)
    {
        var file = At($"{store}.report.json");
        var code = await RunAsync(["replay", .. arguments, "--out", At(store), "--report", file]);
        Assert.True(code == ExitCodes.Ok, $"exit code {code}: {Error}");
        return Report.Read(file);
    }

    /// <summary>What <c>medai show</c> prints as JSON.</summary>
    public async Task<JsonElement[]> ShowAsync(string part, string store, params string[] more)
    {
        var code = await RunAsync(["show", part, "--store", At(store), "--json", .. more]);
        Assert.True(code == ExitCodes.Ok, Error);
        return [.. JsonDocument.Parse(Output).RootElement.EnumerateArray()];
    }

    /// <summary>Starts the program as a process of its own.</summary>
    public Child Start(params string[] arguments) => Launch("dotnet", [Program, .. arguments]);

    /// <summary>Starts the program as a process whose signals are not ignored, whatever the tests were started by.</summary>
    public Child StartSignalled(params string[] arguments) => Launch("env", ["--default-signal=INT,TERM", "dotnet", Program, .. arguments]);

    /// <summary>Starts any program in the folder.</summary>
    public Child Launch(string program, params string[] arguments)
    {
        var child = new Child(program, arguments, _folder.FullName);
        _children.Add(child);
        return child;
    }

    public void Dispose()
    {
        foreach (var child in _children)
        {
            child.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>One child process with what it wrote.</summary>
    internal sealed class Child : IDisposable
    {
        private const int LongestMs = 300_000;

        private readonly Process _process;
        private readonly Task<string> _output;
        private readonly Task<string> _error;
        private bool _disposed;

        public Child(string program, IEnumerable<string> arguments, string folder)
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            _process = Process.Start(start)!;
            _output = _process.StandardOutput.ReadToEndAsync();
            _error = _process.StandardError.ReadToEndAsync();
        }

        /// <summary>Whether it ends by itself within a time.</summary>
        public bool Ends(int milliseconds) => _process.WaitForExit(milliseconds);

        /// <summary>Waits until a condition holds or the process has ended.</summary>
        /// <returns>Whether the condition holds while it runs.</returns>
        public bool RunsUntil(Func<bool> condition)
        {
            while (!Ends(2))
            {
                if (condition())
                    return true;
            }

            return false;
        }

        /// <summary>Ends it as <c>kill -9</c> does.</summary>
        public void Kill()
        {
            _process.Kill();
            _process.WaitForExit();
        }

        public void Signal(string name)
        {
            using var kill = Process.Start("kill", ["-s", name, $"{_process.Id}"]);
            kill.WaitForExit();
        }

        /// <summary>Waits for the end.</summary>
        public async Task<(int Code, string Output, string Error)> EndAsync()
        {
            Assert.True(_process.WaitForExit(LongestMs), "the program does not end");
            return (_process.ExitCode, await _output, await _error);
        }

        public void Dispose()
        {
            if (_disposed)
                return;

            _disposed = true;
            if (!_process.HasExited)
            {
                Kill();
            }

            _process.Dispose();
        }
    }
}
