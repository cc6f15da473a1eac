// Starts the app on the real terminal, clock and environment, and turns Ctrl-C into a request to finish in order.
using System.Collections;
using MedAI.Streaming.Host;

using var interrupted = new CancellationTokenSource();
using var interrupt = Interruption.Watch(interrupted);
var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>();
var surroundings = new Surroundings
{
    Output = Console.Out,
    Error = Console.Error,
    Time = TimeProvider.System,
    Variables = variables.ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? "", StringComparer.Ordinal),
    OutputIsTerminal = !Console.IsOutputRedirected,
    ErrorIsTerminal = !Console.IsErrorRedirected,
};
return await new MedaiApp(surroundings).RunAsync(args, interrupted.Token);
