// The law a run judges by: the site's settings together with the models they name, loaded and checked.
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Composition;

/// <summary>A law with the models behind it. Whoever loads it disposes it, after the flows that use it.</summary>
internal sealed class ServedLaw : IDisposable
{
    private const string NoModel = "no model";

    private readonly HostSettings _settings;
    private readonly LoadedModel? _model;

    private ServedLaw(HostSettings settings, ModelShelf shelf, LoadedModel? model, IReadOnlyList<LoadedModel> shadows)
    {
        _settings = settings;
        _model = model;
        Shelf = shelf;
        Settings = settings.Monitor with { Model = model is null ? null : ModelRule.For(settings.Model, Card!, mayPage: true) };
        Flow = new FlowLaw(new RuleBook(Settings), model?.Features, model?.Scorer, $"settings {SettingsHash.Of(WithoutRisks(Settings))}")
        {
            Shadows = shadows,
            Shelf = shelf,
            Wish = model is null ? null : Election(model, "as configured, or promoted before the start"),
        };
    }

    /// <summary>The settings with the rule on the model.</summary>
    public MonitorSettings Settings { get; }

    /// <summary>The law as flows take it.</summary>
    public FlowLaw Flow { get; }

    /// <summary>The models that are loaded.</summary>
    public ModelShelf Shelf { get; }

    /// <summary>The change of the registry by which the model is served; null: the configuration says it, or what was promoted was refused.</summary>
    public ModelEvent? Done { get; private init; }

    /// <summary>The shadows that a service goes on without, by name and version, with what is wrong with each.</summary>
    public IReadOnlyList<(string Id, string Problem)> LeftOut { get; private init; } = [];

    /// <summary>
    /// The checksum of law and model, the model by name, version and checksum: a recording is judged by one model, and one that was trained
    /// anew is another.
    /// </summary>
    public string Hash => $"{Flow.Hash}, {ModelId}{(Card is null ? "" : $", sha256 {Card.Sha256}, alert {AlertThreshold:R}")}";

    /// <summary>The model's name and version, or "no model".</summary>
    public string ModelId => Card?.Id ?? NoModel;

    /// <summary>Library, provider and instruction set, or "no model".</summary>
    public string Profile => _model?.Scorer.Model.Profile ?? NoModel;

    /// <summary>The models in words for a screen.</summary>
    public string InWords => (Card is null ? NoModel : $"{ModelId}{(Settings.Model!.Enabled && MayPage ? "" : " in shadow")}")
        + string.Concat(Flow.Shadows.Select(shadow => $", {shadow.Id} in shadow"));

    /// <summary>The alarm score, or risk, at which the model alerts.</summary>
    public double AlertThreshold => Settings.Model?.Levels[0].Threshold ?? 0.5;

    private ModelCard? Card => _model?.Scorer.Model.Card;

    private bool MayPage => _model?.Scorer.Model.MayPage ?? false;

    /// <summary>Loads the law of a configuration.</summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="log">Told of what a person should know.</param>
    /// <exception cref="ModelLoadException">A model is to be served and cannot be.</exception>
    public static ServedLaw Load(HostSettings settings, HostLog log) => Load(settings, log, static (served, shelf) => served.Load(shelf), leftOut: null);

    /// <summary>
    /// The same for a service, which watches over people: where a promoted model cannot be served, the one that was served before goes on, as it
    /// would had the service run all the time. <see cref="Done"/> tells. Where a shadow cannot be used, it goes on without; <see cref="LeftOut"/> tells.
    /// </summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="log">Told of what a person should know.</param>
    /// <exception cref="ModelLoadException">Neither of the two can be served.</exception>
    public static ServedLaw LoadForService(HostSettings settings, HostLog log) => Load(settings, log, (served, shelf) =>
    {
        try
        {
            return served.Promoted is null ? served.Load(shelf) : ThatMayDecide(served.Load(shelf));
        }
        catch (ModelLoadException failure) when (served.Before(settings) is { } before)
        {
            log.Warning($"a promoted model was refused, and {before.Id} that was served before goes on: {failure.Message}");
            return before.Load(shelf);
        }
    }, leftOut: []);

    // Where there is no list for shadows that cannot be used, one is the end of it.
    private static ServedLaw Load(
        HostSettings settings, HostLog log, Func<ServedModel, ModelShelf, LoadedModel> load, List<(string Id, string Problem)>? leftOut)
    {
        var root = ModelFolders.Root(settings);
        var shelf = new ModelShelf(root, settings.Model.Provider, log);
        try
        {
            if (!settings.Model.Enabled)
                return new ServedLaw(settings, shelf, null, []);

            var served = ServedModel.Of(settings);
            var model = load(served, shelf);
            var done = model.Id == served.Id ? served.Promoted : null;
            if (done is { } change)
                log.Info($"{served.Id} is served because {change.By} chose it at {change.At:u} ({change.Action})");

            List<LoadedModel> shadows = [];
            foreach (var id in settings.Model.Shadows.Where(id => id != model.Id && id != served.Id))
            {
                try
                {
                    shadows.Add(Fitting(shelf.Take(ModelFolders.Of(root, id)), model));
                }
                catch (ModelLoadException failure) when (leftOut is not null)
                {
                    log.Warning($"the shadow {id} is left out until the service starts anew: {failure.Message}");
                    leftOut.Add((id, failure.Message));
                }
            }

            return new ServedLaw(settings, shelf, model, shadows) { Done = done, LeftOut = leftOut ?? [] };
        }
        catch
        {
            shelf.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a model whose alerts may not count.</summary>
    /// <exception cref="ModelLoadException">Its bits depend on the batch, or it failed before.</exception>
    public static LoadedModel ThatMayDecide(LoadedModel model) => model.Scorer switch
    {
        { Model.MayPage: false } => throw new ModelLoadException($"{model.Id} may only run in shadow: its bits depend on the batch here."),
        { InService: false } => throw new ModelLoadException($"{model.Id} failed while this process ran; start the service anew to try it again."),
        _ => model,
    };

    /// <summary>What the log is told when a model is to be elected.</summary>
    /// <param name="model">The model.</param>
    /// <param name="by">Who chose it and why.</param>
    public ModelElection Election(LoadedModel model, string by)
    {
        var card = model.Scorer.Model.Card;

        // What a site says of thresholds it says of the model that it configured.
        var configured = card.Name == _settings.Model.Name && card.Version == _settings.Model.Version;
        var site = configured ? _settings.Model : _settings.Model with { AlertThreshold = null, ClearThreshold = null };
        var rule = ModelRule.For(site, card, mayPage: true)!;
        var alert = rule.Levels[0].Threshold;
        return new ModelElection(card.Id, card.Sha256, alert, alert - rule.Hysteresis, model.Scorer.Model.MayPage, by);
    }

    /// <summary>Refuses a model that cannot take the place of the served one of this law, or be scored beside it.</summary>
    /// <exception cref="ModelLoadException">It predicts something else, or its steps are others.</exception>
    public LoadedModel Fitting(LoadedModel model) => Fitting(model, _model!);

    /// <summary>The same by the cards.</summary>
    /// <exception cref="ModelLoadException">It does not fit.</exception>
    public static void Fits(ModelCard card, ModelCard served)
    {
        if (card.Task != served.Task)
            throw new ModelLoadException($"{card.Id} predicts {card.Task}, and {served.Id} {served.Task}: one cannot stand in for the other.");
        if (card.StepSeconds != served.StepSeconds)
            throw new ModelLoadException(
                $"{card.Id} has steps of {card.StepSeconds} s, and {served.Id} of {served.StepSeconds} s: they cannot be scored in one stream.");
    }

    /// <inheritdoc/>
    public void Dispose() => Shelf.Dispose();

    private static LoadedModel Fitting(LoadedModel model, LoadedModel served)
    {
        Fits(model.Scorer.Model.Card, served.Scorer.Model.Card);
        return model;
    }

    // Which risks alert is said by the election of a model, in the log.
    private static MonitorSettings WithoutRisks(MonitorSettings settings) => settings with
    {
        Model = settings.Model is { } rule ? rule with { Levels = [new(0, rule.Levels[0].Priority)], Hysteresis = 0 } : null,
    };
}
