// The options of commands that send frames to a receiver.
using System.CommandLine;
using MedAI.Streaming.Host.Send;

namespace MedAI.Streaming.Host.Commands;

/// <summary>Where to send and how; the same words in every command that sends.</summary>
internal sealed class SendOptions
{
    /// <summary>The environment variable of the key, which does not show in lists of processes.</summary>
    public const string KeyVariable = "MEDAI_KEY";

    private readonly Option<SendTarget?> _to = new("--to")
    {
        Description = $"Send to a receiver: {SendTarget.Allowed}.",
        HelpName = "URL",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            var target = SendTarget.Parse(text);
            if (target is null)
                result.AddError($"--to: '{text}' is no receiver. Write {SendTarget.Allowed}.");
            return target;
        },
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = $"The key that lets the sender in; without it {KeyVariable} of the environment.",
        HelpName = "KEY",
    };

    private readonly Option<bool> _gzip = new("--gzip") { Description = "Pack what is sent." };
    private readonly Option<int?> _connections = CommandLine.Whole("--connections", "Connections to a service (4).", 1, 64);
    private readonly Option<int?> _giveUp = CommandLine.Whole(
        "--give-up", "Give up frames that are not answered for N seconds (60).", 1, 86_400);
    private readonly Option<string?> _journal = new("--journal")
    {
        Description = "Write a line for each frame: what was sent, how often, and what became of it.",
        HelpName = "FILE",
    };

    /// <summary>All of them, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_to, _key, _gzip, _connections, _giveUp, _journal];

    /// <summary>Where to send; null: nobody asked for it.</summary>
    public SendTarget? Target(ParseResult parsed) => parsed.GetValue(_to);

    /// <summary>Refuses options that say how to send where nothing is sent.</summary>
    /// <exception cref="UsageException">There is one.</exception>
    public void RefuseWithoutTarget(ParseResult parsed)
    {
        foreach (var option in All)
        {
            if (option != _to && CommandLine.IsGiven(parsed, option))
                throw new UsageException($"{option.Name} says how to send, but there is no --to. Add it, or leave {option.Name} out.");
        }
    }

    /// <summary>Refuses a journal of frames that nobody answers one by one.</summary>
    /// <exception cref="UsageException">One was asked for.</exception>
    public void RefuseJournal(ParseResult parsed)
    {
        foreach (var option in new Option[] { _journal, _giveUp })
        {
            if (CommandLine.IsGiven(parsed, option))
                throw new UsageException($"{option.Name} is of frames that are answered one by one, and a recording goes into Kafka as a whole. Leave it out.");
        }
    }

    /// <summary>The settings of a sending.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="surroundings">The environment.</param>
    /// <param name="batch">The most frames that are sent together; null: as usual.</param>
    /// <param name="form">The form of frames.</param>
    /// <exception cref="UsageException">Options that make no sense together.</exception>
    public SendSettings Read(ParseResult parsed, Surroundings surroundings, int? batch, FrameForm form)
    {
        var target = Target(parsed) ?? throw new UsageException($"Say by --to where to send: {SendTarget.Allowed}.");
        if (target is SendTarget.Kafka)
        {
            foreach (var option in new Option[] { _key, _gzip, _connections })
            {
                if (CommandLine.IsGiven(parsed, option))
                    throw new UsageException($"{option.Name} is of HTTP, and --to is of Kafka, whose client is set up under kafka.client. Leave it out.");
            }
        }

        var usual = new LaneOptions();
        var lanes = usual with
        {
            Batch = batch ?? usual.Batch,
            Lanes = parsed.GetValue(_connections) ?? usual.Lanes,
            GiveUpAfter = TimeSpan.FromSeconds(parsed.GetValue(_giveUp) ?? usual.GiveUpAfter.TotalSeconds),
        };
        var journal = parsed.GetValue(_journal);
        OutputFile.Check("--journal", journal);
        return new SendSettings(target, lanes)
        {
            Key = parsed.GetValue(_key) ?? surroundings.Variables.GetValueOrDefault(KeyVariable),
            Form = form,
            Gzip = parsed.GetValue(_gzip),
            Journal = journal,
        };
    }
}
