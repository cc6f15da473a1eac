// Checks a configuration without starting anything, and prints the reference of all keys.
using System.CommandLine;
using MedAI.Streaming.Host.Composition;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai config</c>.</summary>
internal sealed class ConfigCommand : MedaiCommand
{
    public ConfigCommand(CommandLine line)
        : base("config", "Checks a configuration, or prints all keys.")
    {
        Subcommands.Add(new Check(line));
        Subcommands.Add(new Reference(line));
    }

    private sealed class Check : MedaiCommand
    {
        private readonly Argument<string?> _file = new("FILE")
        {
            Description = "The configuration; without it the one other commands would use.",
            Arity = ArgumentArity.ZeroOrOne,
        };

        public Check(CommandLine line)
            : base(
                "check", "Checks a configuration and says everything that is wrong with it.",
                "medai config check medai.json    # exit code 2 and a list of errors, or 0")
        {
            Arguments.Add(_file);
            SetAction(parsed =>
            {
                var file = parsed.GetValue(_file) ?? parsed.GetValue(line.ConfigurationFile);
                var settings = ConfigurationLoader.Load(file, line.Surroundings.Variables);
                var name = settings.File ?? "no file, the defaults";
                line.Surroundings.Output.WriteLine($"{name}: ok");
                line.Surroundings.Output.WriteLine($"law {SettingsHash.Of(settings.Monitor)} (without the model's rule)");
                return ExitCodes.Ok;
            });
        }
    }

    private sealed class Reference : MedaiCommand
    {
        public Reference(CommandLine line)
            : base("reference", "Prints every key with default, range, meaning and environment variable, as Markdown.",
                "medai config reference           # the table of docs/configuration.md") =>
            SetAction(_ =>
            {
                foreach (var row in ConfigurationReference.Rows())
                {
                    line.Surroundings.Output.WriteLine(row);
                }

                return ExitCodes.Ok;
            });
    }
}
