// Plays recorded patients through the same pipeline that would monitor them, into an edge store.
using System.CommandLine;
using System.Globalization;
using MedAI.Streaming.Evaluation.Readers;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.View;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai replay</c>.</summary>
internal sealed class ReplayCommand : MedaiCommand
{
    private const double MostSpeed = 1e6;

    private readonly CommandLine _line;
    private readonly Argument<string> _format = new("FORMAT")
    {
        Description = $"{string.Join(", ", RecordedSources.Formats)}; the last two are for your own data "
            + "(their layout: src/MedAI.Streaming.Evaluation/README.md).",
    };

    private readonly Argument<string> _path = new("PATH")
    {
        Description = "A file, plain or .gz; for cinc2019 also a folder of .psv files.",
    };
    private readonly Option<double> _speed = new("--speed")
    {
        Description = "max, or a multiple of real time such as 60.",
        HelpName = "max|N",
        DefaultValueFactory = _ => 0,
        CustomParser = ParseSpeed,
    };

    private readonly Option<string?> _out = new("--out")
    {
        Description = "The store's folder; without it directories.store.",
        HelpName = "DIR",
    };
    private readonly Option<int?> _patients = CommandLine.Whole(
        "--patients", "Only the first N patients of the input.", 1, int.MaxValue);
    private readonly Option<DateTimeOffset?> _from = StoreOption.Time("--from", "Only what arrived from this time on.");
    private readonly Option<DateTimeOffset?> _until = StoreOption.Time("--until", "Only what arrived before this time.");
    private readonly Option<int?> _batch = CommandLine.Whole(
        "--batch", "The most records taken at once; changes the speed only.", 1, 65_536);
    private readonly Option<int?> _partitions = CommandLine.Whole(
        "--partitions", "Partitions of a new store; changes the speed only.", 1, 256);
    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Go on with the store where an earlier run ended, however it ended.",
    };
    private readonly Option<string?> _report = new("--report")
    {
        Description = "Write the report of the whole run as JSON.",
        HelpName = "FILE",
    };
    private readonly Option<bool> _watch = new("--watch") { Description = "Show the ward while it plays." };
    private readonly Option<bool> _noModel = CommandLine.NoModel();

    public ReplayCommand(CommandLine line)
        : base(
            "replay", "Plays recorded patients through the pipeline into a store.",
            "medai replay bidmc bidmc/numerics_1hz.csv.gz --speed 60 --watch",
            "medai replay cinc2019 training_setA.csv.gz --patients 500 --out out/a --report a.json",
            "medai replay cinc2019 training_setA.csv.gz --patients 500 --out out/a --resume   # after an interruption",
            "medai replay csv my-readings.csv --out out/mine")
    {
        _line = line;
        Arguments.Add(_format);
        Arguments.Add(_path);
        Option[] options = [_speed, _out, _patients, _from, _until, _batch, _partitions, _resume, _report, _watch, _noModel];
        foreach (var option in options)
        {
            Options.Add(option);
        }

        _format.AcceptOnlyFromAmong([.. RecordedSources.Formats]);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        var settings = CommandLine.WithoutModel(_line.Settings(parsed), parsed.GetValue(_noModel));
        settings = settings with { Batch = parsed.GetValue(_batch) ?? settings.Batch };
        var part = new ReadOptions(parsed.GetValue(_patients), parsed.GetValue(_from), parsed.GetValue(_until));
        if (part.Until <= part.From)
            throw new UsageException($"--until {part.Until:O} must be after --from {part.From:O}.");

        var reportFile = parsed.GetValue(_report);
        CheckReport(reportFile);
        var source = Source(parsed.GetValue(_format)!, parsed.GetValue(_path)!);
        var plan = new EdgeRunPlan(
            parsed.GetValue(_out) ?? settings.StoreDirectory, InWords(source, parsed.GetValue(_path)!, part),
            parsed.GetValue(_partitions), parsed.GetValue(_resume));
        var speed = parsed.GetValue(_speed);
        using var law = ServedLaw.Load(settings, new HostLog(_line.Surroundings.Error, settings.LogLevel));
        var feed = parsed.GetValue(_watch) ? new WardFeed() : null;
        using var run = EdgeRun.Open(plan, settings, law, _line.Surroundings.Time, feed);
        var progress = new ProgressLine(_line.Surroundings, run);
        var work = run.RunAsync(Translated(source.Read(part, progress)), speed, interrupted);
        if (feed is null)
        {
            await progress.ShowWhileAsync(work);
        }
        else
        {
            var status = new WardStatus(
                $"replay of {source.Format}", SpeedInWords(speed), law.InWords, law.AlertRisk, () => run.Logged);
            await new WardView(feed, _line.Surroundings, status).ShowWhileAsync(work);
        }

        return Finish(run, await work, plan, reportFile);
    }

    private int Finish(EdgeRun run, EdgeRunOutcome outcome, EdgeRunPlan plan, string? reportFile)
    {
        if (!outcome.Finished)
        {
            _line.Surroundings.Error.WriteLine(
                $"medai: interrupted; what was read is applied and kept in {plan.Directory}. Go on with --resume.");
            return ExitCodes.Interrupted;
        }

        var report = RunReport.Of(run, outcome);
        WriteReport(reportFile, report, plan.Directory);
        RunSummary.Write(_line.Surroundings.Output, report, plan.Directory);
        return ExitCodes.Ok;
    }

    // Found out before hours of work, not after.
    private static void CheckReport(string? file)
    {
        var folder = file is null ? null : Path.GetDirectoryName(Path.GetFullPath(file));
        if (folder is not null && !Directory.Exists(folder))
            throw new UsageException($"--report: there is no folder {folder}. Make it, or choose another file.");
        if (Directory.Exists(file))
            throw new UsageException($"--report: {file} is a folder. Name a file in it.");
    }

    private static void WriteReport(string? file, RunReport report, string store)
    {
        if (file is null)
            return;

        try
        {
            File.WriteAllText(file, report.Json());
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(
                $"the run is finished and kept in {store}, but its report cannot be written: {refused.Message} "
                + "Start it again with --resume and another --report.",
                refused);
        }
    }

    private static IRecordedSource Source(string format, string path)
    {
        try
        {
            return RecordedSources.Open(format, path);
        }
        catch (Exception refused) when (refused is RecordedInputException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(refused.Message, refused);
        }
    }

    // The readers' own word for unreadable input becomes the program's, wherever in the middle of the work it comes.
    private static IEnumerable<Domain.Stream.LogElement> Translated(IEnumerable<Domain.Stream.LogElement> elements)
    {
        using var source = elements.GetEnumerator();
        while (true)
        {
            try
            {
                if (!source.MoveNext())
                    break;
            }
            catch (Exception refused) when (refused is RecordedInputException or IOException or UnauthorizedAccessException)
            {
                throw new InputException(refused.Message, refused);
            }

            yield return source.Current;
        }
    }

    private static string InWords(IRecordedSource source, string path, ReadOptions part) => string.Create(
        CultureInfo.InvariantCulture,
        $"{source.Format} {Path.GetFullPath(path)} patients={part.Patients} from={part.From:O} until={part.Until:O}");

    private static string SpeedInWords(double speed) =>
        speed == 0 ? "as fast as it goes" : string.Create(CultureInfo.InvariantCulture, $"{speed:0.##} x real time");

    private static double ParseSpeed(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text == "max")
            return 0;

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var speed) && speed > 0
            && speed <= MostSpeed)
            return speed;

        result.AddError($"--speed: '{text}' is neither max nor a number above 0 and up to {MostSpeed:0}.");
        return 0;
    }
}
