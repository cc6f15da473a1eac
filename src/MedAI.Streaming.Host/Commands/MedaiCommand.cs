// A command with examples, which its help shows below the options.
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MedAI.Streaming.Host.Commands;

/// <summary>The base of all commands.</summary>
internal abstract class MedaiCommand : Command
{
    protected MedaiCommand(string name, string description, params string[] examples)
        : base(name, description) => Examples = examples;

    /// <summary>Examples as they would be typed, each with a word on what it does after a <c>#</c>.</summary>
    public IReadOnlyList<string> Examples { get; }
}

/// <summary>Help with examples and exit codes.</summary>
internal sealed class ExampleHelp(HelpAction inner) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = inner.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is MedaiCommand { Examples.Count: > 0 } command)
        {
            output.WriteLine("Examples:");
            foreach (var example in command.Examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        output.WriteLine(ExitCodes.Help);
        return code;
    }
}
