// Runs the tools of other makers that these files are for. eng/deploy-tools.sh installs them; where one is missing, its test is skipped.
using System.ComponentModel;
using System.Diagnostics;
using Acceptance.Tests.Configuration;
using Xunit;

namespace Acceptance.Tests.Deploy;

internal static class DeployTools
{
    private static readonly string Folder = RepositoryFiles.At("artifacts", "deploy-tools");

    /// <summary>Prometheus's promtool, run in a folder: exit code and all that it said.</summary>
    public static Task<(int Code, string Said)> PromtoolAsync(string folder, params string[] arguments)
    {
        var installed = Path.Combine(Folder, "promtool");
        return RunAsync(
            File.Exists(installed) ? installed : "promtool", folder, arguments,
            "There is no promtool (of Debian's package prometheus): eng/deploy-tools.sh installs it.");
    }

    /// <summary>A script of eng/deploy-tools with Node, where its packages are installed, given a text: exit code and all that it said.</summary>
    public static Task<(int Code, string Said)> NodeAsync(string script, string input)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
            Assert.Skip("The schemas of Compose and Kubernetes are not installed: eng/deploy-tools.sh installs them from npm.");
        return RunAsync("node", Folder, [Path.Combine(Folder, script)], "There is no node on PATH.", input);
    }

    private static async Task<(int Code, string Said)> RunAsync(string tool, string folder, string[] arguments, string missing, string input = "")
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip(missing);
            throw;
        }

        using (process)
        {
            var stop = TestContext.Current.CancellationToken;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
            await process.StandardInput.WriteAsync(input.AsMemory(), stop);
            process.StandardInput.Close();
            await process.WaitForExitAsync(stop);
            return (process.ExitCode, await output + await error);
        }
    }
}
