// A model that is ready to be asked: how its rows are filled, and the way to it.
using MedAI.Streaming.Domain.Features;

namespace MedAI.Streaming.Pipeline.Scoring;

/// <summary>A model with its inputs. Flows share it.</summary>
/// <param name="Features">Its inputs; its step must be that of the other models of the law.</param>
/// <param name="Scorer">The model.</param>
public sealed record LoadedModel(FeatureSpec Features, ModelScorer Scorer)
{
    /// <summary>Name and version.</summary>
    public string Id => Scorer.Model.Card.Id;

    /// <summary>Whether its alerts are decided by an alarm score, and not by the risk.</summary>
    public bool HasAlarmScore => !Scorer.Model.AlarmScores.IsEmpty;

    /// <summary>Floats of state per patient.</summary>
    public int StateSize => Scorer.Model.Card.StateSize;
}
