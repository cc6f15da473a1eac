// The tree of commands and the options that all of them have.
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Globalization;
using MedAI.Streaming.Host.Composition;

namespace MedAI.Streaming.Host.Commands;

/// <summary>All commands of the program.</summary>
internal sealed class CommandLine
{
    private readonly Surroundings _surroundings;

    public CommandLine(Surroundings surroundings)
    {
        _surroundings = surroundings;
        Root = new RootCommand(
            "Watches patients: puts vital signs in order, scores them, and turns what needs a human into alerts.\n"
            + "A secondary monitor: it does not replace the bedside alarm, and it is not a medical device.")
        {
            new DemoCommand(this),
            new RunCommand(this),
            new ReplayCommand(this),
            new SimulateCommand(this),
            new ShowCommand(this),
            new ModelsCommand(this),
            new EvaluateCommand(this),
            new DoctorCommand(this),
            new HealthCommand(this),
            new BenchCommand(this),
            new ChaosCommand(this),
            new TopicsCommand(this),
            new SeriesCommand(this),
            new ConfigCommand(this),
            new KeysCommand(this),
            new ApiCommand(this),
        };
        Root.Options.Add(ConfigurationFile);
        Root.Options.Add(Verbose);
        foreach (var help in Root.Options.OfType<HelpOption>())
        {
            help.Action = new ExampleHelp((HelpAction)help.Action!);
        }
    }

    /// <summary>The root.</summary>
    public RootCommand Root { get; }

    /// <summary>Names the configuration.</summary>
    public Option<string?> ConfigurationFile { get; } = new("--config")
    {
        Description =
            $"The configuration; without it {ConfigurationLoader.DefaultFile} of the working directory, if it is there.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Asks for stacks of failures.</summary>
    public Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Also say where in the program a failure came from.",
        Recursive = true,
    };

    /// <summary>Terminal, clock and environment.</summary>
    public Surroundings Surroundings => _surroundings;

    /// <summary>Loads the configuration that a command line names.</summary>
    public HostSettings Settings(ParseResult parsed) =>
        ConfigurationLoader.Load(parsed.GetValue(ConfigurationFile), _surroundings.Variables);

    /// <summary>Whether an option stands in a command line; a default value does not.</summary>
    public static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>An option for a whole number of a range.</summary>
    public static Option<int?> Whole(string name, string description, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
                && number <= most)
                return number;

            var range = most == int.MaxValue ? $"from {least} on" : $"from {least} to {most}";
            result.AddError($"{name}: '{text}' is not a whole number {range}.");
            return null;
        },
    };

    /// <summary>The option to run without a model.</summary>
    public static Option<bool> NoModel() =>
        new("--no-model") { Description = "Serve no model: limits and clinical scores only." };

    /// <summary>Settings without a model, if so asked.</summary>
    public static HostSettings WithoutModel(HostSettings settings, bool without) =>
        without ? settings with { Model = settings.Model with { Enabled = false } } : settings;

    /// <summary>The names of a command and its parents, without the program's.</summary>
    public static string Path(CommandResult result)
    {
        var names = new List<string>();
        for (SymbolResult? at = result; at is CommandResult { Command: not RootCommand } command; at = command.Parent)
        {
            names.Insert(0, command.Command.Name);
        }

        return string.Join(' ', names);
    }
}
