// The servers and processes of a run: broker, gateway, workers and the devices that send.
using System.Globalization;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Host.Chaos.Gathering;
using MedAI.Streaming.Host.Chaos.Servers;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Host.Composition;

namespace MedAI.Streaming.Host.Chaos;

/// <summary>What runs. Ending it in whatever way ends all of it.</summary>
internal sealed class ChaosFleet : IDisposable
{
    /// <summary>How often workers checkpoint.</summary>
    public static readonly TimeSpan CheckpointInterval = TimeSpan.FromSeconds(3);

    private const int GiveUpSeconds = 180;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(120);
    private readonly ChaosPlan _plan;
    private readonly Surroundings _surroundings;
    private readonly List<MedaiProcess> _processes = [];

    private ChaosFleet(ChaosPlan plan, Surroundings surroundings, KafkaServer? broker, InfluxServer? influx)
    {
        (_plan, _surroundings, Broker, Influx) = (plan, surroundings, broker, influx);

        // On servers of somebody else, topics, groups and databases of a run have names of their own.
        var run = string.Create(CultureInfo.InvariantCulture, $"chaos-{surroundings.Time.GetUtcNow().ToUnixTimeMilliseconds():x}");
        SeriesUrl = influx?.Url ?? plan.InfluxUrl;
        Database = run;
        Options = new KafkaOptions
        {
            BootstrapServers = broker?.Bootstrap ?? plan.KafkaAddress!,
            TopicPrefix = broker is null ? run + "." : "",
            Group = run,
            SessionTimeout = ChaosPlan.SessionTimeout,
            Client = plan.Settings.Kafka.Client,
        };
        Gateway = Process("gateway", Listening());
        Workers = [.. Enumerable.Range(1, plan.Workers).Select(Worker)];
    }

    /// <summary>How to reach the topics.</summary>
    public KafkaOptions Options { get; }

    /// <summary>The run's own broker; null: it is somebody else's.</summary>
    public KafkaServer? Broker { get; }

    /// <summary>The run's own InfluxDB; null: it is somebody else's, or there is none.</summary>
    public InfluxServer? Influx { get; }

    /// <summary>Where all workers write series; null: each into its own store.</summary>
    public Uri? SeriesUrl { get; }

    /// <summary>The database of the series.</summary>
    public string Database { get; }

    /// <summary>The gateway.</summary>
    public MedaiProcess Gateway { get; }

    /// <summary>The workers.</summary>
    public IReadOnlyList<MedaiProcess> Workers { get; }

    /// <summary>What devices wrote about what they sent.</summary>
    public string JournalFile => Path.Combine(_plan.Folder, "sent.tsv");

    /// <summary>The folder of a process.</summary>
    public string FolderOf(string name) => Path.Combine(_plan.Folder, name);

    /// <summary>Starts the broker, makes topics, and starts gateway and workers until they own all partitions.</summary>
    /// <exception cref="FailureException">Something does not start.</exception>
    public static async Task<ChaosFleet> StartAsync(ChaosPlan plan, Surroundings surroundings, CancellationToken stop)
    {
        var broker = plan.KafkaHome is { } home
            ? await KafkaServer.StartAsync(home, Path.Combine(plan.Folder, "kafka"), surroundings.Time)
            : null;
        InfluxServer? influx = null;
        ChaosFleet? fleet = null;
        try
        {
            influx = plan.StartsInflux ? await InfluxServer.StartAsync(Path.Combine(plan.Folder, "influx"), surroundings.Time) : null;
            fleet = new ChaosFleet(plan, surroundings, broker, influx);
            if (fleet.SeriesUrl is { } url)
            {
                using var series = new InfluxQl(url, fleet.Database);
                await series.CreateAsync();
            }

            var findings = await KafkaTopics.CreateAsync(fleet.Options, new TopicPlan { Partitions = plan.Partitions });
            if (findings.FirstOrDefault(finding => finding.Wrong) is { } wrong)
                throw new FailureException($"The topics cannot be made: {wrong.Topic} {wrong.Text}");

            await fleet.Gateway.StartAsync();
            foreach (var worker in fleet.Workers)
            {
                await worker.StartAsync();
            }

            await fleet.ReadyAsync(stop);
            return fleet;
        }
        catch
        {
            fleet?.Dispose();
            influx?.Dispose();
            broker?.Dispose();
            throw;
        }
    }

    /// <summary>Lets the devices send; it ends by itself when all they sent has an outcome.</summary>
    public async Task<MedaiProcess> StartDevicesAsync()
    {
        string Number(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
        var devices = Process(
            "devices", [],
            "simulate", "--to", Gateway.Address!.ToString(), "--devices", Number(_plan.Devices), "--rate", Number(_plan.RateHz),
            "--seconds", Number((int)_plan.Length.TotalSeconds), "--seed", Number(_plan.Seed), "--faults", ChaosPlan.FleetFaults,
            "--register", "always", "--give-up", Number(GiveUpSeconds), "--journal", JournalFile,
            "--report", Path.Combine(_plan.Folder, "sent.json"));
        await devices.StartAsync();
        return devices;
    }

    /// <summary>How far partitions are applied, by whoever says to be furthest.</summary>
    public async Task<long[]> AppliedAsync(IEnumerable<MedaiProcess> workers, CancellationToken stop)
    {
        var furthest = Enumerable.Repeat(-1L, _plan.Partitions).ToArray();
        foreach (var applied in await Task.WhenAll(workers.Select(worker => worker.AppliedAsync(stop))))
        {
            foreach (var (partition, offset) in applied)
            {
                furthest[partition] = Math.Max(furthest[partition], offset);
            }
        }

        return furthest;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _processes.ForEach(process => process.Dispose());
        Influx?.Dispose();
        Broker?.Dispose();
    }

    private async Task ReadyAsync(CancellationToken stop)
    {
        var began = _surroundings.Time.GetTimestamp();
        while (await Gateway.GetAsync("/health/live", stop) is null || (await AppliedAsync(Workers, stop)).Contains(-1))
        {
            if (_processes.Find(process => !process.IsRunning) is { } ended)
                throw new FailureException($"{ended.Name} does not start. Its last words:\n{ended.LastLines(10)}");
            if (_surroundings.Time.GetElapsedTime(began) > StartTime)
                throw new FailureException($"Gateway and workers do not own all partitions after {StartTime.TotalSeconds:0} s.");
            await Task.Delay(Beat, _surroundings.Time, stop);
        }
    }

    // Every second worker is a static member of the group: both ways to come back are tried.
    private MedaiProcess Worker(int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"worker-{number}");
        List<KeyValuePair<string, string>> variables = [.. Listening()];
        if (number % 2 == 0)
            variables.Add(new("MEDAI__kafka__staticMember", name));
        return Process(name, variables, "run", "--role", "worker");
    }

    private static IEnumerable<KeyValuePair<string, string>> Listening()
    {
        var port = FreePorts.Take(1)[0];
        return [new("MEDAI__http__listen", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"))];
    }

    private MedaiProcess Process(string name, IEnumerable<KeyValuePair<string, string>> own, params string[] arguments)
    {
        if (arguments.Length == 0)
            arguments = ["run", "--role", "gateway"];
        if (arguments[0] == "run")
            arguments = [.. arguments, "--store", FolderOf(name), .. _plan.Settings.Model.Enabled ? Array.Empty<string>() : ["--no-model"]];
        if (_plan.Settings.File is { } file)
            arguments = [.. arguments, "--config", Path.GetFullPath(file)];

        // Whoever looks into the log of a process that ended wants to know where.
        arguments = [.. arguments, "--verbose"];
        var variables = new Dictionary<string, string>(
            _surroundings.Variables.Where(v => v.Key.StartsWith(EnvironmentOverrides.Prefix, StringComparison.OrdinalIgnoreCase)))
        {
            ["MEDAI__engine"] = "kafka",
            ["MEDAI__kafka__bootstrapServers"] = Options.BootstrapServers,
            ["MEDAI__kafka__topicPrefix"] = Options.TopicPrefix,
            ["MEDAI__kafka__group"] = Options.Group,
            ["MEDAI__kafka__sessionTimeoutSeconds"] = ChaosPlan.SessionTimeout.TotalSeconds.ToString("0", CultureInfo.InvariantCulture),
            ["MEDAI__checkpointSeconds"] = CheckpointInterval.TotalSeconds.ToString("0", CultureInfo.InvariantCulture),
            ["MEDAI__http__authentication"] = "none",
        };
        if (SeriesUrl is { } series)
        {
            variables["MEDAI__series__store"] = "influx";
            variables["MEDAI__influx__url"] = series.ToString();
            variables["MEDAI__influx__version"] = "1";
            variables["MEDAI__influx__database"] = Database;
        }

        foreach (var (key, value) in own)
        {
            variables[key] = value;
        }

        var process = new MedaiProcess(arguments, variables, _plan.Folder, name, _surroundings.Time);
        _processes.Add(process);
        return process;
    }
}
