// One call of a model over the Open Inference Protocol, and what came of it.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Inference;

/// <summary>A request that was read and fits the model.</summary>
/// <param name="Id">The caller's word for it, which is given back; null: none.</param>
/// <param name="Rows">Rows, 1 or more.</param>
/// <param name="Inputs">Rows of standardised inputs, row-major.</param>
/// <param name="States">As many rows of state; empty for a model without.</param>
/// <param name="Outputs">What is asked for, in the order in which it is answered.</param>
internal sealed record InferenceRequest(
    string? Id, int Rows, float[] Inputs, float[] States, IReadOnlyList<RowTensor> Outputs);

/// <summary>What a model answered, by tensor, row-major.</summary>
/// <param name="Risks">A risk per row, 0..1.</param>
/// <param name="StatesOut">The states behind the step; empty for a model without.</param>
/// <param name="Attentions">The attention score per row; empty for a model without.</param>
/// <param name="AlarmScores">The alarm score per row, 0..1; empty for a model without.</param>
internal sealed record InferenceResult(float[] Risks, float[] StatesOut, float[] Attentions, float[] AlarmScores)
{
    /// <summary>The numbers of one tensor.</summary>
    public float[] Of(RowTensor tensor) => tensor.Name switch
    {
        ModelTensors.Risk => Risks,
        ModelTensors.StateOut => StatesOut,
        ModelTensors.Alarm => AlarmScores,
        _ => Attentions,
    };
}
