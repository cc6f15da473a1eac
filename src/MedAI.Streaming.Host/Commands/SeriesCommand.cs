// Sets up the time series server: what it keeps for how long, and how points become minutes and hours.
using System.CommandLine;
using MedAI.Streaming.Adapters.Influx;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai series</c>.</summary>
internal sealed class SeriesCommand : MedaiCommand
{
    public SeriesCommand(CommandLine line)
        : base(
            "series", "Sets up the time series server (sections series and influx of the configuration; docs/influx.md).",
            "MEDAI__influx__url=http://influx:8086 MEDAI__influx__version=1 medai series init",
            "medai series init --print") =>
        Subcommands.Add(new Init(line));

    private sealed class Init : MedaiCommand
    {
        private readonly Option<bool> _print = new("--print") { Description = "Only print what would be done; the server is not asked." };

        public Init(CommandLine line)
            : base(
                "init",
                "Makes database, retention and downsampling (points, minutes, hours). Done again it changes only what differs.",
                "medai series init --config medai.json",
                "medai series init --print")
        {
            Options.Add(_print);
            SetAction(parsed =>
            {
                var settings = line.Settings(parsed);
                if (settings.Influx.Version == InfluxVersion.Three)
                {
                    throw new UsageException(
                        "influx.version is 3: that server makes its database with the first write, and has neither retention policies nor tasks "
                        + "that could be made from here.");
                }

                if (settings.Influx is { Version: InfluxVersion.Two, Organisation: null } && !parsed.GetValue(_print))
                    throw new UsageException("influx.version is 2: set influx.organisation, too.");

                Tell(line.Surroundings.Output, InfluxSetup.Run(settings.Influx, settings.SeriesPlan, parsed.GetValue(_print)));
                return ExitCodes.Ok;
            });
        }

        private static void Tell(TextWriter output, IReadOnlyList<SetupStep> steps)
        {
            foreach (var step in steps)
            {
                output.WriteLine(step.Was == SetupResult.Shown ? $"-- {step.What}" : $"{EnumWord.Of(step.Was),-7}  {step.What}");
                if (step.Was == SetupResult.Shown)
                    output.WriteLine(step.Statement);
            }

            if (steps.All(step => step.Was != SetupResult.Shown))
                output.WriteLine("the server is as it must be");
        }
    }
}
