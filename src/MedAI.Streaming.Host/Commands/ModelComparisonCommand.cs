// Compares models in shadow with the one whose alerts count, over what a store has of both.
using System.CommandLine;
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai models compare</c>.</summary>
internal sealed class ModelComparisonCommand : MedaiCommand
{
    private readonly CommandLine _line;
    private readonly Argument<string[]> _shadows = new("SHADOW")
    {
        Description = "NAME or NAME@VERSION of models in shadow; without it all that the store has series of.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _active = new("--active")
    {
        Description = "The model whose alerts count, NAME or NAME@VERSION; without it the one that is served.",
        HelpName = "NAME",
    };

    private readonly Option<double?> _activeThreshold = Threshold("--active-threshold", "The alarm score (risk, where it has none) from which the active model alarms; without it its card's.");
    private readonly Option<double?> _shadowThreshold = Threshold("--shadow-threshold", "The same of shadows; without it their cards'.");
    private readonly Option<string?> _store = StoreOption.Read();
    private readonly Option<string[]> _patients = new("--patient") { Description = "Only this patient; may stand several times.", HelpName = "ID" };
    private readonly Option<DateTimeOffset?> _from = StoreOption.Time("--from", "Only from this event time on.");
    private readonly Option<DateTimeOffset?> _until = StoreOption.Time("--until", "Only before this event time.");
    private readonly Option<bool> _json = new("--json") { Description = "As JSON: one object." };

    public ModelComparisonCommand(CommandLine line)
        : base(
            "compare", "Compares models in shadow with the one whose alerts count: agreement, alarm burden, drift of the risks.",
            "medai models compare --store out/ward",
            "medai models compare sepsis-all@2.1.0 --store out/ward --from 2026-03-01T00:00:00Z --json")
    {
        _line = line;
        Arguments.Add(_shadows);
        foreach (var option in new Option[] { _active, _activeThreshold, _shadowThreshold, _store, _patients, _from, _until, _json })
        {
            Options.Add(option);
        }

        SetAction((parsed, interrupted) => Task.FromResult(Run(parsed, interrupted)));
    }

    private int Run(ParseResult parsed, CancellationToken interrupted)
    {
        var settings = _line.Settings(parsed);
        var named = parsed.GetValue(_shadows) ?? [];
        var active = Judge(
            settings, parsed.GetValue(_active) ?? ServedModel.Of(settings).Id, parsed.GetValue(_activeThreshold));
        (long From, long Until) range = (
            parsed.GetValue(_from)?.ToUnixTimeMilliseconds() ?? long.MinValue,
            parsed.GetValue(_until)?.ToUnixTimeMilliseconds() ?? long.MaxValue);

        // A store that is named is meant; else the series are where the service keeps them.
        using var influx = parsed.GetValue(_store) is null && settings.SeriesStore == SeriesStoreKind.Influx
            ? InfluxSeriesStore.OpenForReading(settings.Influx)
            : null;
        var patients = parsed.GetValue(_patients) ?? [];
        using var store = influx is null || patients.Length == 0 ? StoreOption.Open(_line, parsed, _store) : null;
        var elections = Known(store, active.Id, range, interrupted);
        var comparisons = ModelComparison.Read(
            influx ?? (ISeriesStore)store!.Series, patients.Length > 0 ? patients : store!.Patients().Select(patient => patient.Patient), elections, active,
            id => named.Length == 0 || named.Any(name => name == id || name == id.Split('@')[0])
                ? Judge(settings, id, parsed.GetValue(_shadowThreshold))
                : null,
            range, interrupted);
        if (comparisons.Count == 0)
        {
            throw new FailureException(
                $"There is no series of {(named.Length == 0 ? "a model in shadow" : string.Join(" or ", named))} in the store. "
                + "Models are in shadow that model.shadows of the configuration names.");
        }

        if (parsed.GetValue(_json))
            _line.Surroundings.Output.WriteLine(ModelComparisonText.Json(active, elections, comparisons));
        else
            ModelComparisonText.Write(_line.Surroundings.Output, active, elections, comparisons);
        return ExitCodes.Ok;
    }

    // A series does not tell which model it is of, and thresholds of one model say nothing of the scores of another.
    private static Elections Known(EdgeStore? store, string active, (long From, long Until) range, CancellationToken stop)
    {
        if (store is null)
        {
            return range.From > long.MinValue
                ? Elections.Unknown
                : throw new FailureException(
                    $"Which model decided when stands in the log, and no store is read here. Say by --from, and --until, in which time {active} decided.");
        }

        var elections = Elections.Of(store.Log, stop);
        return elections.Models is { Count: > 0 } models && !models.Contains(active)
            ? throw new FailureException($"{active} decided nothing in this store; that did {string.Join(", ", models)}. Name one of them by --active.")
            : elections;
    }

    // The card says from which risk a model alarms and how long its step is; a threshold of one's own stands in for the card's.
    private static JudgedModel Judge(HostSettings settings, string name, double? threshold)
    {
        var card = ModelFolder.ReadCard(ModelFolders.Find(settings, name));
        return new JudgedModel(card.Id, card.Task, threshold ?? card.AlertThreshold, card.StepSeconds, card.HasAlarmScore);
    }

    private static Option<double?> Threshold(string name, string description)
    {
        var option = new Option<double?>(name) { Description = description, HelpName = "SCORE" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is not (> 0 and < 1))
                result.AddError($"{name}: the score must lie between 0 and 1.");
        });
        return option;
    }
}
