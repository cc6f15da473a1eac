// Shows a patient's series: readings, clinical scores and the model's risk over time.
using System.CommandLine;
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai show series</c>.</summary>
internal sealed class ShowSeriesCommand : MedaiCommand
{
    public ShowSeriesCommand(CommandLine line)
        : base(
            "series", "Lists a patient's readings and scores over time.",
            "medai show series --store out/store --patient p1 --series score.news2",
            "medai show series --store out/store --patient p1 --from 2026-03-02T08:00:00Z --until 2026-03-02T09:00:00Z --json")
    {
        var (from, json) = (StoreOption.Read(), StoreOption.Json());
        var patient = new Option<string>("--patient") { Description = "The patient.", HelpName = "ID", Required = true };
        var series = new Option<string?>("--series")
        {
            Description = "Only this one: a vital sign's key (heart_rate), score.NAME, model.NAME or alarm.model.NAME.",
            HelpName = "NAME",
        };
        var first = StoreOption.Time("--from", "Only from this event time on.");
        var until = StoreOption.Time("--until", "Only before this event time.");
        Options.Add(from);
        Options.Add(patient);
        Options.Add(series);
        Options.Add(first);
        Options.Add(until);
        Options.Add(json);
        SetAction(parsed =>
        {
            // A store that is named is meant; else the series are where the service keeps them.
            var settings = line.Settings(parsed);
            using var influx = parsed.GetValue(from) is null && settings.SeriesStore == SeriesStoreKind.Influx
                ? InfluxSeriesStore.OpenForReading(settings.Influx)
                : null;
            using var store = influx is null ? StoreOption.Open(line, parsed, from) : null;
            var table = new TextTable<(string Series, SeriesPoint Point)>(
                new("TIME", "eventTime", row => ShowCommand.Time(row.Point.EventTime)),
                new("SERIES", "series", row => row.Series),
                new("VALUE", "value", row => row.Point.Value, Right: true),
                new("NOTES", "notes",
                    row => row.Point.Flags == PointFlags.None ? "" : row.Point.Flags.ToString().ToLowerInvariant()));
            var rows = (influx ?? (ISeriesStore)store!.Series).Read(
                parsed.GetValue(patient)!, parsed.GetValue(series),
                parsed.GetValue(first)?.ToUnixTimeMilliseconds() ?? long.MinValue,
                parsed.GetValue(until)?.ToUnixTimeMilliseconds() ?? long.MaxValue);
            table.Write(line.Surroundings.Output, rows, parsed.GetValue(json));
            return ExitCodes.Ok;
        });
    }
}
