// Leads a model through the kept steps of patients, many patients and many versions of each at once.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Scoring;

/// <summary>
/// Folds a model from the state of a new patient over kept steps. Of a stay that is not longer than what is kept
/// (<see cref="KeptSteps.Limit"/>) the result is, to the bit, the state of a model that was there from the start, where the patient's
/// facts did not change; of a longer one it is that of a model that came when the oldest kept step began.
/// </summary>
internal sealed class StepFold(FlowState state)
{
    // So many patients at once that their cursors and rows stay in the cache.
    private const int MaxLanes = 512;

    private KeptCursor[] _cursors = [];

    /// <summary>Folds a model over the steps of patients.</summary>
    /// <param name="model">The model; its step must be that of the flow's models.</param>
    /// <param name="patients">The patients; each at most once.</param>
    /// <param name="into">Keeps the state of each after the last kept step; all zeros where none is kept.</param>
    /// <returns>The risk of each patient at the last kept step; NaN where none is kept.</returns>
    /// <exception cref="ModelFailedException">The model did not answer.</exception>
    public double[] Run(LoadedModel model, ReadOnlySpan<int> patients, ModelSlot into)
    {
        var risks = new double[patients.Length];
        Array.Fill(risks, double.NaN);
        var order = LongestFirst(patients);
        var rows = new ScoreRows(model.Features.Count, model.StateSize);
        for (var start = 0; start < order.Length; start += MaxLanes)
        {
            var lanes = order.AsSpan(start, Math.Min(MaxLanes, order.Length - start));
            Run(model, rows, lanes, patients);
            for (var lane = 0; lane < lanes.Length; lane++)
            {
                var patient = patients[lanes[lane]];
                rows.State(lane).CopyTo(into.Keep(patient));
                risks[lanes[lane]] = state.Steps.Count(patient) > 0 ? rows.Risks[lane] : double.NaN;
            }
        }

        return risks;
    }

    // Those with most steps come first: who still has a step to go is a prefix that shrinks, and who is done keeps the row as it is.
    private void Run(LoadedModel model, ScoreRows rows, ReadOnlySpan<int> lanes, ReadOnlySpan<int> patients)
    {
        Reset(rows, lanes.Length);
        for (var step = 0; ; step++)
        {
            rows.Count = 0;
            while (rows.Count < lanes.Length && state.Steps.Count(patients[lanes[rows.Count]]) > step)
            {
                var patient = patients[lanes[rows.Count]];
                state.Steps.Next(patient, ref _cursors[rows.Count]);
                model.Features.Fill(in _cursors[rows.Count].Step, in state.Patient(patient).Facts, rows.Input(rows.Count));
                rows.Count++;
            }

            if (rows.Count == 0)
            {
                return;
            }

            model.Scorer.Score(rows);
        }
    }

    private void Reset(ScoreRows rows, int lanes)
    {
        rows.Count = 0;
        for (var lane = 0; lane < lanes; lane++)
        {
            rows.State(rows.Add()).Clear();
        }

        if (_cursors.Length < lanes)
        {
            _cursors = new KeptCursor[lanes];
        }

        _cursors.AsSpan(0, lanes).Clear();
    }

    private int[] LongestFirst(ReadOnlySpan<int> patients)
    {
        var order = new int[patients.Length];
        var keys = new int[patients.Length];
        for (var i = 0; i < order.Length; i++)
        {
            (order[i], keys[i]) = (i, -state.Steps.Count(patients[i]));
        }

        Array.Sort(keys, order);
        return order;
    }
}
