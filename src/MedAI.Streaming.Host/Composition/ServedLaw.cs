// The law a run judges by: the site's settings together with the model they name, loaded and checked.
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Composition;

/// <summary>A law with the model behind it. Whoever loads it disposes it, after the flows that use it.</summary>
internal sealed class ServedLaw : IDisposable
{
    private const string NoModel = "no model";

    private readonly OnnxModel? _model;

    private ServedLaw(MonitorSettings settings, FeatureSpec? features, OnnxModel? model)
    {
        Settings = settings;
        _model = model;
        Flow = new FlowLaw(new RuleBook(settings), features, model is null ? null : new ModelScorer(model), Hash);
    }

    /// <summary>The settings with the rule on the model.</summary>
    public MonitorSettings Settings { get; }

    /// <summary>The law as flows take it.</summary>
    public FlowLaw Flow { get; }

    /// <summary>The checksum of the law, with the model by name, version and checksum: a model trained anew is another law.</summary>
    public string Hash => $"settings {SettingsHash.Of(Settings)}, {ModelId}{(_model is null ? "" : $", sha256 {_model.Card.Sha256}")}";

    /// <summary>The model's name and version, or "no model".</summary>
    public string ModelId => _model?.Card.Id ?? NoModel;

    /// <summary>Library, provider and instruction set, or "no model".</summary>
    public string Profile => _model?.Profile ?? NoModel;

    /// <summary>The model in words for a screen.</summary>
    public string InWords => _model is null ? NoModel : $"{ModelId}{(Settings.Model!.Enabled ? "" : " in shadow")}";

    /// <summary>The risk at which the model alerts.</summary>
    public double AlertRisk => Settings.Model?.Levels[0].Threshold ?? 0.5;

    /// <summary>Loads the law of a configuration.</summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="log">Told of what a person should know.</param>
    /// <exception cref="ModelLoadException">A model is to be served and cannot be.</exception>
    public static ServedLaw Load(HostSettings settings, HostLog log)
    {
        if (!settings.Model.Enabled)
            return new ServedLaw(settings.Monitor, null, null);

        var folder = ModelFolders.Of(settings);
        var provider = settings.Model.Provider == ModelProvider.Cuda ? OnnxProvider.Cuda : OnnxProvider.Cpu;
        var model = OnnxModel.Load(folder, new OnnxModelOptions { Provider = provider });
        try
        {
            if (model.Notice is { } notice)
            {
                log.Warning(notice);
            }

            if (!model.MayPage)
            {
                log.Warning($"{model.Card.Id} runs in shadow only, because its bits depend on the batch: {model.Bits.Reason}");
            }

            var rule = ModelRule.For(settings.Model, model.Card, model.MayPage);
            log.Info($"serving {model.Card.Id} on {model.Profile}");
            return new ServedLaw(settings.Monitor with { Model = rule }, Features(folder, model.Card), model);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _model?.Dispose();

    /// <summary>The inputs that a card names.</summary>
    /// <exception cref="ModelLoadException">One of them is not known.</exception>
    public static FeatureSpec Features(string folder, ModelCard card)
    {
        var normalisation = new Normalisation(
            card.Mean, card.StandardDeviation, card.Clip, card.SinceCapHours, card.AdmissionCapHours);
        return FeatureSpec.Create(card.Inputs, normalisation, card.StepSeconds, out var problem)
            ?? throw new ModelLoadException($"{ModelFolder.CardFile(folder)}: {problem}. Export the model again.");
    }
}
