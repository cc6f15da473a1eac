// The table of all keys of the configuration: check, defaults, environment names and documentation are read from it.
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Host.Composition;

/// <summary>All keys.</summary>
internal static partial class ConfigurationKeys
{
    private const int Day = 86_400;
    private static readonly HttpSettings HttpLimits = new();
    private static readonly MonitorSettings Law = new();
    private static readonly string[] Priorities = ["low", "medium", "high"];
    private static readonly string[] PrioritiesOrNone = ["none", "low", "medium", "high"];
    private static readonly string[] VitalKeys =
        [.. Enumerable.Range(0, VitalSignCatalogue.Count).Select(i => VitalSignCatalogue.All[i].Key)];

    /// <summary>The rows, in the order of the documentation.</summary>
    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        .. Site(),
        .. Source("bedside", SourceClass.Bedside, "a bedside monitor"),
        .. Source("wearable", SourceClass.Wearable, "a wearable"),
        .. Source("charted", SourceClass.Charted, "charted values"),
        .. Alerting(),
        .. Limits(),
        .. Score("news2", "NEWS2", 20, "low"),
        .. Score("mews", "MEWS", 14, "none"),
        .. Score("qsofa", "qSOFA", 3, null),
        .. Score("shockIndex", "The shock index", 5, null),
        .. Model(),
        .. Running(),
        .. Http(),
        .. Service(),
        .. Kafka(),
        .. Series(),
    ];

    private static readonly Dictionary<string, ConfigurationKey> ByPattern = All.ToDictionary(key => key.Pattern);

    private static readonly ILookup<string, string> ChildNames = All
        .SelectMany(key => Steps(key.Pattern))
        .Distinct()
        .ToLookup(step => step.Parent, step => step.Name);

    /// <summary>The row of a pattern, or null for a section that has no row of its own.</summary>
    public static ConfigurationKey? Find(string pattern) => ByPattern.GetValueOrDefault(pattern);

    /// <summary>The names that may stand in a section; <c>*</c> for any.</summary>
    public static IEnumerable<string> Children(string pattern) => ChildNames[pattern];

    /// <summary>Patterns elsewhere whose last name is this one, for people who put a key in the wrong place.</summary>
    public static IEnumerable<string> Elsewhere(string name) =>
        All.Where(key => key.Pattern.EndsWith("." + name, StringComparison.Ordinal) || key.Pattern == name)
            .Select(key => key.Pattern);

    private static IEnumerable<(string Parent, string Name)> Steps(string pattern)
    {
        var parent = "";
        foreach (var part in pattern.Split('.'))
        {
            var name = part.EndsWith("[]", StringComparison.Ordinal) ? part[..^2] : part;
            yield return (parent, name);
            parent = parent.Length == 0 ? part : $"{parent}.{part}";
        }
    }

    private static ConfigurationKey[] Site() =>
    [
        Flag("site.demo", "false", "Marks the store as demo: demo data is scored in it, and it pages nobody outside."),
        Whole("tickSeconds", Law.TickSeconds, 1, 3600,
            "The grid on which scores are due, in seconds of event time; it must divide 3600.")
            with
        { AllowedText = "a whole number from 1 to 3600 that divides 3600" },
    ];

    // Nobody owes a charted value, but a monitor that may be silent for ever is no monitor: only there may the timeout be 0.
    private static ConfigurationKey[] Source(string name, SourceClass source, string of)
    {
        var least = source == SourceClass.Charted ? 0 : 5;
        var settings = SourceSettings.Default(source);
        return
        [
            Whole($"sources.{name}.gapWaitSeconds", Seconds(settings.GapWait), 0, 600,
                $"Arrival time for which a missing frame of {of} is waited for; 0: not ordered by sequence."),
            Whole($"sources.{name}.graceSeconds", Seconds(settings.Grace), 0, 7 * Day,
                $"How far behind the newest event time a frame of {of} may be before it counts as late."),
            Whole($"sources.{name}.contactTimeoutSeconds", Seconds(settings.ContactTimeout), least, 7 * Day,
                $"Age of the last frame of {of} at which contact is lost" + (least == 0 ? "; 0: never." : ".")),
            Whole($"sources.{name}.futureToleranceSeconds", Seconds(settings.FutureTolerance), 0, Day,
                $"How far the event time of {of} may be ahead of its arrival before it is rejected."),
        ];
    }

    private static int Seconds(long milliseconds) => (int)(milliseconds / 1000);

    private static ConfigurationKey[] Alerting() =>
    [
        Whole("badSignalSeconds", Law.BadSignalSeconds, 1, 600,
            "Event time for which a signal must be invalid or implausible before that is an alert."),
        Whole("technicalClearSeconds", Law.TechnicalClearSeconds, 0, 3600,
            "Event time without a fault after which a technical alert is over."),
        Whole("delayedAfterSeconds", Law.DelayedAfterSeconds, 1, Day,
            "Data older than this on arrival pages only if its condition still holds, with its age."),
        Word("paging.from", "\"medium\"", Priorities, "The least priority that pages."),
    ];

    private static ConfigurationKey[] Limits() =>
    [
        new("limits", KeyKind.List, "the default limits",
            "Limit rules. A rule of a known id changes that rule, other ids add rules; "
            + "the rest of the default rules stays (switch one off with `enabled`)."),
        new("limits[].id", KeyKind.Text, "required", "Id of the rule, unique in its list.")
        {
            Max = 64, AllowedText = "1 to 64 of the characters a-z, 0-9, dot, underscore and hyphen",
        },
        Word("limits[].vital", "as the rule of that id", VitalKeys,
            "The vital sign; needed for a new id, fixed for a known one."),
        Word("limits[].side", "as the rule of that id", ["above", "below"], "On which side of its threshold it alarms."),
        new("limits[].levels", KeyKind.List, "as the rule of that id",
            "The levels, each more extreme and more urgent than the one before.")
        {
            Min = 1, Max = LimitRule.MaxLevels,
        },
        new("limits[].levels[].threshold", KeyKind.Number, "required", "The threshold in the vital sign's own unit.")
        {
            Min = -1e6, Max = 1e6, AllowedText = "a number inside the plausible range of the vital sign",
        },
        Word("limits[].levels[].priority", "required", Priorities, "The priority of the level."),
        Whole("limits[].delaySeconds", 10, 0, 600, "Event time for which values must be beyond a level before it alarms."),
        new("limits[].hysteresis", KeyKind.Number, "0", "How far inside the threshold a value must be before the level is over.")
        {
            Max = 1000, AllowedText = "a number from 0 to the distance between two levels",
        },
        Flag("limits[].latching", "false", "The alarm stays until somebody acknowledges it."),
        Flag("limits[].enabled", "true", "Whether the rule is in force."),
        new("wards", KeyKind.Object, "{}", "By ward: what is different there."),
        new("wards.*.limits", KeyKind.List, "[]",
            "Changes to the site's rules of the same id; fields not given stay as the site has them."),
        new("patients", KeyKind.Object, "{}", "By patient id: what is different there; goes before the ward."),
        new("patients.*.limits", KeyKind.List, "[]",
            "Changes to the site's rules of the same id; fields not given stay as the site has them."),
    ];

    private static IEnumerable<ConfigurationKey> Score(string name, string title, double most, string? single)
    {
        var rule = ScoreRuleReader.Default(name);
        var wholePoints = name != "shockIndex";
        yield return new(
            $"scores.{name}.levels", KeyKind.List, ScoreRuleReader.LevelsText(rule),
            $"{title}: the levels, each higher and more urgent.")
        {
            Min = 1,
            Max = LimitRule.MaxLevels,
        };
        yield return new(
            $"scores.{name}.levels[].threshold", wholePoints ? KeyKind.Whole : KeyKind.Number, "required",
            "The score from which the level holds.")
        {
            Min = wholePoints ? 1 : 0.1,
            Max = most,
        };
        yield return Word($"scores.{name}.levels[].priority", "required", Priorities, "The priority of the level.");
        if (single is not null)
        {
            yield return Word($"scores.{name}.singleParameter", $"\"{single}\"", PrioritiesOrNone,
                "Priority when one parameter alone has its highest points.");
        }

        yield return new(
            $"scores.{name}.hysteresis", KeyKind.Number, ConfigurationKey.Format(rule.Hysteresis),
            "How far below a threshold the score must be.")
        {
            Max = most,
        };
        yield return Whole($"scores.{name}.clearSeconds", 300, 0, Day, "Event time for which complete scores must stay below.");
        yield return Flag($"scores.{name}.latching", "false", "The alarm stays until somebody acknowledges it.");
        yield return Flag(
            $"scores.{name}.enabled", rule.Enabled ? "true" : "false",
            "Whether it alarms; it is computed and stored in any case.");
    }

    private static ConfigurationKey[] Model() =>
    [
        Flag("model.enabled", "true", "Whether a model is served."),
        Text("model.name", "\"sepsis-vitals\"", "Name of the model: a folder in `directories.models`. What `medai models promote` chose goes before it."),
        Text("model.version", "\"2.1.0\"", "Version of the model: a folder in the folder of its name."),
        TextOrNull("model.shadows", "Models that are scored and stored beside it and alert nobody: NAME@VERSION, joined by commas.") with { Max = 4000 },
        Flag("model.page", "true", "Whether its alerts count; false: it runs in shadow, scored and stored."),
        Word("model.provider", "\"cpu\"", ["cpu", "cuda"], "Where it runs; where CUDA is absent it says so and runs on the CPU."),
        Threshold("model.alertThreshold", "Alarm score (the risk, where the model has none) from which an alert opens; null: as the model's card says."),
        Threshold("model.clearThreshold", "The score below which an open alert may clear; null: as the model's card says."),
        Word("model.priority", "\"medium\"", Priorities, "The priority of the model's alert."),
        Whole("model.clearSeconds", 300, 0, Day, "Event time for which the score must stay below before the alert is over."),
    ];

    private static ConfigurationKey[] Running() =>
    [
        Whole("checkpointSeconds", 60, 1, 3600, "How often a changed patient is checkpointed, seconds."),
        Whole("batch", 1024, 1, 65_536, "The most records taken from the log at once. It changes the speed, never a result."),
        Whole("partitions", 4, 1, 256, "Partitions of a new store. It changes the speed, never a result."),
        Text("directories.models", "\"models\"",
            "Where the models are; a relative path is looked for beside the configuration, then beside the program."),
        Text("directories.store", "\"out/store\"", "The store of commands that are not told one."),
        Word("logging.level", "\"warning\"", ["error", "warning", "info", "debug"],
            "What is written to the error output beside results."),
    ];

    private static ConfigurationKey[] Http() =>
    [
        Text("http.listen", "\"http://127.0.0.1:8080\"", "Where the web service listens; port 0 lets the system choose one.")
            with
        { AllowedText = Web.ListenAddress.Allowed },
        Word("http.authentication", "\"keys\"", ["keys", "none"],
            "Who may call: who has a key, or everybody; the latter only where every address is the machine's own."),
        Text("http.keysFile", "\"out/keys.json\"", "The file of keys, which `medai keys` makes and the service reads again when it changes."),
        TextOrNull("http.certificate", "The certificate of https addresses with its chain, a PEM file."),
        TextOrNull("http.certificateKey", "The certificate's private key, a PEM file; null: it stands in the certificate's file."),
        Whole("http.maxBodyBytes", HttpLimits.MaxBodyBytes, 1024, 1 << 30,
            "The longest body of a request in bytes, counted after unpacking; what comes behind it is refused."),
        Whole("http.maxLineBytes", HttpLimits.MaxLineBytes, 256, 16 << 20,
            "The longest line of NDJSON, or frame of an array or batch, in bytes; a longer one is refused, the others are kept."),
        Whole("http.maxFrames", HttpLimits.MaxFrames, 1, 1_000_000, "The most frames of a request; those behind them are refused."),
        Whole("http.maxBytesInFlight", HttpLimits.MaxBytesInFlight, 1024, int.MaxValue,
            "The most bytes of bodies with frames that are held at once, and as many again for calls of models; requests that do not fit are asked to come again."),
        Whole("http.maxConnections", HttpLimits.MaxConnections, 1, 1_000_000, "The most connections at once; further ones are closed."),
        Whole("http.maxStreams", HttpLimits.MaxStreams, 1, 100_000,
            "The most clients that listen to the stream of alerts at once; further ones are asked to come again."),
        Whole("http.maxInferenceRows", HttpLimits.MaxInferenceRows, 1, 65_536,
            "The most rows of a call of a model over /v2 (docs/inference.md)."),
        Whole("http.maxInferenceWaiting", HttpLimits.MaxInferenceWaiting, 1, 1000,
            "The most calls over /v2 that wait or run, one at a time; further ones are asked to come again."),
        Flag("http.registeredOnly", "false",
            "Whether frames of patients that were not entered, or are discharged, are refused (docs/service.md)."),
        Flag("http.metricsNeedKey", "false", "Whether `/metrics` is only for callers with the scope read; else for everybody."),
        Whole("http.readyMaxLag", HttpLimits.ReadyMaxLag, 1, 100_000_000,
            "The most records that may be in the log and not yet applied while `/health/ready` says yes."),
    ];

    private static ConfigurationKey Whole(string pattern, int value, int min, int max, string meaning) =>
        new(pattern, KeyKind.Whole, ConfigurationKey.Format(value), meaning) { Min = min, Max = max };

    private static ConfigurationKey Threshold(string pattern, string meaning) =>
        new(pattern, KeyKind.Number, "null", meaning) { Min = 0.001, Max = 0.999, Nullable = true };

    private static ConfigurationKey Flag(string pattern, string value, string meaning) =>
        new(pattern, KeyKind.Flag, value, meaning);

    private static ConfigurationKey Word(string pattern, string value, IReadOnlyList<string> words, string meaning) =>
        new(pattern, KeyKind.Word, value, meaning) { Words = words };

    private static ConfigurationKey Text(string pattern, string value, string meaning) =>
        new(pattern, KeyKind.Text, value, meaning) { Min = 1, Max = 200 };

    private static ConfigurationKey TextOrNull(string pattern, string meaning) =>
        new(pattern, KeyKind.Text, "null", meaning) { Min = 1, Max = 200, Nullable = true };
}
