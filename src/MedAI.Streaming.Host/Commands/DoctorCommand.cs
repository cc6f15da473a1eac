// Says what this machine has, what is missing, and what to do about it.
using System.CommandLine;
using MedAI.Streaming.Host.Composition;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai doctor</c>.</summary>
internal sealed class DoctorCommand : MedaiCommand
{
    public DoctorCommand(CommandLine line)
        : base("doctor", "Checks the machine: runtime, native libraries, models, disk, terminal.",
            "medai doctor    # exit code 1 if something needed is missing") =>
        SetAction(parsed =>
        {
            var findings = new List<Finding>();
            var settings = Configuration(line, parsed, findings);
            findings.InsertRange(0, MachineChecks.Runtime());
            findings.Add(MachineChecks.Sqlite());
            findings.AddRange(ModelChecks(settings));
            findings.Add(MachineChecks.Disk(settings.StoreDirectory));
            findings.Add(MachineChecks.RecordedData(line.Surroundings.Variables));
            findings.Add(MachineChecks.Terminal(line.Surroundings));
            foreach (var finding in findings)
            {
                line.Surroundings.Output.WriteLine($"{Word(finding.Level)}  {finding.What,-16} {finding.Found}");
                if (finding.Advice.Length > 0)
                {
                    line.Surroundings.Output.WriteLine($"{"",-23}{finding.Advice}");
                }
            }

            return findings.Any(finding => finding.Level == FindingLevel.Fail) ? ExitCodes.Failure : ExitCodes.Ok;
        });

    private static string Word(FindingLevel level) => level switch
    {
        FindingLevel.Ok => "ok  ",
        FindingLevel.Warn => "warn",
        _ => "FAIL",
    };

    private static HostSettings Configuration(CommandLine line, ParseResult parsed, List<Finding> findings)
    {
        try
        {
            var settings = line.Settings(parsed);
            findings.Add(Finding.Ok(
                "configuration", $"{settings.File ?? "no file, the defaults"}; law {SettingsHash.Of(settings.Monitor)[..12]}"));
            return settings;
        }
        catch (ConfigurationException wrong)
        {
            findings.Add(Finding.Fail(
                "configuration", $"{wrong.Errors.Count} errors", "See 'medai config check'; the checks below use the defaults."));
            return new HostSettings();
        }
    }

    private static IEnumerable<Finding> ModelChecks(HostSettings settings)
    {
        var root = ModelFolders.Root(settings);
        var folders = Adapters.Onnx.ModelFolder.List(root);
        var choice = ServedModel.Of(settings);
        var served = choice.Folder;
        foreach (var folder in folders)
        {
            var check = ModelCheck.OfBits(folder, settings.Model.Provider);
            var name = $"{Path.GetFileName(Path.GetDirectoryName(folder))}@{Path.GetFileName(folder)}";
            var isServed = folder == served && settings.Model.Enabled;
            yield return check.Problem is null
                ? Finding.Ok("model", $"{name}{(isServed ? " (served)" : "")}: checksum fits; {check.Detail}")
                : new Finding(isServed ? FindingLevel.Fail : FindingLevel.Warn, "model", $"{name}: {check.Problem}", "");
            if (isServed && check.Notice is not null)
            {
                yield return Finding.Warn(
                    "provider", $"{settings.Model.Provider.ToString().ToLowerInvariant()} was asked for", check.Notice);
            }
        }

        if (settings.Model.Enabled && !folders.Contains(served))
        {
            yield return Finding.Fail(
                "model", $"{choice.Id} is to be served and is not in {root}",
                "Set model.name, model.version or directories.models, or model.enabled to false; or go back with 'medai models rollback'.");
        }
    }
}
