// The app: finds the command, runs it, and turns every way of failing into one clear line and an exit code.
using System.CommandLine;
using System.CommandLine.Invocation;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host;

/// <summary>The program as an object: a test makes one with writers, clock and environment of its own.</summary>
public sealed class MedaiApp(Surroundings surroundings)
{
    /// <summary>Runs a command line and returns one of <see cref="ExitCodes"/>.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    /// <param name="interrupted">Asks the command to drain, checkpoint and end.</param>
    public async Task<int> RunAsync(string[] arguments, CancellationToken interrupted = default)
    {
        var line = new CommandLine(surroundings);
        var parsed = line.Root.Parse(arguments);
        if (parsed.Action is ParseErrorAction)
            return await RefuseArgumentsAsync(parsed);

        try
        {
            var invocation = new InvocationConfiguration
            {
                Output = surroundings.Output,
                Error = surroundings.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(invocation, interrupted);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception failure)
        {
            return await ReportAsync(failure, parsed.GetValue(line.Verbose));
        }
    }

    private async Task<int> RefuseArgumentsAsync(ParseResult parsed)
    {
        foreach (var error in parsed.Errors)
        {
            await surroundings.Error.WriteLineAsync($"medai: {error.Message}");
        }

        var names = parsed.CommandResult.Command is RootCommand ? "medai" : $"medai {CommandLine.Path(parsed.CommandResult)}";
        await surroundings.Error.WriteLineAsync($"Try '{names} --help'.");
        return ExitCodes.Usage;
    }

    private async Task<int> ReportAsync(Exception failure, bool verbose)
    {
        var code = failure switch
        {
            ConfigurationException or UsageException => ExitCodes.Usage,
            InputException => ExitCodes.Input,
            StoreException => ExitCodes.Store,
            _ => ExitCodes.Failure,
        };
        var foreseen = code != ExitCodes.Failure || failure is ModelLoadException or FailureException;
        var line = foreseen ? failure.Message : $"unexpected failure: {failure.GetType().Name}: {failure.Message}";
        await surroundings.Error.WriteLineAsync($"medai: {line}");
        if (verbose)
        {
            await surroundings.Error.WriteLineAsync(failure.ToString());
        }
        else if (!foreseen)
        {
            await surroundings.Error.WriteLineAsync("Run it again with --verbose to see where; please report it with that text.");
        }

        return code;
    }
}
