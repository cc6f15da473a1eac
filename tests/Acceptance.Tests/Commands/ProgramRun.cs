// Runs the program's app in this process, with output, errors and folder of its own.
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Commands;

internal sealed class ProgramRun(TimeProvider? time = null) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medai-test-");

    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    public Dictionary<string, string> Variables { get; } = [];

    public string At(string name) => Path.Combine(_folder.FullName, name);

    public string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), text);
        return At(name);
    }

    public Task<int> RunAsync(params string[] arguments) => InvokeAsync(arguments, TestContext.Current.CancellationToken);

    /// <summary>As if somebody had pressed Ctrl-C before the work began.</summary>
    public Task<int> RunInterruptedAsync(params string[] arguments) =>
        InvokeAsync(arguments, new CancellationToken(canceled: true));

    private async Task<int> InvokeAsync(string[] arguments, CancellationToken interrupted)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var app = new MedaiApp(
            new Surroundings { Output = output, Error = error, Time = time ?? TimeProvider.System, Variables = Variables });
        var code = await app.RunAsync(arguments, interrupted);
        (Output, Error) = (output.ToString(), error.ToString());
        return code;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
