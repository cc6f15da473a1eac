// Scores the due rows of all flows in as few calls of the model as possible.
namespace MedAI.Streaming.Pipeline.Scoring;

/// <summary>The one place through which flows call a model.</summary>
public sealed class ModelScorer
{
}
