// The start script with an engine that only notes what it is asked: secrets and key are made once, and are this machine's own.
using System.ComponentModel;
using System.Diagnostics;
using Acceptance.Tests.Configuration;
using Xunit;

namespace Acceptance.Tests.Deploy;

public sealed class ComposeScriptTests : IDisposable
{
    private const string Engine = """
        #!/bin/sh
        echo "$*" >>"$ENGINE_NOTES"
        case " $* " in *" keys create "*) echo made.by.the.program ;; esac
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medai-compose-");

    public ComposeScriptTests()
    {
        Directory.CreateDirectory(At("deploy"));
        Directory.CreateDirectory(At("bin"));
        File.Copy(RepositoryFiles.At("deploy", "compose.sh"), At("deploy/compose.sh"));
        File.Copy(RepositoryFiles.At(".env.example"), At(".env.example"));
        File.WriteAllText(At("bin/docker"), Engine.ReplaceLineEndings("\n"));
        foreach (var program in (string[])["bin/docker", "deploy/compose.sh"])
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(At(program), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_first_start_makes_secrets_and_a_key_that_nobody_else_can_read()
    {
        await RunAsync("up");
        var made = Variables();
        var empty = ComposeFile.Example.Where(variable => variable.Value.Length == 0).Select(variable => variable.Key).ToArray();

        Assert.Equal(ComposeFile.Example.Keys.Order(), made.Keys.Order());
        Assert.Equal("made.by.the.program", made["MEDAI_KEY"]);
        var secrets = empty.Where(name => name != "MEDAI_KEY").Select(name => made[name]).ToArray();
        Assert.All(secrets, secret => Assert.Matches("^[0-9a-f]{48}$", secret));
        Assert.Distinct(secrets);
        Assert.All(ComposeFile.Example.Where(variable => variable.Value.Length > 0), variable => Assert.Equal(variable.Value, made[variable.Key]));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At(".env")));
        Assert.Equal("compose up --detach", Notes()[^1]);
    }

    [Fact]
    public async Task A_later_start_leaves_them_as_they_are()
    {
        await RunAsync("up");
        var first = await File.ReadAllTextAsync(At(".env"), TestContext.Current.CancellationToken);
        await RunAsync("up", "grafana");

        Assert.Equal(first, await File.ReadAllTextAsync(At(".env"), TestContext.Current.CancellationToken));
        Assert.Single(Notes(), note => note.Contains("keys create", StringComparison.Ordinal));
        Assert.Equal("compose up --detach grafana", Notes()[^1]);
    }

    [Fact]
    public async Task Everything_else_is_handed_to_compose_and_makes_nothing()
    {
        await RunAsync("logs", "-f", "worker-1");

        Assert.Equal("compose logs -f worker-1", Notes()[^1]);
        Assert.False(File.Exists(At(".env")));
    }

    [Fact]
    public async Task The_key_is_asked_for_with_words_that_the_program_knows()
    {
        await RunAsync("up");
        var asked = Notes().Single(note => note.Contains("keys create", StringComparison.Ordinal)).Split(' ');
        var keys = Array.IndexOf(asked, "keys");

        Assert.Empty(ProgramInputs.ProblemsOfCommand(asked[keys..]));
        Assert.Contains("tools", ComposeFile.Committed.Services["keys"].List("profiles").Select(profile => profile.AsText()));
    }

    private string At(string path) => Path.Combine(_folder.FullName, path);

    private string[] Notes() => File.ReadAllLines(At("notes"));

    private Dictionary<string, string> Variables() => File.ReadLines(At(".env")).Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    private async Task RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [At("deploy/compose.sh"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PATH"] = $"{At("bin")}:{Environment.GetEnvironmentVariable("PATH")}", ["ENGINE_NOTES"] = At("notes") },
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no bash on PATH.");
            throw;
        }

        using (process)
        {
            var stop = TestContext.Current.CancellationToken;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
            await process.WaitForExitAsync(stop);
            Assert.True(process.ExitCode == 0, await output + await error);
        }
    }
}
