// The models of an evaluation: found by name, loaded, and given up together.
using System.Collections.Immutable;
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Judging;

/// <summary>Loaded models, each to be scored in shadow.</summary>
internal sealed class LoadedModels : IDisposable
{
    private readonly List<OnnxModel> _models = [];

    /// <summary>The models.</summary>
    public List<LoadedModel> Shadows { get; } = [];

    /// <summary>Loads models.</summary>
    /// <param name="settings">Where models are, and which one is served.</param>
    /// <param name="names">Names, each with or without @VERSION; none: all that predict what the served one predicts.</param>
    /// <exception cref="FailureException">A name is unknown, or the models cannot be scored together.</exception>
    /// <exception cref="ModelLoadException">A model cannot be loaded.</exception>
    public static LoadedModels Load(HostSettings settings, IReadOnlyList<string> names)
    {
        var models = new LoadedModels();
        try
        {
            foreach (var folder in Folders(settings, names).Distinct())
            {
                models.Add(OnnxModel.Load(folder), folder);
            }

            var steps = models.Shadows.Select(model => model.Features.StepMs).Distinct().ToArray();
            return steps.Length <= 1
                ? models
                : throw new FailureException("Models of different steps cannot be scored side by side: "
                    + string.Join(", ", models.Shadows.Select(model => $"{model.Id} {model.Features.StepMs / 1000} s")) + ".");
        }
        catch
        {
            models.Dispose();
            throw;
        }
    }

    /// <summary>What a reader of a model's figures must know of it.</summary>
    /// <param name="number">The model's number.</param>
    /// <param name="task">The task that the labels are of, as <see cref="ModelCard.Task"/> says it; null where nobody said it.</param>
    public ImmutableArray<string> NotesOn(int number, string? task) => [.. Notes(_models[number], task)];

    /// <inheritdoc/>
    public void Dispose() => _models.ForEach(model => model.Dispose());

    private void Add(OnnxModel model, string folder)
    {
        _models.Add(model);
        Shadows.Add(new LoadedModel(
            ModelShelf.Features(folder, model.Card), new ModelScorer(model) { Drift = new InputDrift(model.Card, long.MaxValue) }));
    }

    private static IEnumerable<string> Notes(OnnxModel model, string? task)
    {
        if (!model.MayPage)
            yield return $"It failed the bit test here and may only run in shadow, so its figures depend on how patients are batched: {model.Bits.Reason}.";
        if (task is not null && model.Card.Task != task)
            yield return $"It was made for the task '{model.Card.Task}' and is judged here by labels of the task '{task}'.";
    }

    private static IEnumerable<string> Folders(HostSettings settings, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            var task = TaskOf(ServedModel.Of(settings).Folder);
            return ModelFolders.Named(settings, null).Where(folder => TaskOf(folder) == task);
        }

        return names.Select(name => ModelFolders.Find(settings, name));
    }

    private static string TaskOf(string folder) => ModelCard.TaskOf(ModelFolders.NameOf(folder));
}
