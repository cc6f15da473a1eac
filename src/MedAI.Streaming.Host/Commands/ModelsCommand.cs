// Lists the models there are, shows what a card says, and checks that files are whole and bits repeat.
using System.CommandLine;
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Host.Composition;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai models</c>.</summary>
internal sealed class ModelsCommand : MedaiCommand
{
    public ModelsCommand(CommandLine line)
        : base(
            "models", "Lists, shows and verifies the models, and chooses the one that is served.",
            "medai models list",
            "medai models show sepsis-vitals",
            "medai models verify              # every model; exit code 1 if one may not page",
            "medai models promote sepsis-vitals@2.1.0",
            "medai models rollback")
    {
        Subcommands.Add(new List(line));
        Subcommands.Add(new Show(line));
        Subcommands.Add(new Verify(line));
        Subcommands.Add(new ModelChange.Promote(line));
        Subcommands.Add(new ModelChange.Rollback(line));
        Subcommands.Add(new ModelComparisonCommand(line));
    }

    private static Argument<string?> NameArgument(string description) =>
        new("NAME") { Description = description, Arity = ArgumentArity.ZeroOrOne };

    private static string ServedAs(ModelCheck check, ServedModel? served, HostSettings settings) =>
        served is null ? ""
        : check.Folder != served.Folder ? (settings.Model.Shadows.Contains(ModelFolders.IdOf(check.Folder)) ? "shadow" : "")
        : check.AnotherFile(served.Promoted) is not null ? "refused: another file"
        : served.Promoted is { } change ? $"yes, {change.Action} {change.At:yyyy-MM-dd}"
        : "yes";

    // Why the one that is to be served is not what a service would load; null: it is.
    private static string? NotServed(ServedModel served, IReadOnlyList<ModelCheck> rows) =>
        rows.FirstOrDefault(check => check.Folder == served.Folder) is { } check
            ? check.AnotherFile(served.Promoted)
            : $"{served.Id} is to be served, but is not there. Bring its files back, or choose another: medai models promote, rollback.";

    private sealed class List : MedaiCommand
    {
        public List(CommandLine line)
            : base("list", "Lists the models.", "medai models list", "medai models list --json")
        {
            var json = new Option<bool>("--json") { Description = "As JSON." };
            Options.Add(json);
            SetAction(parsed =>
            {
                var settings = line.Settings(parsed);
                var served = settings.Model.Enabled ? ServedModel.Of(settings) : null;
                var table = new TextTable<ModelCheck>(
                    new("MODEL", "model", check => ModelFolders.IdOf(check.Folder)),
                    new("SERVED", "served", check => ServedAs(check, served, settings)),
                    new("CHECKSUM", "checksum", check => check.Problem is null ? "ok" : "BAD"),
                    new("STEP", "stepSeconds", check => check.Card?.StepSeconds, Right: true),
                    new("MEANING", "meaning", check => check.Problem ?? check.Card?.OutputMeaning));
                var rows = ModelFolders.Named(settings, null).Select(ModelCheck.OfFiles).ToArray();
                var count = table.Write(line.Surroundings.Output, rows, parsed.GetValue(json));
                if (count == 0)
                {
                    line.Surroundings.Error.WriteLine(
                        $"There are no models in {ModelFolders.Root(settings)}; set directories.models.");
                }
                else if (served is not null && NotServed(served, rows) is { } why)
                {
                    line.Surroundings.Error.WriteLine($"medai: {why}");
                }

                return ExitCodes.Ok;
            });
        }
    }

    private sealed class Show : MedaiCommand
    {
        public Show(CommandLine line)
            : base("show", "Shows a model's card.", "medai models show sepsis-vitals@2.1.0",
                "medai models show --json | jq .metrics")
        {
            var name = NameArgument("NAME or NAME@VERSION; without it the model that is served.");
            var json = new Option<bool>("--json") { Description = "The card as it is." };
            Arguments.Add(name);
            Options.Add(json);
            SetAction(parsed =>
            {
                var settings = line.Settings(parsed);
                var folder = parsed.GetValue(name) is { } wanted ? ModelFolders.Find(settings, wanted) : ServedModel.Of(settings).Folder;
                ModelFolder.ReadCard(folder);
                var text = File.ReadAllText(ModelFolder.CardFile(folder));
                if (parsed.GetValue(json))
                {
                    line.Surroundings.Output.WriteLine(text.TrimEnd());
                }
                else
                {
                    CardText.Write(line.Surroundings.Output, text);
                }

                return ExitCodes.Ok;
            });
        }
    }

    private sealed class Verify : MedaiCommand
    {
        public Verify(CommandLine line)
            : base(
                "verify", "Checks checksums, loads models, and checks that equal rows give equal bits in every batch.",
                "medai models verify", "medai models verify sepsis-vitals@2.1.0")
        {
            var name = NameArgument("NAME or NAME@VERSION; without it every model.");
            Arguments.Add(name);
            SetAction(parsed =>
            {
                var settings = line.Settings(parsed);
                var folders = ModelFolders.Named(settings, parsed.GetValue(name));
                if (folders.Count == 0)
                    throw new FailureException(
                        $"There is no such model in {ModelFolders.Root(settings)}. 'medai models list' lists what is there.");

                var good = true;
                foreach (var folder in folders)
                {
                    var check = ModelCheck.OfBits(folder, settings.Model.Provider);
                    good &= check.Problem is null;
                    line.Surroundings.Output.WriteLine(
                        $"{(check.Problem is null ? "ok  " : "FAIL")}  {ModelFolders.IdOf(folder)}  {check.Problem ?? check.Detail}");
                    if (check.Notice is not null)
                    {
                        line.Surroundings.Output.WriteLine($"      {check.Notice}");
                    }
                }

                return good ? ExitCodes.Ok : ExitCodes.Failure;
            });
        }
    }
}
