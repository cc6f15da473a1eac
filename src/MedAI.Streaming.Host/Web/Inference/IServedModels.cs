// Which models others may call, as far as the inference endpoints need to know it.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Web.Inference;

/// <summary>A model that this process has loaded.</summary>
internal sealed record CallableModel
{
    /// <summary>The model as flows call it: here it is only looked at, and never called.</summary>
    public required IScoringModel Model { get; init; }

    /// <summary>Whether its alerts count; false: it is a shadow.</summary>
    public required bool Decides { get; init; }

    /// <summary>How far its inputs have moved.</summary>
    public required InputDrift Drift { get; init; }

    /// <summary>Opens it once more, beside the flows' own, for calls of at most so many rows; throws <see cref="ModelLoadException"/>.</summary>
    public required Func<int, IScoringModel> Open { get; init; }
}

/// <summary>The models that this process has loaded. Called by many at once.</summary>
internal interface IServedModels
{
    /// <summary>Those there are now; it changes when a model is exchanged.</summary>
    IReadOnlyList<CallableModel> Loaded { get; }
}
