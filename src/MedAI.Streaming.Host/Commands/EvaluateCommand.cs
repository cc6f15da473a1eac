// Judges models on labelled recordings, by what they say in the pipeline.
using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Evaluation.Metrics;
using MedAI.Streaming.Evaluation.Readers;
using MedAI.Streaming.Evaluation.Report;
using MedAI.Streaming.Host.Judging;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai evaluate</c>.</summary>
internal sealed class EvaluateCommand : MedaiCommand
{
    private const string SplitSalt = "medai-split-1:";
    private static readonly string[] Formats = [.. RecordedSources.Formats.Where(format => format is "cinc2019" or "cinc2012" or "csv")];

    // What is in the table beside models: what is used today, and the clock.
    private static readonly ScoreKind[] ClinicalKinds = [ScoreKind.News2, ScoreKind.Mews, ScoreKind.QSofa];
    private readonly CommandLine _line;
    private readonly Argument<string> _format = new("FORMAT") { Description = $"{string.Join(", ", Formats)}: recordings with labels or outcomes (docs/evaluation.md)." };
    private readonly Argument<string> _path = new("PATH") { Description = "A file, plain or .gz; for cinc2019 also a folder of .psv files, for cinc2012 of .txt files." };
    private readonly Option<string?> _models = new("--models")
    {
        Description = "Names, with commas between them, each with or without @VERSION; without it all that predict what the served one predicts, and acuity for cinc2012.",
        HelpName = "NAMES",
    };

    private readonly Option<string?> _report = new("--report")
    {
        Description = "Write the figures as JSON, and beside it a page with pictures, FILE.html.",
        HelpName = "FILE.json",
    };

    private readonly Option<int?> _patients = CommandLine.Whole("--patients", "Only the first N patients of the input.", 1, int.MaxValue);
    private readonly Option<int?> _flows = CommandLine.Whole("--flows", "Flows side by side; as many as there are processors by default.", 1, 64);
    private readonly Option<string> _split = new("--split")
    {
        Description = "Only the patients of one part, by the split of the training: train, validation or test.",
        HelpName = "PART",
        DefaultValueFactory = _ => "all",
    };

    public EvaluateCommand(CommandLine line)
        : base(
            "evaluate", "Judges models on labelled recordings, streamed through the same pipeline that serves them.",
            "medai evaluate cinc2019 training_setA.csv.gz --split test --report test.json",
            "medai evaluate cinc2019 training_setA.csv.gz --patients 2000 --models sepsis-vitals,sepsis-vitals-logistic@2.0.0",
            "medai evaluate cinc2012 set-b.csv.gz --models acuity --report b.json   # Outcomes-b.txt beside it",
            "medai evaluate csv mine.csv --report mine.json             # your own data: the csv format with a column 'label'")
    {
        _line = line;
        Arguments.Add(_format);
        Arguments.Add(_path);
        foreach (var option in new Option[] { _models, _report, _patients, _split, _flows })
        {
            Options.Add(option);
        }

        _format.AcceptOnlyFromAmong(Formats);
        _split.AcceptOnlyFromAmong("all", "train", "validation", "test");
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        OutputFile.Check("--report", parsed.GetValue(_report));
        if (parsed.GetValue(_report) is { } file && PageOf(file) == file)
            throw new UsageException($"--report: {file} is where the page with pictures goes. Name the file of the figures, with .json at its end.");

        var settings = _line.Settings(parsed);
        var format = parsed.GetValue(_format)!;
        var part = parsed.GetValue(_split)!;
        var recording = Recording.Open(format, parsed.GetValue(_path)!, new ReadOptions(parsed.GetValue(_patients)));
        var outcomes = recording.HasOutcomes ? recording.ReadOutcomes(parsed.GetValue(_patients)) : null;
        if (outcomes is not null && part != "all")
            throw new InputException($"--split is for the patients of cinc2019; of {format} train and test patients are different files.");

        var stays = outcomes is null
            ? recording.ReadLabels(parsed.GetValue(_patients)).Where(stay => part == "all" || PartOf(stay.Patient) == part).ToArray()
            : [.. outcomes.Select(OutcomeJudging.ToLabels)];
        if (stays.Sum(stay => stay.LabelsBefore) is > 0 and var before)
            Say($"labels that are from before the admission of their patient and are not judged: {before:N0}");
        stays = [.. stays.Where(stay => stay.Hours.Count > 0)];
        if (stays.Length == 0)
            throw new InputException($"There are no labelled patients in the part '{part}'.");

        var names = parsed.GetValue(_models)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        using var models = LoadedModels.Load(settings, outcomes is not null && names.Length == 0 ? [OutcomeJudging.Task] : names);
        Say($"{stays.Length:N0} labelled patients; {models.Shadows.Count} models: {string.Join(", ", models.Shadows.Select(model => model.Id))}");
        var task = outcomes is not null ? OutcomeJudging.Task : format == "cinc2019" ? "sepsis" : null;
        foreach (var (model, number) in models.Shadows.Select((model, number) => (model, number)))
        {
            foreach (var note in models.NotesOn(number, task))
            {
                Say($"{model.Id}: {note}");
            }
        }

        var began = _line.Surroundings.Time.GetTimestamp();
        var stream = new ScoreStream(stays, models.Shadows, settings.Monitor, parsed.GetValue(_flows) ?? Environment.ProcessorCount);
        var judged = new JudgedPart(stays.Select(stay => stay.Patient).ToHashSet(StringComparer.Ordinal));
        await stream.RunAsync(judged.Of(recording.Read(new StreamProgress(Say))), interrupted);
        Say($"streamed in {Seconds(began)} s; judging");
        if (part == "all" && judged.Others > 0)
            Say($"patients of the recording that have no {(outcomes is null ? "label" : "outcome")} and are not judged: {judged.Others:N0}");
        if (judged.Unreadable is { } unreadable)
            Say($"{unreadable}");

        var readings = RunReport.Account(stream.Totals());
        if (outcomes is null)
        {
            var report = Judge(format, task, stream, models, readings);
            Write(report.WriteJson, report.WriteHtml, parsed.GetValue(_report));
            EvaluationTable.Write(_line.Surroundings.Output, report);
        }
        else
        {
            var report = OutcomeJudging.Judge(format, outcomes, stream, models, readings);
            Write(report.WriteJson, report.WriteHtml, parsed.GetValue(_report));
            EvaluationTable.Write(_line.Surroundings.Output, report);
        }

        readings.WriteText(_line.Surroundings.Output);
        Say($"done in {Seconds(began)} s");
        return ExitCodes.Ok;
    }

    private static FrozenThresholds? ThresholdsOf(ScoreKind kind) => kind switch
    {
        ScoreKind.News2 => ClinicalThresholds.News2,
        ScoreKind.Mews => ClinicalThresholds.Mews,
        ScoreKind.QSofa => ClinicalThresholds.QSofa,
        _ => null,
    };

    private static EvaluationReport Judge(string format, string? task, ScoreStream stream, LoadedModels models, ReadingAccount readings)
    {
        var cohort = LabelledCohort.Of(stream.Stays.Select(stay => new LabelledStay(
            stay.Stay.Patient, [.. stay.Stay.Hours], [.. stay.Stay.Labels])));
        var clinical = ClinicalKinds.ToDictionary(kind => kind, kind => new ScoredModel
        {
            Name = kind.Name(),
            Version = MedaiVersion.Text,
            Inputs = "vitals",
            Scores = [.. stream.Stays.SelectMany(stay => stay.Clinical(kind))],
            IsProbability = false,
            IsClinicalScore = true,
            Frozen = ThresholdsOf(kind),
        });
        var clock = new ScoredModel
        {
            Name = "time-only",
            Version = MedaiVersion.Text,
            Inputs = "time",
            Scores = [.. cohort.Hours.Select(hour => (double)hour)],
            IsProbability = false,
            IsClinicalScore = false,
            Frozen = ClinicalThresholds.Clock,
        };
        var judged = models.Shadows.Select((model, number) => new ScoredModel
        {
            Name = model.Scorer.Model.Card.Name,
            Version = model.Scorer.Model.Card.Version,
            Inputs = model.Scorer.Model.Card.InputSet,
            Scores = [.. stream.Stays.SelectMany(stay => stay.Risks(number))],
            AlarmScores = model.HasAlarmScore ? [.. stream.Stays.SelectMany(stay => stay.Alarms(number))] : [],
            IsProbability = true,
            IsClinicalScore = false,
            Drift = DriftJson.ByInput(model.Scorer.Drift),
            Notes = models.NotesOn(number, task),
            Frozen = new FrozenThresholds(model.Scorer.Model.Card.AlertThreshold, model.Scorer.Model.Card.UtilityThreshold),
        });
        try
        {
            return EvaluationReport.Of(format, cohort, clinical[ScoreKind.News2], [.. clinical.Values, clock, .. judged], readings);
        }
        catch (ArgumentException refused)
        {
            throw new InputException($"These scores cannot be judged: {refused.Message}", refused);
        }
    }

    private static string PageOf(string report) => Path.ChangeExtension(report, ".html");

    private void Write(Action<Stream> writeJson, Action<Stream> writeHtml, string? file)
    {
        if (file is null)
            return;

        var page = PageOf(file);
        try
        {
            using var json = File.Create(file);
            writeJson(json);
            using var html = File.Create(page);
            writeHtml(html);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"The report cannot be written: {refused.Message} Start again with another --report.", refused);
        }

        Say($"the figures are in {file}, and as a page with pictures in {page}");
    }

    // As training/ splits: docs/evaluation.md.
    private static string PartOf(string patient)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(SplitSalt + patient));
        return (System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(hash) % 100) switch
        {
            < 70 => "train",
            < 85 => "validation",
            _ => "test",
        };
    }

    private string Seconds(long began) => _line.Surroundings.Time.GetElapsedTime(began).TotalSeconds.ToString("0", CultureInfo.InvariantCulture);

    private void Say(FormattableString text) => _line.Surroundings.Error.WriteLine("medai: " + FormattableString.Invariant(text));

    private sealed class StreamProgress(Action<FormattableString> say) : IProgress<double>
    {
        private int _told;

        public void Report(double value)
        {
            var tenths = (int)(value * 10);
            if (tenths <= _told || tenths == 10)
                return;

            _told = tenths;
            say($"{tenths * 10} %");
        }
    }
}
