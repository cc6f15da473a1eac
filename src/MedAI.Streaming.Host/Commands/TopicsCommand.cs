// Makes and checks the topics of a fleet.
using System.CommandLine;
using MedAI.Streaming.Adapters.Kafka;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai topics</c>.</summary>
internal sealed class TopicsCommand : MedaiCommand
{
    public TopicsCommand(CommandLine line)
        : base(
            "topics", "Makes and checks the Kafka topics of a fleet (section kafka of the configuration; docs/kafka.md).",
            "MEDAI__kafka__bootstrapServers=kafka-1:9092 medai topics create --partitions 32",
            "medai topics check --config medai.json")
    {
        Subcommands.Add(new Create(line));
        Subcommands.Add(new Check(line));
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
        private readonly Option<int?> _partitions = CommandLine.Whole(
            "--partitions", "Partitions of vitals.v1: the most workers that can share the work. It cannot be changed later (16).", 1, 4096);

        private readonly Option<int?> _replication = CommandLine.Whole(
            "--replication", "Copies of each partition; without it three, or as many as there are brokers.", 1, 15);

        private readonly Option<int?> _days = CommandLine.Whole(
            "--retention-days", "For how many days frames are kept (14); more than all workers may ever be away.", 1, 36_500);

        public Create(CommandLine line)
            : base(
                "create", "Makes the topics that are not there, and checks all of them.",
                "medai topics create --partitions 32 --replication 3",
                "MEDAI__kafka__arrivalTime=producer medai topics create   # for recordings that are played with their own times")
        {
            Options.Add(_partitions);
            Options.Add(_replication);
            Options.Add(_days);
            SetAction(async (parsed, _) =>
            {
                var plan = new TopicPlan();
                plan = plan with
                {
                    Partitions = parsed.GetValue(_partitions) ?? plan.Partitions,
                    Replication = (short?)parsed.GetValue(_replication),
                    VitalsRetention = parsed.GetValue(_days) is { } days ? TimeSpan.FromDays(days) : plan.VitalsRetention,
                };
                return Tell(line, await KafkaTopics.CreateAsync(line.Settings(parsed).Kafka, plan));
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
}
