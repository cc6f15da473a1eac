// Simulates a fleet of devices that push frames to a service, with the faults of real networks.
using System.CommandLine;
using System.Globalization;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Send;
using MedAI.Streaming.Simulation;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai simulate</c>.</summary>
internal sealed class SimulateCommand : MedaiCommand
{
    private readonly CommandLine _line;
    private readonly SendOptions _send = new();
    private readonly Option<int?> _devices = CommandLine.Whole("--devices", "Devices of the fleet (100).", 1, 1_000_000);
    private readonly Option<double> _rate = new("--rate")
    {
        Description = "Frames a second of each device, 0.01 to 50 (1).",
        HelpName = "HZ",
        DefaultValueFactory = _ => 1,
        CustomParser = ParseRate,
    };

    private readonly Option<int?> _seed = CommandLine.Whole("--seed", "Another seed is another fleet (1).", 0, int.MaxValue);
    private readonly Option<int?> _seconds = CommandLine.Whole("--seconds", "For how long; without it until Ctrl-C.", 1, int.MaxValue / 1000);
    private readonly Option<int?> _minutes = CommandLine.Whole("--minutes", "For how long, in minutes.", 1, 7 * 24 * 60);
    private readonly Option<LiveFaults> _faults = new("--faults")
    {
        Description = $"What goes wrong: {LiveFaults.Allowed} (none).",
        HelpName = "LIST",
        DefaultValueFactory = _ => LiveFaults.None,
        CustomParser = ParseFaults,
    };

    private readonly Option<RegisterWish> _register = new("--register")
    {
        Description = "Tell the service about patients and who wears what first; else frames name their patients (auto: if the key may).",
        HelpName = "auto|always|never",
        CustomParser = result => result.Tokens[0].Value switch
        {
            "auto" => RegisterWish.Auto,
            "always" => RegisterWish.Always,
            "never" => RegisterWish.Never,
            var text => Refused<RegisterWish>(result, $"--register: '{text}' is none of auto, always and never."),
        },
    };

    private readonly Option<FrameForm> _form = new("--form")
    {
        Description = "The form of frames (protobuf).",
        HelpName = "protobuf|json",
        CustomParser = result => result.Tokens[0].Value switch
        {
            "protobuf" => FrameForm.Protobuf,
            "json" => FrameForm.Json,
            var text => Refused<FrameForm>(result, $"--form: '{text}' is neither protobuf nor json."),
        },
    };

    private readonly Option<int?> _batch = CommandLine.Whole("--batch", "The most frames that are sent together (500).", 1, 65_536);
    private readonly Option<string> _name = new("--name")
    {
        Description = "Beginning of the ids of patients, 1 to 64 characters (sim).",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "sim",
    };

    private readonly Option<bool> _demo = new("--demo") { Description = "Mark readings as demo, which only a site in demo mode scores." };
    private readonly Option<string?> _report = new("--report") { Description = "Write the report as JSON.", HelpName = "FILE" };

    public SimulateCommand(CommandLine line)
        : base(
            "simulate", "Simulates a fleet of devices that push frames. All patients are made up.",
            "medai simulate --to http://127.0.0.1:8080 --devices 100",
            "medai simulate --to http://127.0.0.1:8080 --devices 10000 --minutes 2 --faults all --journal sent.tsv --report sent.json",
            "medai simulate --to kafka://127.0.0.1:9092 --devices 1000 --seconds 60 --form json",
            "medai simulate --to https://ward.example --faults duplicates=0.2,late --form json --gzip   # the key is in MEDAI_KEY")
    {
        _line = line;
        Option[] own = [_devices, _rate, _seed, _seconds, _minutes, _faults, _register, _form, _batch, _name, _demo, _report];
        foreach (var option in _send.All.Concat(own))
        {
            Options.Add(option);
        }

        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        var settings = _send.Read(parsed, _line.Surroundings, parsed.GetValue(_batch), parsed.GetValue(_form));
        var reportFile = parsed.GetValue(_report);
        OutputFile.Check("--report", reportFile);
        var length = Length(parsed);
        var options = Fleet(parsed);
        var wish = parsed.GetValue(_register);
        if (wish == RegisterWish.Always && settings.Target is SendTarget.Kafka)
            throw new UsageException("--register always is of HTTP: Kafka itself takes no patients. Leave it out; frames name their patients.");

        var (route, control, isRegistered) = await OpenAsync(_line.Settings(parsed), settings, options, wish, interrupted);
        await using var sending = new Sending(settings, route, control, _line.Surroundings.Time, interrupted);

        // Registering may have taken a while: the fleet begins now.
        options = options with { Start = _line.Surroundings.Time.GetUtcNow() };
        var run = new FleetRun(new LiveFleet(options), sending.Dispatch, sending.Tally, _line.Surroundings.Time);
        var work = RunAsync(run, sending, options, length, interrupted);
        await new RedrawnLine(_line.Surroundings, sending.InWords).ShowWhileAsync(work);
        var report = await work;
        report.Write(_line.Surroundings.Output);
        if (reportFile is not null)
            report.Write(reportFile);
        _line.Surroundings.Output.WriteLine(isRegistered ? "patients and devices were registered" : "frames named their patients");
        return SendEnd.Code(_line.Surroundings, report, sending.Tally.LastTrouble, length is not null && interrupted.IsCancellationRequested);
    }

    private static async Task<SendReport> RunAsync(
        FleetRun run, Sending sending, LiveFleetOptions options, TimeSpan? length, CancellationToken interrupted)
    {
        await run.RunAsync(options.Start, length, interrupted);
        var input = string.Create(
            CultureInfo.InvariantCulture,
            $"fleet seed={options.Seed} devices={options.Devices} rate={options.RateHz} faults={options.Faults} start={options.Start:O}");
        return await sending.FinishAsync(input, run.Behind);
    }

    private async Task<(ISendRoute Route, ControlClient? Control, bool IsRegistered)> OpenAsync(
        HostSettings configured, SendSettings settings, LiveFleetOptions options, RegisterWish wish, CancellationToken interrupted)
    {
        var time = _line.Surroundings.Time;
        if (settings.Target is SendTarget.Kafka kafka)
        {
            var producer = KafkaDeviceProducer.Open(kafka.Options(configured.Kafka));
            return (new KafkaRoute(producer, settings.Form, time), null, false);
        }

        var service = (SendTarget.Http)settings.Target;
        var client = new ServiceClient(service, settings.Key, FleetRegistration.AtOnce + settings.Lanes.Lanes, time);
        try
        {
            var control = new ControlClient(client, time);
            var registration = new FleetRegistration(control, settings.Lanes.GiveUpAfter);
            var patients = new LiveFleet(options).Patients;
            var work = registration.RegisterAsync(patients, wish, interrupted);
            await new RedrawnLine(_line.Surroundings, _ => $"{registration.Done} of {patients.Count} patients registered")
                .ShowWhileAsync(work);
            var isRegistered = await work;
            return (new HttpRoute(client, new HttpForm(settings.Form, !isRegistered, settings.Gzip)), control, isRegistered);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private LiveFleetOptions Fleet(ParseResult parsed)
    {
        var name = parsed.GetValue(_name)!;
        if (!Domain.Patients.Identifier.IsValid(name) || name.Length > 64)
            throw new UsageException($"--name: '{name}' cannot begin an id: 1 to 64 characters, no control characters, no blank at either end.");

        var start = _line.Surroundings.Time.GetUtcNow();
        return new LiveFleetOptions
        {
            Start = start,
            Seed = (ulong)(parsed.GetValue(_seed) ?? 1),
            Devices = parsed.GetValue(_devices) ?? 100,
            RateHz = parsed.GetValue(_rate),
            Faults = parsed.GetValue(_faults)!,
            Name = name,
            MarkAsDemo = parsed.GetValue(_demo),

            // Devices that are switched on later have a later epoch; else a second run would repeat the frames of the first.
            Epoch = (ulong)start.ToUnixTimeSeconds(),
        };
    }

    private TimeSpan? Length(ParseResult parsed)
    {
        var (seconds, minutes) = (parsed.GetValue(_seconds), parsed.GetValue(_minutes));
        if (seconds is not null && minutes is not null)
            throw new UsageException("--seconds and --minutes both say for how long. Leave one out.");

        return seconds is { } s ? TimeSpan.FromSeconds(s) : minutes is { } m ? TimeSpan.FromMinutes(m) : null;
    }

    private static double ParseRate(System.CommandLine.Parsing.ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is >= 0.01 and <= 50
            ? rate
            : Refused<double>(result, $"--rate: '{text}' is not a number from 0.01 to 50.");
    }

    private static LiveFaults ParseFaults(System.CommandLine.Parsing.ArgumentResult result) =>
        LiveFaults.TryParse(result.Tokens[0].Value, out var faults, out var problem)
            ? faults
            : Refused<LiveFaults>(result, $"--faults: {problem}")!;

    private static T? Refused<T>(System.CommandLine.Parsing.ArgumentResult result, string why)
    {
        result.AddError(why);
        return default;
    }
}
