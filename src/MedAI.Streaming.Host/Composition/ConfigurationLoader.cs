// Makes the settings of a run of a file and the environment, or says everything that is wrong with them at once.
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline;

namespace MedAI.Streaming.Host.Composition;

/// <summary>A configuration that may not be used.</summary>
/// <param name="file">The file, or null where there was none.</param>
/// <param name="errors">What is wrong.</param>
public sealed class ConfigurationException(string? file, IReadOnlyList<ConfigurationError> errors)
    : Exception(Describe(file, errors))
{
    /// <summary>What is wrong.</summary>
    public IReadOnlyList<ConfigurationError> Errors { get; } = errors;

    private static string Describe(string? file, IReadOnlyList<ConfigurationError> errors)
    {
        var count = errors.Count == 1 ? "1 error" : $"{errors.Count} errors";
        var lines = errors.Select(error => $"{Environment.NewLine}  {error}");
        return $"The configuration{(file is null ? "" : " " + file)} cannot be used: {count}.{string.Concat(lines)}";
    }
}

/// <summary>Loads configurations.</summary>
public static class ConfigurationLoader
{
    /// <summary>The file that is read where no other is named.</summary>
    public const string DefaultFile = "medai.json";

    private const int LargestFile = 16 * 1024 * 1024;

    /// <summary>Loads the settings.</summary>
    /// <param name="file">The file; null: <see cref="DefaultFile"/> of the working directory if it is there, else the
    /// defaults.</param>
    /// <param name="environment">Environment variables; those named <c>MEDAI__section__key</c> override single values.</param>
    /// <exception cref="ConfigurationException">Something is wrong; the exception holds all of it.</exception>
    public static HostSettings Load(string? file, IEnumerable<KeyValuePair<string, string>> environment)
    {
        file ??= File.Exists(DefaultFile) ? DefaultFile : null;
        return Read(file is null ? "{}"u8 : Bytes(file), file, environment);
    }

    /// <summary>Makes settings of the text of a configuration.</summary>
    /// <param name="utf8">JSON in UTF-8.</param>
    /// <param name="file">What to call it in messages.</param>
    /// <param name="environment">As in <see cref="Load"/>.</param>
    /// <exception cref="ConfigurationException">Something is wrong; the exception holds all of it.</exception>
    public static HostSettings Read(ReadOnlySpan<byte> utf8, string? file, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var errors = new List<ConfigurationError>();
        var root = ConfigurationDocument.Read(utf8, errors);
        HostSettings? settings = null;
        if (root is not null)
        {
            EnvironmentOverrides.Apply(root, environment, errors);
            new ConfigurationCheck(errors).Visit(root);
            settings = Settings(root, file, errors);
        }

        return errors.Count == 0 ? settings! : throw new ConfigurationException(file, [.. errors.OrderBy(error => error.Line)]);
    }

    private static byte[] Bytes(string file)
    {
        try
        {
            if (new FileInfo(file).Length <= LargestFile)
                return File.ReadAllBytes(file);

            throw Unreadable(file, "more than 16 MiB", "Name the right file.");
        }
        catch (Exception reason) when (reason is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(
                file, "nothing that can be read", $"{reason.Message.TrimEnd('.')}. Name another file, or none for the defaults.");
        }
    }

    private static ConfigurationException Unreadable(string file, string found, string advice) =>
        new(file, [new("", 0, found, "a JSON file", advice)]);

    private static HostSettings Settings(ConfigurationNode root, string? file, List<ConfigurationError> errors)
    {
        var values = new SettingValues(root);
        return new HostSettings
        {
            Monitor = Monitor(root, values, errors),
            Model = Model(values, errors),
            CheckpointSeconds = values.Whole("checkpointSeconds"),
            Batch = values.Whole("batch"),
            Partitions = values.Whole("partitions"),
            ModelDirectory = values.Word("directories.models"),
            StoreDirectory = values.Word("directories.store"),
            Http = HttpSettingsReader.Read(values, errors),
            Engine = values.Word("engine") == "kafka" ? Engine.Kafka : Engine.Edge,
            Gateway = new LogGatewayOptions { MaxWaiting = values.Whole("gateway.maxWaiting"), MaxLag = values.Whole("gateway.maxLag") },
            Kafka = KafkaSettingsReader.Read(values, errors),
            SeriesStore = values.Word("series.store") == "influx" ? SeriesStoreKind.Influx : SeriesStoreKind.Sqlite,
            SeriesPlan = InfluxSettingsReader.Plan(values),
            Influx = InfluxSettingsReader.Read(values, errors),
            LogLevel = Enum.Parse<LogLevel>(values.Word("logging.level"), ignoreCase: true),
            File = file,
        };
    }

    private static MonitorSettings Monitor(ConfigurationNode root, SettingValues values, List<ConfigurationError> errors)
    {
        var tick = values.Whole("tickSeconds");
        if (3600 % tick != 0)
        {
            var node = values.Node("tickSeconds")!;
            errors.Add(new("tickSeconds", node.Line, node.Found, ConfigurationKeys.Find("tickSeconds")!.Allowed,
                $"Scores must fall on whole hours; the nearest that do is {NearestTick(tick)}."));
        }

        var limits = new LimitRuleReader(errors);
        var written = limits.Read(values.Node("limits"), "limits", DefaultRules.Limits, mayAdd: true);
        var site = Overlay(DefaultRules.Limits, written);
        LimitOppositions.Check(site, written, errors);
        var scores = new ScoreRuleReader(values, errors);
        return new MonitorSettings
        {
            TickSeconds = tick,
            Sources = [Source(values, "bedside"), Source(values, "wearable"), Source(values, "charted")],
            BadSignalSeconds = values.Whole("badSignalSeconds"),
            TechnicalClearSeconds = values.Whole("technicalClearSeconds"),
            DelayedAfterSeconds = values.Whole("delayedAfterSeconds"),
            PageFrom = values.Priority("paging.from"),
            Demo = values.Flag("site.demo"),
            Limits = site,
            WardLimits = Named(root["wards"], "wards", site, errors),
            PatientLimits = Named(root["patients"], "patients", site, errors),
            News2 = scores.Read("news2"),
            Mews = scores.Read("mews"),
            QSofa = scores.Read("qsofa"),
            ShockIndex = scores.Read("shockIndex"),
        };
    }

    private static int NearestTick(int tick) =>
        Enumerable.Range(1, 3600).Where(candidate => 3600 % candidate == 0).MinBy(candidate => Math.Abs(candidate - tick));

    private static SourceSettings Source(SettingValues values, string name)
    {
        long Milliseconds(string key) => 1000L * values.Whole($"sources.{name}.{key}");
        return new SourceSettings(
            Milliseconds("gapWaitSeconds"), Milliseconds("graceSeconds"), Milliseconds("contactTimeoutSeconds"),
            Milliseconds("futureToleranceSeconds"));
    }

    private static Dictionary<string, IReadOnlyList<LimitRule>> Named(
        ConfigurationNode? section, string key, IReadOnlyList<LimitRule> site, List<ConfigurationError> errors)
    {
        var named = new Dictionary<string, IReadOnlyList<LimitRule>>(StringComparer.Ordinal);
        foreach (var (name, node) in section?.Members ?? [])
        {
            var list = $"{ConfigurationPath.Join(key, name)}.limits";
            var written = new LimitRuleReader(errors).Read(node["limits"], list, site, mayAdd: false);
            LimitOppositions.Check(Overlay(site, written), written, errors);
            if (written.Count > 0)
            {
                named.Add(name, [.. written.Select(one => one.Rule)]);
            }
        }

        return named;
    }

    private static List<LimitRule> Overlay(IReadOnlyList<LimitRule> rules, IReadOnlyList<WrittenRule> written)
    {
        var changed = written.ToDictionary(one => one.Rule.Id, one => one.Rule, StringComparer.Ordinal);
        var kept = rules.Select(rule => changed.Remove(rule.Id, out var replacement) ? replacement : rule).ToList();
        kept.AddRange(written.Select(one => one.Rule).Where(rule => changed.ContainsKey(rule.Id)));
        return kept;
    }

    private static ModelSettings Model(SettingValues values, List<ConfigurationError> errors)
    {
        var model = new ModelSettings
        {
            Enabled = values.Flag("model.enabled"),
            Name = Folder(values, "model.name", errors),
            Version = Folder(values, "model.version", errors),
            Shadows = Shadows(values, errors),
            Page = values.Flag("model.page"),
            Provider = values.Word("model.provider") == "cuda" ? ModelProvider.Cuda : ModelProvider.Cpu,
            AlertThreshold = values.NumberOrNull("model.alertThreshold"),
            ClearThreshold = values.NumberOrNull("model.clearThreshold"),
            Priority = values.Priority("model.priority"),
            ClearSeconds = values.Whole("model.clearSeconds"),
        };
        if (model.ClearThreshold > model.AlertThreshold)
        {
            var node = values.Node("model.clearThreshold")!;
            errors.Add(new(
                "model.clearThreshold", node.Line, node.Found,
                $"up to the alert threshold of {ConfigurationKey.Format(model.AlertThreshold.Value)}",
                "An alert must be able to open before it can clear; give a smaller one."));
        }

        return model;
    }

    private static string[] Shadows(SettingValues values, List<ConfigurationError> errors)
    {
        const string Key = "model.shadows";
        if (values.Node(Key) is not { } node || values.WordOrNull(Key) is not { } text)
            return [];

        var ids = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var id in ids.Where(id => id.Split('@') is not [var name, var version] || !IsFolder(name) || !IsFolder(version)))
        {
            errors.Add(new(Key, node.Line, id, "NAME@VERSION", "'medai models list' lists those that there are."));
        }

        return [.. ids.Distinct()];
    }

    private static bool IsFolder(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && name[0] != '.';

    // The name becomes a folder's: it may not lead out of the folder of models.
    private static string Folder(SettingValues values, string key, List<ConfigurationError> errors)
    {
        var name = values.Word(key);
        if (IsFolder(name))
            return name;

        var node = values.Node(key)!;
        errors.Add(new(key, node.Line, node.Found, "letters, digits, dot, hyphen and underscore, not beginning with a dot",
            "Give the name of the folder, not a path; the folder of all models is directories.models."));
        return name;
    }
}
