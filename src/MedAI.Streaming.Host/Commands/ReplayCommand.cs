// Plays recorded patients through the same pipeline that would monitor them, into an edge store.
using System.CommandLine;
using System.Globalization;
using MedAI.Streaming.Evaluation.Readers;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Send;
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
        Description = "A file, plain or .gz; for cinc2019 also a folder of .psv files, for cinc2012 of .txt files.",
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
    private readonly SendOptions _send = new();
    private readonly Option<bool> _asLive = new("--as-live")
    {
        Description = "With --to http: move all times so that the recording begins now, and go on at its own pace.",
    };

    public ReplayCommand(CommandLine line)
        : base(
            "replay", "Plays recorded patients through the pipeline into a store, or sends them to a receiver.",
            "medai replay bidmc bidmc/numerics_1hz.csv.gz --speed 60 --watch",
            "medai replay cinc2019 training_setA.csv.gz --patients 500 --out out/a --report a.json",
            "medai replay cinc2019 training_setA.csv.gz --patients 500 --out out/a --resume   # after an interruption",
            "medai replay csv my-readings.csv --out out/mine",
            "medai replay bidmc bidmc/numerics_1hz.csv.gz --to http://127.0.0.1:8080 --as-live",
            "medai replay bidmc bidmc/numerics_1hz.csv.gz --to kafka://127.0.0.1:9092/recorded.")
    {
        _line = line;
        Arguments.Add(_format);
        Arguments.Add(_path);
        Option[] options = [_speed, _out, _patients, _from, _until, _batch, _partitions, _resume, _report, _watch, _noModel, _asLive];
        foreach (var option in options.Concat(_send.All))
        {
            Options.Add(option);
        }

        _format.AcceptOnlyFromAmong([.. RecordedSources.Formats]);
        SetAction(RunAsync);
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        var part = new ReadOptions(parsed.GetValue(_patients), parsed.GetValue(_from), parsed.GetValue(_until));
        if (part.Until <= part.From)
            throw new UsageException($"--until {part.Until:O} must be after --from {part.From:O}.");

        OutputFile.Check("--report", parsed.GetValue(_report));
        if (_send.Target(parsed) is { } target)
            return SendAsync(parsed, target, part, interrupted);

        _send.RefuseWithoutTarget(parsed);
        if (parsed.GetValue(_asLive))
            throw new UsageException("--as-live says how to send, but there is no --to. Add it, or leave --as-live out.");

        return StoreAsync(parsed, part, interrupted);
    }

    private async Task<int> StoreAsync(ParseResult parsed, ReadOptions part, CancellationToken interrupted)
    {
        var settings = CommandLine.WithoutModel(_line.Settings(parsed), parsed.GetValue(_noModel));
        settings = settings with { Batch = parsed.GetValue(_batch) ?? settings.Batch };
        var recording = Recording.Open(parsed.GetValue(_format)!, parsed.GetValue(_path)!, part);
        var plan = new EdgeRunPlan(
            parsed.GetValue(_out) ?? settings.StoreDirectory, recording.InWords, parsed.GetValue(_partitions), parsed.GetValue(_resume));
        var speed = parsed.GetValue(_speed);
        using var law = ServedLaw.Load(settings, new HostLog(_line.Surroundings.Error, settings.LogLevel));
        var feed = parsed.GetValue(_watch) ? new WardFeed() : null;
        using var run = EdgeRun.Open(plan, settings, law, _line.Surroundings.Time, feed);
        var progress = new ProgressLine(_line.Surroundings, run);
        var work = run.RunAsync(recording.Read(progress), speed, interrupted);
        if (feed is null)
        {
            await progress.ShowWhileAsync(work);
        }
        else
        {
            var status = new WardStatus(
                $"replay of {recording.Format}", SpeedInWords(speed), law.InWords, law.AlertThreshold, () => run.Logged);
            await new WardView(feed, _line.Surroundings, status).ShowWhileAsync(work);
        }

        return Finish(run, await work, plan, parsed.GetValue(_report));
    }

    private Task<int> SendAsync(ParseResult parsed, SendTarget target, ReadOptions part, CancellationToken interrupted)
    {
        foreach (var option in new Option[] { _out, _partitions, _resume, _watch, _noModel })
        {
            if (CommandLine.IsGiven(parsed, option))
                throw new UsageException($"{option.Name} is of a store here, and --to sends to a receiver, which has its own. Leave one of them out.");
        }

        var settings = _line.Settings(parsed);
        var sending = new RecordedSending(_line.Surroundings, settings, parsed.GetValue(_report));
        var asLive = parsed.GetValue(_asLive);
        var speed = !CommandLine.IsGiven(parsed, _speed) && asLive ? 1 : parsed.GetValue(_speed);
        if (asLive && speed != 1)
            throw new UsageException("--as-live goes at the recording's own pace: at another --speed its times would not be those of now. Leave --speed out.");

        var send = _send.Read(parsed, _line.Surroundings, parsed.GetValue(_batch), FrameForm.Protobuf);
        if (target is not SendTarget.Kafka kafka)
            return sending.ToServiceAsync(Open(), send, speed, asLive, interrupted);

        _send.RefuseJournal(parsed);
        if (asLive || CommandLine.IsGiven(parsed, _batch))
            throw new UsageException("a recording keeps its own times and order in Kafka: --as-live and --batch are of http. Leave them out.");

        return sending.ToKafkaAsync(Open(), kafka, speed, interrupted);

        Recording Open() => Recording.Open(parsed.GetValue(_format)!, parsed.GetValue(_path)!, part);
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
