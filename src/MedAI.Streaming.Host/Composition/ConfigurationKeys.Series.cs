// The part of the table of keys that is about where series are kept.
using MedAI.Streaming.Adapters.Influx;

namespace MedAI.Streaming.Host.Composition;

internal static partial class ConfigurationKeys
{
    private static ConfigurationKey[] Series()
    {
        var influx = new InfluxOptions { Url = new Uri(InfluxSettingsReader.DefaultUrl) };
        var plan = new SeriesPlan();
        return
        [
            Word("series.store", "\"sqlite\"", ["sqlite", "influx"],
                "Where `medai run` keeps series: in its own store, or in a time series server that processes can share (docs/influx.md)."),
            Days("series.rawDays", plan.RawDays, "For how many days `medai series init` lets the server keep points as they came; 0: for ever."),
            Days("series.minuteDays", plan.MinuteDays, "The same for minutes."),
            Days("series.hourDays", plan.HourDays, "The same for hours."),
            Text("influx.url", $"\"{InfluxSettingsReader.DefaultUrl}\"", "The time series server.") with { AllowedText = InfluxSettingsReader.AllowedUrl },
            Whole("influx.version", (int)influx.Version, 1, 3,
                "Its version: 1 writes to /write, 2 and 3 (and what takes writes of 2) to /api/v2/write."),
            Text("influx.database", $"\"{influx.Database}\"", "The database; in version 2 the bucket."),
            TextOrNull("influx.retentionPolicy", "Version 1: the retention policy of the points; null: the database's default."),
            TextOrNull("influx.organisation", "Version 2: the organisation."),
            TextOrNull("influx.token", "Versions 2 and 3: the token; better by its environment variable or influx.tokenFile than in a file."),
            TextOrNull("influx.tokenFile", "A file with nothing but the token in it."),
            TextOrNull("influx.username", "Version 1: the user."),
            TextOrNull("influx.password", "Version 1: the user's password; better by its environment variable than in a file."),
            Whole("influx.timeoutSeconds", (int)influx.Timeout.TotalSeconds, 1, 300,
                "How long a request may take. A flow waits two seconds at most before its points go to disk."),
            Whole("influx.batchLines", influx.BatchLines, 1, InfluxOptions.MostBatchLines, "The most points of a request."),
            Whole("influx.spillMegabytes", (int)(influx.SpillBytes >> 20), 1, 1 << 20,
                "The most that is kept on disk while the server is away, MiB of packed points; beyond it the oldest are dropped and counted."),
            Whole("influx.spillHours", (int)influx.SpillAge.TotalHours, 1, 24 * 365,
                "The longest that points are kept on disk; older ones are dropped and counted."),
        ];
    }

    private static ConfigurationKey Days(string pattern, int? days, string meaning) => Whole(pattern, days ?? 0, 0, 36_500, meaning);
}
