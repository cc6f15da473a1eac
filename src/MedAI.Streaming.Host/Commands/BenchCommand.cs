// Measures this machine: how many frames a second it can watch, and what a frame and a patient cost.
using System.CommandLine;
using System.Globalization;
using MedAI.Streaming.Host.Bench;
using MedAI.Streaming.Host.Composition;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai bench</c>.</summary>
internal sealed class BenchCommand : MedaiCommand
{
    public BenchCommand(CommandLine line)
        : base("bench", "Measures how much this machine can watch.", "medai bench pipeline", "medai bench kafka")
    {
        Subcommands.Add(new Pipeline(line));
        Subcommands.Add(new Kafka(line));
    }

    private static void Write(TextWriter output, BenchPlan plan, IReadOnlyList<BenchResult> results, bool json)
    {
        if (!json)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{plan.Patients:N0} patients at 1 Hz, {BenchLoad.ReadingsPerFrame} vital signs a frame; medians of {plan.Rounds} rounds of {plan.Seconds} s; "
                + $"batches of {plan.Batch}; {Environment.ProcessorCount} processors"));
        }

        new TextTable<BenchResult>(
            new("path", "path", r => r.Path),
            new("frames/s", "framesPerSecond", r => Math.Round(r.FramesPerSecond), Right: true),
            new("readings/s", "readingsPerSecond", r => Math.Round(r.ReadingsPerSecond), Right: true),
            new("frames/s per core", "framesPerCoreSecond", r => Math.Round(r.FramesPerCoreSecond), Right: true),
            new("CPU ns/frame", "cpuNanosecondsPerFrame", r => Math.Round(r.CpuNanosecondsPerFrame), Right: true),
            new("allocated B/frame", "allocatedBytesPerFrame", r => Math.Round(r.AllocatedPerFrame, 2), Right: true),
            new("memory B/patient", "memoryBytesPerPatient", r => r.BytesPerPatient, Right: true),
            new("state B/patient", "stateBytesPerPatient", r => Rounded(r.Sizes?.StatePerPatient), Right: true),
            new("log B/frame", "logBytesPerFrame", r => Rounded(r.Sizes?.LogPerFrame), Right: true),
            new("series B/reading", "seriesBytesPerReading", r => Rounded(r.Sizes?.SeriesPerReading), Right: true),
            new(null, "patients", _ => plan.Patients),
            new(null, "secondsPerRound", _ => plan.Seconds),
            new(null, "rounds", _ => plan.Rounds),
            new(null, "batch", _ => plan.Batch),
            new(null, "processors", _ => Environment.ProcessorCount))
            .Write(output, results, json);
    }

    private static double? Rounded(double? bytes) => bytes is { } b ? Math.Round(b, 1) : null;

    private sealed class Pipeline : MedaiCommand
    {
        private const string Memory = "memory";
        private const string Edge = "edge";

        private readonly CommandLine _line;
        private readonly Option<int?> _patients = CommandLine.Whole("--patients", "Patients, each with a bedside monitor at 1 Hz; 10,000 by default.", 1, 1_000_000);
        private readonly Option<int?> _seconds = CommandLine.Whole("--seconds", "Seconds of the stream in a round; 60 by default, a tick each.", 1, 3600);
        private readonly Option<int?> _rounds = CommandLine.Whole("--rounds", "Rounds after one that warms up; 5 by default. The median counts.", 1, 1000);
        private readonly Option<int?> _batch = CommandLine.Whole("--batch", "The most records taken at once; 1024 by default.", 1, 65_536);
        private readonly Option<int?> _partitions = CommandLine.Whole("--partitions", "Flows side by side on the edge path; 2 by default.", 1, 256);
        private readonly Option<bool> _model = new("--with-model") { Description = "Also measure with the configured model." };
        private readonly Option<bool> _json = new("--json") { Description = "Write JSON." };
        private readonly Option<string> _stores = new("--stores")
        {
            Description = "memory: the passes alone, nothing stored. edge (default): also the whole path with an edge store.",
            HelpName = "memory|edge",
            DefaultValueFactory = _ => Edge,
        };

        private readonly Option<string?> _out = new("--out")
        {
            Description = "Where the edge store is made, to measure that disk; without it a temporary folder. It is removed again.",
            HelpName = "DIR",
        };

        public Pipeline(CommandLine line)
            : base(
                "pipeline", "Measures the pipeline on 1 Hz bedside frames of eight vital signs.",
                "medai bench pipeline                              # 10,000 patients, passes alone and the whole edge path",
                "medai bench pipeline --stores memory --json",
                "medai bench pipeline --patients 2000 --with-model")
        {
            _line = line;
            _stores.AcceptOnlyFromAmong(Memory, Edge);
            foreach (var option in new Option[] { _patients, _seconds, _rounds, _batch, _stores, _partitions, _model, _out, _json })
            {
                Options.Add(option);
            }

            SetAction((parsed, stop) => Task.Run(() => Measure(parsed, stop), CancellationToken.None));
        }

        private int Measure(ParseResult parsed, CancellationToken stop)
        {
            var plan = new BenchPlan(
                parsed.GetValue(_patients) ?? 10_000, parsed.GetValue(_seconds) ?? 60, parsed.GetValue(_rounds) ?? 5,
                parsed.GetValue(_batch) ?? 1024, parsed.GetValue(_partitions) ?? 2);
            var results = new List<BenchResult>();
            var settings = _line.Settings(parsed);
            foreach (var withModel in parsed.GetValue(_model) ? new[] { false, true } : [false])
            {
                using var law = ServedLaw.Load(
                    CommandLine.WithoutModel(settings, !withModel), new HostLog(_line.Surroundings.Error, settings.LogLevel));
                var suffix = withModel ? $", {law.ModelId}" : "";
                Say($"measuring the passes{suffix} ...");
                results.Add(PassesBench.Run("passes" + suffix, law.Flow, plan, _line.Surroundings.Time, stop));
                if (parsed.GetValue(_stores) == Edge)
                {
                    Say($"measuring the edge path{suffix} ...");
                    using var folder = new BenchFolder(parsed.GetValue(_out));
                    results.Add(EdgeBench.Run("edge" + suffix, law.Flow, plan, folder.Path, _line.Surroundings.Time, stop));
                }
            }

            Write(_line.Surroundings.Output, plan, results, parsed.GetValue(_json));
            return ExitCodes.Ok;
        }

        private void Say(string what) => _line.Surroundings.Error.WriteLine($"medai: {what}");
    }

    private sealed class Kafka : MedaiCommand
    {
        public Kafka(CommandLine line)
            : base(
                "kafka", "Measures a worker on the configured brokers, in topics of its own that are deleted again.",
                "MEDAI__kafka__bootstrapServers=kafka-1:9092 medai bench kafka",
                "medai bench kafka --config medai.json --patients 5000 --partitions 8 --json")
        {
            var patients = CommandLine.Whole("--patients", "Patients, each with a bedside monitor at 1 Hz; 5,000 by default.", 1, 1_000_000);
            var seconds = CommandLine.Whole("--seconds", "Seconds of the stream in a round; 60 by default, a tick each.", 1, 3600);
            var rounds = CommandLine.Whole("--rounds", "Rounds after one that warms up; 3 by default. The median counts.", 1, 100);
            var partitions = CommandLine.Whole("--partitions", "Partitions of the log; 4 by default.", 1, 256);
            var json = new Option<bool>("--json") { Description = "Write JSON." };
            foreach (var option in new Option[] { patients, seconds, rounds, partitions, json })
            {
                Options.Add(option);
            }

            SetAction(async (parsed, stop) =>
            {
                var plan = new BenchPlan(
                    parsed.GetValue(patients) ?? 5000, parsed.GetValue(seconds) ?? 60, parsed.GetValue(rounds) ?? 3, 1024,
                    parsed.GetValue(partitions) ?? 4);
                var settings = CommandLine.WithoutModel(line.Settings(parsed), true);
                using var law = ServedLaw.Load(settings, new HostLog(line.Surroundings.Error, settings.LogLevel));
                using var folder = new BenchFolder(null);

                // Names that nobody else has: of this process, now.
                var own = string.Create(
                    CultureInfo.InvariantCulture,
                    $"bench-{Environment.ProcessId}-{line.Surroundings.Time.GetUtcNow().ToUnixTimeMilliseconds():x}");
                var options = settings.Kafka with { TopicPrefix = $"{own}.", Group = own };
                await line.Surroundings.Error.WriteLineAsync($"medai: measuring on {options.BootstrapServers} in topics {own}.* ...");
                Write(
                    line.Surroundings.Output, plan,
                    await KafkaBench.RunAsync(law.Flow, plan, options, folder.Path, line.Surroundings.Time, stop), parsed.GetValue(json));
                return ExitCodes.Ok;
            });
        }
    }
}
