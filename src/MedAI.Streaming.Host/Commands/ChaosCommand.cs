// Runs a fleet of processes under faults and proves from outside that nothing was lost, doubled or invented.
using System.CommandLine;
using System.Globalization;
using MedAI.Streaming.Host.Chaos;
using MedAI.Streaming.Host.Chaos.Faults;
using MedAI.Streaming.Host.Chaos.Servers;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai chaos</c>.</summary>
internal sealed class ChaosCommand : MedaiCommand
{
    private readonly CommandLine _line;
    private readonly Option<int?> _workers = CommandLine.Whole("--workers", "Worker processes (3).", 1, 16);
    private readonly Option<int?> _minutes = CommandLine.Whole("--minutes", "How long devices send, in minutes (5).", 1, 24 * 60);
    private readonly Option<int?> _seconds = CommandLine.Whole("--seconds", "How long devices send, in seconds.", 20, 24 * 3600);
    private readonly Option<(int First, int Last)> _seed = new("--seed")
    {
        Description = "Another seed is another fleet and another schedule of faults (1). FIRST..LAST runs several, one after the other.",
        HelpName = "SEED",
        DefaultValueFactory = _ => (1, 1),
        CustomParser = ParseSeeds,
    };

    private readonly Option<int?> _devices = CommandLine.Whole("--devices", "Devices of the fleet (100).", 1, 100_000);
    private readonly Option<int?> _partitions = CommandLine.Whole("--partitions", "Partitions of the log (8).", 1, 256);
    private readonly Option<double> _rate = new("--rate")
    {
        Description = "Frames a second of each device, 0.01 to 50 (1).",
        HelpName = "HZ",
        DefaultValueFactory = _ => 1,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is >= 0.01 and <= 50)
                return rate;

            result.AddError($"--rate: '{text}' is not a number from 0.01 to 50.");
            return 0;
        },
    };

    private readonly Option<IReadOnlyList<FaultKind>?> _only = new("--only")
    {
        Description = $"Only these faults, a comma list of {FaultKinds.Allowed}.",
        HelpName = "LIST",
        CustomParser = result =>
        {
            var kinds = FaultKinds.Parse(result.Tokens[0].Value);
            if (kinds is null)
                result.AddError($"--only: '{result.Tokens[0].Value}' is no comma list of {FaultKinds.Allowed}.");
            return kinds;
        },
    };

    private readonly Option<string?> _home = new("--kafka-home")
    {
        Description = $"The folder of an Apache Kafka, with its jars in libs; without it {KafkaServer.HomeVariable} of the environment, then shared/kafka.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _kafka = new("--kafka")
    {
        Description = "A broker that is there; it is left alone, and topics of the run's own are made on it.",
        HelpName = "HOST:PORT",
    };

    private readonly Option<string?> _influx = new("--influx")
    {
        Description = "An InfluxDB 1.x that is there; it is left alone, and a database of the run's own is made on it. none: each worker keeps its own "
            + "series. Without it influxd is started, where it is installed.",
        HelpName = "URL|none",
    };

    private readonly Option<string?> _report = new("--report") { Description = "Write the report as JSON.", HelpName = "FILE" };
    private readonly Option<string?> _keep = new("--keep")
    {
        Description = "Work in this folder and keep it: logs of all processes, the journal, the stores.",
        HelpName = "DIR",
    };

    private readonly Option<bool> _noModel = CommandLine.NoModel();

    public ChaosCommand(CommandLine line)
        : base(
            "chaos",
            "Runs broker, gateway, workers and devices as processes, hurts them on a schedule, and checks from outside that nothing is lost or doubled.",
            "medai chaos --workers 3 --minutes 5 --seed 1..5 --report chaos.json",
            "medai chaos --workers 2 --minutes 1 --only kill,stop --devices 50 --no-model",
            "medai chaos --kafka-home /opt/kafka --keep out/chaos   # docs/chaos.md")
    {
        _line = line;
        foreach (var option in new Option[]
        {
            _workers, _minutes, _seconds, _seed, _devices, _partitions, _rate, _only, _home, _kafka, _influx, _report, _keep, _noModel,
        })
        {
            Options.Add(option);
        }

        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        if (!OperatingSystem.IsLinux())
            throw new UsageException("medai chaos hurts processes by the means of Linux. Run it there.");

        var report = parsed.GetValue(_report);
        OutputFile.Check("--report", report);
        using var folder = new KeptOrTemporary(parsed.GetValue(_keep));
        var (first, last) = parsed.GetValue(_seed);
        var runs = new List<ChaosReport>();
        for (var seed = first; seed <= last; seed++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"seed-{seed}");
            var own = first == last ? folder.Path : Directory.CreateDirectory(Path.Combine(folder.Path, name)).FullName;
            runs.Add(await new ChaosRun(Plan(parsed, seed, own), _line.Surroundings).RunAsync(interrupted));
            if (first < last)
                _line.Surroundings.Output.WriteLine($"{name} of {first}..{last}");
            runs[^1].Write(_line.Surroundings.Output);
        }

        var found = runs.Count == 1 ? runs[0] : ChaosReport.Sum(runs);
        if (runs.Count > 1)
        {
            _line.Surroundings.Output.WriteLine($"all of {first}..{last}");
            found.Write(_line.Surroundings.Output);
        }

        if (report is not null)
            found.Write(report);
        return found.Verdict.IsClean ? ExitCodes.Ok : ExitCodes.Failure;
    }

    private static (int First, int Last) ParseSeeds(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var ends = text.Split("..");
        if (ends.Length <= 2 && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && first <= last)
            return (first, last);

        result.AddError($"--seed: '{text}' is neither a whole number nor FIRST..LAST.");
        return (1, 1);
    }

    private ChaosPlan Plan(ParseResult parsed, int seed, string folder)
    {
        var (seconds, minutes) = (parsed.GetValue(_seconds), parsed.GetValue(_minutes));
        if (seconds is not null && minutes is not null)
            throw new UsageException("--seconds and --minutes both say for how long. Leave one out.");

        var address = parsed.GetValue(_kafka);
        if (address is not null && parsed.GetValue(_home) is not null)
            throw new UsageException("--kafka names a broker that is there, and --kafka-home one to start. Leave one out.");

        var home = address is null ? KafkaServer.FindHome(parsed.GetValue(_home), _line.Surroundings.Variables) : null;
        if (address is null && (home is null || !Directory.Exists(Path.Combine(home, "libs"))))
            throw new UsageException($"There is no Kafka{(home is null ? "" : $" in {home}")}: name its folder (with libs in it) by --kafka-home, or a broker by --kafka.");

        var influx = InfluxUrl(parsed.GetValue(_influx));
        var startsInflux = parsed.GetValue(_influx) is null && InfluxServer.IsHere(_line.Surroundings.Variables);
        return new ChaosPlan
        {
            Workers = parsed.GetValue(_workers) ?? 3,
            Length = seconds is { } s ? TimeSpan.FromSeconds(s) : TimeSpan.FromMinutes(minutes ?? 5),
            Seed = seed,
            Devices = parsed.GetValue(_devices) ?? 100,
            Partitions = parsed.GetValue(_partitions) ?? 8,
            RateHz = parsed.GetValue(_rate),
            Kinds = Kinds(parsed.GetValue(_only), address is null, startsInflux),
            StartsInflux = startsInflux,
            InfluxUrl = influx,
            KafkaAddress = address,
            KafkaHome = home,
            Folder = folder,
            Settings = CommandLine.WithoutModel(_line.Settings(parsed), parsed.GetValue(_noModel)),
        };
    }

    private static Uri? InfluxUrl(string? text)
    {
        if (text is null or "none")
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https")
            ? url
            : throw new UsageException($"--influx: '{text}' is neither an http address nor none.");
    }

    // What is not the run's own is not hurt.
    private static List<FaultKind> Kinds(IReadOnlyList<FaultKind>? only, bool ownsBroker, bool ownsInflux)
    {
        var possible = Enum.GetValues<FaultKind>()
            .Where(kind => (ownsInflux || !FaultKinds.IsOfInflux(kind)) && (ownsBroker || !FaultKinds.IsOfBroker(kind))).ToList();
        if (only is null)
            return possible;

        var kinds = only.Intersect(possible).ToList();
        return kinds.Count > 0
            ? kinds
            : throw new UsageException("--only leaves no fault: a server that is not the run's own is not hurt.");
    }

    // A folder that a person named is kept; another one goes with the run.
    private sealed class KeptOrTemporary : IDisposable
    {
        private readonly bool _isKept;

        public KeptOrTemporary(string? kept)
        {
            _isKept = kept is not null;
            if (kept is not null && Directory.Exists(kept) && Directory.EnumerateFileSystemEntries(kept).Any())
                throw new UsageException($"--keep: {kept} is not empty. Name a new folder.");
            Path = kept is null ? Directory.CreateTempSubdirectory("medai-chaos-").FullName : Directory.CreateDirectory(kept).FullName;
        }

        public string Path { get; }

        public void Dispose()
        {
            if (!_isKept)
                Directory.Delete(Path, recursive: true);
        }
    }
}
