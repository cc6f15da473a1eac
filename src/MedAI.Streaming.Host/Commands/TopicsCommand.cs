// Makes and checks the topics of a fleet.
using System.CommandLine;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Host.Live;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai topics</c>.</summary>
internal sealed class TopicsCommand : MedaiCommand
{
    public TopicsCommand(CommandLine line)
        : base(
            "topics", "Makes and checks the Kafka topics of a fleet (section kafka of the configuration; docs/kafka.md).",
            "MEDAI__kafka__bootstrapServers=kafka-1:9092 medai topics create --partitions 32",
            "medai topics check --config medai.json",
            "medai topics migrate --to-prefix v2. --partitions 64")
    {
        Subcommands.Add(new Create(line));
        Subcommands.Add(new Check(line));
        Subcommands.Add(new Migrate(line));
    }

    private static Option<int?> Partitions() => CommandLine.Whole(
        "--partitions", "Partitions of vitals.v1: the most workers that can share the work. It cannot be changed later (16).", 1, 4096);

    private static Option<int?> Replication() => CommandLine.Whole(
        "--replication", "Copies of each partition; without it three, or as many as there are brokers.", 1, 15);

    private static Option<int?> RetentionDays() => CommandLine.Whole(
        "--retention-days", "For how many days frames are kept (14); more than all workers may ever be away.", 1, 36_500);

    private static TopicPlan Plan(int? partitions, int? replication, int? retentionDays)
    {
        var plan = new TopicPlan();
        return plan with
        {
            Partitions = partitions ?? plan.Partitions,
            Replication = (short?)replication,
            VitalsRetention = retentionDays is { } days ? TimeSpan.FromDays(days) : plan.VitalsRetention,
        };
    }

    // Whether anything is wrong is the exit code, so that a script can hang on it.
    private static int Tell(CommandLine line, IReadOnlyList<TopicFinding> findings)
    {
        foreach (var finding in findings)
        {
            line.Surroundings.Output.WriteLine($"{(finding.Wrong ? "wrong" : "  ok ")}  {finding.Topic}  {finding.Text}");
        }

        var wrong = findings.Count(finding => finding.Wrong);
        line.Surroundings.Output.WriteLine(wrong == 0 ? "the topics are as they must be" : $"{wrong} things are wrong");
        return wrong == 0 ? ExitCodes.Ok : ExitCodes.Failure;
    }

    private sealed class Create : MedaiCommand
    {
        private readonly Option<int?> _partitions = Partitions();
        private readonly Option<int?> _replication = Replication();
        private readonly Option<int?> _days = RetentionDays();
        private readonly Option<string?> _arrival = new("--arrival")
        {
            Description = "Who stamps arrival times, in place of kafka.arrivalTime.",
            HelpName = "broker|producer",
        };

        public Create(CommandLine line)
            : base(
                "create", "Makes the topics that are not there, and checks all of them.",
                "medai topics create --partitions 32 --replication 3",
                "medai topics create --arrival producer   # for recordings that are played with their own times")
        {
            _arrival.AcceptOnlyFromAmong("broker", "producer");
            Options.Add(_arrival);
            Options.Add(_partitions);
            Options.Add(_replication);
            Options.Add(_days);
            SetAction(async (parsed, _) =>
            {
                var kafka = line.Settings(parsed).Kafka;
                kafka = parsed.GetValue(_arrival) switch
                {
                    "broker" => kafka with { ArrivalTime = ArrivalStamp.Broker },
                    "producer" => kafka with { ArrivalTime = ArrivalStamp.Producer },
                    _ => kafka,
                };
                var plan = Plan(parsed.GetValue(_partitions), parsed.GetValue(_replication), parsed.GetValue(_days));
                return Tell(line, await KafkaTopics.CreateAsync(kafka, plan));
            });
        }
    }

    private sealed class Check : MedaiCommand
    {
        public Check(CommandLine line)
            : base(
                "check", "Says what is wrong with the topics; exit code 1 where something is.",
                "medai topics check --config medai.json") =>
            SetAction(async (parsed, _) => Tell(line, await KafkaTopics.CheckAsync(line.Settings(parsed).Kafka)));
    }

    private sealed class Migrate : MedaiCommand
    {
        private readonly Option<string> _prefix = new("--to-prefix")
        {
            Description = "What stands before the names of the new topics; kafka.topicPrefix afterwards.",
            HelpName = "TEXT",
            Required = true,
        };

        private readonly Option<int?> _partitions = Partitions();
        private readonly Option<int?> _replication = Replication();
        private readonly Option<int?> _days = RetentionDays();

        public Migrate(CommandLine line)
            : base(
                "migrate",
                "Copies the log to new topics with another number of partitions, with its arrival times. Stop gateways, devices and workers first.",
                "medai topics migrate --to-prefix v2. --partitions 64")
        {
            Options.Add(_prefix);
            Options.Add(_partitions);
            Options.Add(_replication);
            Options.Add(_days);
            SetAction(async (parsed, interrupted) =>
            {
                var (output, error) = (line.Surroundings.Output, line.Surroundings.Error);
                var progress = new Copied(count => error.WriteLine($"medai: {count:N0} records copied"));
                var plan = Plan(parsed.GetValue(_partitions), parsed.GetValue(_replication), parsed.GetValue(_days));
                var prefix = parsed.GetValue(_prefix)!;
                var result = await TopicMigration.RunAsync(line.Settings(parsed).Kafka, prefix, plan, JsonRecords.Read, progress, interrupted);
                output.WriteLine(
                    $"{result.Records:N0} records and {result.Marks:N0} marks are copied ({result.Misplaced:N0} lay in a wrong partition, as before). "
                    + $"Set kafka.topicPrefix to {prefix} and start workers: they decide the log anew, with equal ids.");
                return ExitCodes.Ok;
            });
        }

        // A line now and then, in the order of the copying.
        private sealed class Copied(Action<long> tell) : IProgress<long>
        {
            private const long Every = 1_000_000;
            private long _next = Every;

            public void Report(long value)
            {
                if (value < _next)
                    return;

                _next = value + Every;
                tell(value);
            }
        }
    }
}
