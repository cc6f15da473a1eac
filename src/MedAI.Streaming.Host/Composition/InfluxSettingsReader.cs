// Makes the options of the time series server of checked values.
using MedAI.Streaming.Adapters.Influx;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Reads the sections <c>series</c> and <c>influx</c>.</summary>
internal static class InfluxSettingsReader
{
    /// <summary>Where the server is if nobody says.</summary>
    public const string DefaultUrl = "http://localhost:8086";

    /// <summary>What may stand in <c>influx.url</c>.</summary>
    public const string AllowedUrl = "an http:// or https:// address without user, query and fragment";

    private const int LongestToken = 4096;

    /// <summary>Reads the section <c>influx</c>; what is wrong with it is added to the errors.</summary>
    public static InfluxOptions Read(SettingValues values, List<ConfigurationError> errors)
    {
        var options = new InfluxOptions
        {
            Url = Url(values, errors),
            Version = (InfluxVersion)values.Whole("influx.version"),
            Database = values.Word("influx.database"),
            RetentionPolicy = values.WordOrNull("influx.retentionPolicy"),
            Organisation = values.WordOrNull("influx.organisation"),
            Token = Token(values, errors),
            User = values.WordOrNull("influx.username"),
            Password = values.WordOrNull("influx.password"),
            Timeout = TimeSpan.FromSeconds(values.Whole("influx.timeoutSeconds")),
            BatchLines = values.Whole("influx.batchLines"),
            SpillBytes = (long)values.Whole("influx.spillMegabytes") << 20,
            SpillAge = TimeSpan.FromHours(values.Whole("influx.spillHours")),
        };
        if (values.Word("series.store") == "influx" && options is { Version: InfluxVersion.Two, Organisation: null })
        {
            Report(
                values, errors, "influx.organisation", "the organisation, because influx.version is 2",
                "Give it, or set influx.version to that of the server.");
        }

        if (options.User is null && options.Password is not null)
            Report(values, errors, "influx.password", "null without influx.username", "Give the user, too.");
        if (options.Version != InfluxVersion.One && options.RetentionPolicy is not null)
        {
            Report(
                values, errors, "influx.retentionPolicy", "null where influx.version is not 1",
                "Later versions keep points in a bucket: name that in influx.database.");
        }

        return options;
    }

    /// <summary>Reads how long series are kept.</summary>
    public static SeriesPlan Plan(SettingValues values) =>
        new(Days(values, "series.rawDays"), Days(values, "series.minuteDays"), Days(values, "series.hourDays"));

    private static int? Days(SettingValues values, string key) => values.Whole(key) is > 0 and var days ? days : null;

    private static Uri Url(SettingValues values, List<ConfigurationError> errors)
    {
        if (Uri.TryCreate(values.Word("influx.url"), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0)
            return url;

        Report(values, errors, "influx.url", AllowedUrl, $"Write it like {DefaultUrl}; user and token have keys of their own.");
        return new Uri(DefaultUrl);
    }

    private static string? Token(SettingValues values, List<ConfigurationError> errors)
    {
        // Secrets that come from files end in a newline.
        if (values.WordOrNull("influx.token")?.Trim() is { Length: > 0 } token)
            return token;
        if (values.WordOrNull("influx.tokenFile") is not { } file)
            return null;

        try
        {
            var text = new FileInfo(file).Length <= LongestToken ? File.ReadAllText(file).Trim() : "";
            if (text.Length > 0 && !text.Any(char.IsWhiteSpace))
                return text;

            Report(values, errors, "influx.tokenFile", "a file with nothing but the token in it", "Name the right file.");
        }
        catch (Exception reason) when (reason is IOException or UnauthorizedAccessException)
        {
            Report(values, errors, "influx.tokenFile", "a file with nothing but the token in it", reason.Message);
        }

        return null;
    }

    private static void Report(SettingValues values, List<ConfigurationError> errors, string key, string allowed, string advice)
    {
        var node = values.Node(key);
        errors.Add(new(key, node?.Line ?? 0, node?.Found ?? $"the default {ConfigurationKeys.Find(key)!.Default}", allowed, advice));
    }
}
