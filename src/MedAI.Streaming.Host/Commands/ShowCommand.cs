// Shows what a store holds: patients, series, episodes, transitions, dead letters.
using System.Globalization;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Pipeline.Explaining;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai show</c>.</summary>
internal sealed class ShowCommand : MedaiCommand
{
    public ShowCommand(CommandLine line)
        : base(
            "show", "Shows what a store holds, as a table or as JSON. A store may be read while it is being written.",
            "medai show patients --store out/store",
            "medai show episodes --store out/store --patient sim-A07",
            "medai show series --store out/store --patient sim-A07 --series heart_rate --json")
    {
        Subcommands.Add(new Part<(string Patient, int Partition, int StateBytes, int Episodes)>(
            line, "patients", "Lists the patients with state.", Patients,
            new("PATIENT", "patient", row => row.Patient), new("PARTITION", "partition", row => row.Partition, Right: true),
            new("EPISODES", "episodes", row => row.Episodes, Right: true),
            new("STATE BYTES", "stateBytes", row => row.StateBytes, Right: true)));
        Subcommands.Add(new ShowSeriesCommand(line));
        Subcommands.Add(new Part<Episode>(
            line, "episodes", "Lists alert episodes with what became of them.",
            (store, patient) => Episode.Of(store.History.Transitions(patient)),
            new("PATIENT", "patient", e => e.First.Patient), new("RULE", "rule", e => e.First.Rule),
            new("OPENED", "openedEventTime", e => Time(e.First.OpenedEventTime)),
            new("HIGHEST", "highestPriority", e => EnumWord.Of(e.Highest)),
            new("STATE", "state", e => EnumWord.Of(e.Last.Kind)), new("SINCE", "since", e => Time(e.Last.EventTime)),
            new("CHANGES", "transitions", e => e.Count, Right: true), new("LAST REASON", "lastReason", e => e.Last.Text)));
        Subcommands.Add(new Part<TransitionRecord>(
            line, "transitions", "Lists every change of every episode, with its reason and the readings behind it.",
            (store, patient) => store.History.Transitions(patient),
            new("PATIENT", "patient", t => t.Patient), new(null, "rule", t => t.Rule),
            new(null, "openedEventTime", t => Time(t.OpenedEventTime)),
            new(null, "ordinal", t => t.Ordinal), new("TIME", "eventTime", t => Time(t.EventTime)),
            new(null, "arrivalTime", t => Time(t.ArrivalTime)), new("CHANGE", "kind", t => EnumWord.Of(t.Kind)),
            new(null, "alert", t => EnumWord.Of(t.Alert)), new("PRIORITY", "priority", t => EnumWord.Of(t.Priority)),
            new(null, "reason", t => EnumWord.Of(t.Reason)),
            new(null, "value", t => t.Value), new(null, "threshold", t => t.Threshold), new(null, "inputs", t => t.Inputs),
            new(null, "missing", t => t.Missing), new(null, "modelVersion", t => t.ModelVersion),
            new(null, "contributions", t => ExplanationText.Contributions(t.Explanation)),
            new("WHAT AND WHY", "text", t => t.Text)));
        Subcommands.Add(new Part<DeadLetter>(
            line, "deadletters", "Lists input that was rejected, with the reason.",
            (store, patient) => store.History.DeadLetters().Where(letter => patient is null || letter.Patient == patient),
            new("PARTITION", "partition", d => d.Partition, Right: true), new("OFFSET", "offset", d => d.Offset, Right: true),
            new("PATIENT", "patient", d => d.Patient), new("READINGS", "readings", d => d.Readings, Right: true),
            new("REASON", "reason", d => d.Reason), new("WHAT WAS WRONG", "detail", d => d.Detail)));
    }

    /// <summary>A time as tables and JSON show it.</summary>
    public static string Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-ddTHH:mm:ss.FFFZ", CultureInfo.InvariantCulture);

    private static IEnumerable<(string Patient, int Partition, int StateBytes, int Episodes)> Patients(
        EdgeStore store, string? patient)
    {
        var episodes = Episode.Of(store.History.Transitions(patient))
            .CountBy(episode => episode.First.Patient)
            .ToDictionary(StringComparer.Ordinal);
        return store.Patients()
            .Where(row => patient is null || row.Patient == patient)
            .Select(row => (row.Patient, row.Partition, row.StateBytes, episodes.GetValueOrDefault(row.Patient)));
    }

    private sealed class Part<T> : MedaiCommand
    {
        public Part(
            CommandLine line, string name, string description, Func<EdgeStore, string?, IEnumerable<T>> rows,
            params TableColumn<T>[] columns)
            : base(name, description, $"medai show {name} --store out/store",
                $"medai show {name} --store out/store --patient p1 --json")
        {
            var (from, patient, json) = (StoreOption.Read(), StoreOption.Patient(), StoreOption.Json());
            Options.Add(from);
            Options.Add(patient);
            Options.Add(json);
            SetAction(parsed =>
            {
                using var store = StoreOption.Open(line, parsed, from);
                var table = new TextTable<T>(columns);
                table.Write(line.Surroundings.Output, rows(store, parsed.GetValue(patient)), parsed.GetValue(json));
                return ExitCodes.Ok;
            });
        }
    }
}
