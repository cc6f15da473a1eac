// Holds what a container is told against the program itself: its command line, and its settings by environment variables.
using System.Text.Json;
using Acceptance.Tests.Configuration;
using MedAI.Streaming.Host;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Host.Composition;

namespace Acceptance.Tests.Deploy;

internal static class ProgramInputs
{
    /// <summary>The variable that names the file of Kafka's client.</summary>
    public const string ClientFile = "MEDAI__kafka__clientFile";

    /// <summary>The variable that names the file of InfluxDB's token.</summary>
    public const string TokenFile = "MEDAI__influx__tokenFile";

    private static readonly string[] Routes = ReadRoutes();

    /// <summary>What the program would say to a command line; empty: it takes it.</summary>
    public static IReadOnlyList<string> ProblemsOfCommand(IEnumerable<string> arguments)
    {
        var line = new CommandLine(new Surroundings { Output = TextWriter.Null, Error = TextWriter.Null, Time = TimeProvider.System });
        var parsed = line.Root.Parse([.. arguments]);
        return parsed.CommandResult.Command == line.Root
            ? ["no command is named"]
            : [.. parsed.Errors.Select(error => error.Message)];
    }

    /// <summary>What the program would say to an environment; empty: it runs with it.</summary>
    public static IReadOnlyList<string> ProblemsOfEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        try
        {
            Settings(environment);
            return [];
        }
        catch (ConfigurationException wrong)
        {
            return [.. wrong.Errors.Select(error => error.ToString()!)];
        }
    }

    /// <summary>
    /// The settings that an environment makes; the file of Kafka's client and that of InfluxDB's token lie in the container and are not
    /// read here.
    /// </summary>
    public static HostSettings Settings(IReadOnlyDictionary<string, string> environment) =>
        ConfigurationLoader.Read("{}"u8, null, environment.Where(variable => variable.Key is not (ClientFile or TokenFile)));

    /// <summary>Whether the service answers a path with GET.</summary>
    public static bool Answers(string path) => Routes.Contains(path);

    private static string[] ReadRoutes()
    {
        using var description = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.At("schemas", "openapi.json")));
        return
        [
            .. description.RootElement.GetProperty("paths").EnumerateObject()
                .Where(path => path.Value.TryGetProperty("get", out _)).Select(path => path.Name),
        ];
    }
}
