// Runs the service: takes what devices push, watches, and lets others listen, until it is asked to stop.
using System.CommandLine;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Live;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai run</c>.</summary>
internal sealed class RunCommand : MedaiCommand
{
    private readonly CommandLine _line;
    private readonly Option<string?> _store = new("--store")
    {
        Description = "The store's folder; without it directories.store.",
        HelpName = "DIR",
    };

    private readonly Option<Role> _role = new("--role")
    {
        Description = "With Kafka: gateway takes frames and reads out, worker owns partitions and decides, all does both.",
        HelpName = "all|gateway|worker",
    };

    private readonly Option<bool> _noModel = CommandLine.NoModel();

    public RunCommand(CommandLine line)
        : base(
            "run", "Runs the service: devices push frames over HTTP, others read and listen. Ctrl-C ends it in order.",
            "medai run --store out/ward",
            "medai run --config medai.json",
            "MEDAI__engine=kafka medai run --role worker --store out/worker-1   # docs/kafka.md")
    {
        _line = line;
        Options.Add(_store);
        Options.Add(_role);
        Options.Add(_noModel);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        var settings = CommandLine.WithoutModel(_line.Settings(parsed), parsed.GetValue(_noModel));
        var role = parsed.GetValue(_role);
        if (settings.Engine == Engine.Edge && role != Role.All)
            throw new UsageException($"--role {role.ToString().ToLowerInvariant()} needs Kafka: set engine to kafka, or leave --role out.");

        var log = new HostLog(_line.Surroundings.Error, settings.LogLevel);
        var law = ServedLaw.LoadForService(settings, log);
        LiveStores stores;
        try
        {
            var folder = parsed.GetValue(_store) ?? settings.StoreDirectory;
            stores = settings.Engine == Engine.Kafka
                ? KafkaLiveStores.Open(role, folder, settings, _line.Surroundings.Time, log)
                : EdgeLiveStores.Open(folder, settings, _line.Surroundings.Time, log);
        }
        catch
        {
            law.Dispose();
            throw;
        }

        await using var service = new LiveService(stores, role, law, settings, _line.Surroundings, log);
        await service.RunAsync(
            () => _line.Surroundings.Output.WriteLine(
                $"medai: listening on {string.Join(", ", service.Addresses)}; {stores.InWords}; {law.InWords}. "
                + "A secondary monitor: it does not replace the bedside alarm."),
            interrupted);
        _line.Surroundings.Error.WriteLine("medai: stopped in order; everything that was accepted is in the log.");
        return ExitCodes.Ok;
    }
}
