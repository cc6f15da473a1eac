// Leads the model of a law through the steps that a flow kept, and shows what comes of it beside what the flow has.
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.TestKit.Worlds;

/// <summary>A patient's model state, twice.</summary>
/// <param name="Patient">The patient.</param>
/// <param name="Steps">How many steps are kept.</param>
/// <param name="Live">The state that the flow came to.</param>
/// <param name="Folded">The state after the kept steps, from that of a new patient.</param>
/// <param name="Risk">The risk at the last kept step.</param>
/// <param name="StepBytes">What the kept steps take in a checkpoint.</param>
public sealed record KeptState(string Patient, int Steps, float[] Live, float[] Folded, double Risk, int StepBytes)
{
    /// <summary>Reads the patients that a flow changed since its last checkpoint out of a checkpoint.</summary>
    public static IReadOnlyList<KeptState> Of(PartitionFlow flow, FlowLaw law)
    {
        flow.Commit.Clear();
        flow.Checkpoint(0, 1);
        var state = new FlowState(law);
        var codec = new StateCodec(state);
        var patients = flow.Commit.Patients.Where(p => p.Patient.Length > 0).Select(p => codec.Read(p.Patient, p.Blob.Span)).ToArray();
        flow.Commit.Clear();
        var model = new LoadedModel(law.Features!, law.Scorer!);
        var folded = new ModelSlot(law.ModelId);
        folded.Put(model);
        folded.Grow(state.Count);
        var risks = new StepFold(state).Run(model, patients, folded);
        return
        [
            .. patients.Select((p, i) => new KeptState(
                state.Names(p).Id, state.Steps.Count(p), state.Models[0].Of(p).ToArray(), folded.Of(p).ToArray(), risks[i],
                state.Steps.Bytes(p).Length)),
        ];
    }
}
