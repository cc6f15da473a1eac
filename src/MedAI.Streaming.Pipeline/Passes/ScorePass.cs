// The third pass: all due rows of the batch go through the models together.
using System.Runtime.InteropServices;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>
/// Fills and scores rows of the models: of each patient's active one, whose alerts count, and of the shadows. Clinical scores need no
/// batch and are computed where they decide.
/// </summary>
internal sealed class ScorePass(FlowState state)
{
    private readonly List<ModelRows> _rows = [];
    private readonly List<ElectedModel> _active = [];
    private readonly List<int> _cold = [];
    private readonly StepFold _fold = new(state);

    /// <summary>Elections, by the offsets of their records, whose model failed in this run: it is not asked any more, whatever the log says.</summary>
    public HashSet<long> GivenUp { get; set; } = [];

    /// <summary>The model whose alert counts for a request.</summary>
    public ElectedModel Active(int request) => _active[request];

    /// <summary>Whether a model whose alerts count may be asked, as far as is known before it is.</summary>
    public bool MayAsk(ElectedModel elected) =>
        state.Models.IsServed && !GivenUp.Contains(elected.Offset) && state.Models[elected.Number].Model?.Scorer.InService != false;

    /// <summary>A model whose alerts count in requests did not answer: by the elections that made it so it is not asked any more.</summary>
    /// <returns>What to throw.</returns>
    public ModelFailedException GiveUp(int number, ModelFailedException failure)
    {
        for (var i = 0; i < _active.Count; i++)
        {
            if (_active[i].Number == number && _rows[number].RowOf[i] >= 0)
            {
                GivenUp.Add(_active[i].Offset);
            }
        }

        return new ModelFailedException(failure.Message, failure);
    }

    /// <summary>Scores every request whose patient's model answers.</summary>
    /// <exception cref="ModelFailedException">A model whose alerts count did not answer; it is out of service from now on.</exception>
    public void Run(List<ScoreRequest> requests)
    {
        _active.Clear();
        foreach (var request in requests)
        {
            _active.Add(ActivePatient(request.Patient));
        }

        for (var number = 0; number < state.Models.Count && requests.Count > 0; number++)
        {
            if (_rows.Count == number)
            {
                _rows.Add(new ModelRows());
            }

            Run(number, requests);
        }
    }

    /// <summary>What a model says of a request by its number.</summary>
    public ModelScore Score(int model, int request)
    {
        if (_rows[model].RowOf[request] is not (>= 0 and var row))
        {
            return ModelScore.Silence;
        }

        var score = new ModelScore(_rows[model].Rows!.Risks[row], _rows[model].Rows!.AlarmScores[row]);

        // Half an answer is none: the risk is not held against a threshold of alarm scores.
        return score.HasAlarm == state.Models[model].Model!.HasAlarmScore ? score : ModelScore.Silence;
    }

    /// <summary>A model's state after the step of a request that it answered.</summary>
    public ReadOnlySpan<float> StateAfter(int model, int request) => _rows[model].Rows!.State(_rows[model].RowOf[request]);

    private bool IsSilent(int patient) => state.Models.IsSilentAt(state.Cause(patient), state.Patient(patient).LastArrival);

    // A patient changes over to the elected model at the first instant that comes due behind the election.
    private ElectedModel ActivePatient(int patient)
    {
        var elected = state.Models.ElectedAt(state.Cause(patient), state.Patient(patient).LastArrival);
        ref var active = ref state.Models.Active(patient);
        if (elected.Number != active)
        {
            // Who decided is of no use any more, and what a shadow knew of the patient must decide nothing.
            state.Models[active].Forget(patient);
            active = elected.Number;
            state.Models[active].Forget(patient);
        }

        return elected;
    }

    private void Run(int number, List<ScoreRequest> requests)
    {
        var slot = state.Models[number];
        var rows = _rows[number];
        var decides = Choose(number, slot, rows, requests);
        if (rows.Chosen == 0)
        {
            return;
        }

        LoadedModel? model = null;
        try
        {
            // What nobody's alert depends on is as it was loaded, whatever file the log elected once.
            model = decides ? state.Models.Load(number) : slot.Model!;
            if (!model.Scorer.InService)
            {
                throw new ModelFailedException($"{slot.Id} failed before and is not asked any more");
            }

            WarmUp(slot, model, rows, requests);
            rows.Fill(state, slot, model, requests);
            model.Scorer.Score(rows.Rows!);
        }
        catch (ModelFailedException failure)
        {
            model?.Scorer.TakeOutOfService();
            if (decides)
            {
                throw GiveUp(number, failure);
            }

            // Nothing waits for a shadow: it is left out from now on, and Scorer.InService tells.
            rows.Silence(requests.Count);
        }
    }

    // A model that has no state of a patient is led through what was kept of the patient's steps.
    private void WarmUp(ModelSlot slot, LoadedModel model, ModelRows rows, List<ScoreRequest> requests)
    {
        _cold.Clear();
        for (var i = 0; i < requests.Count; i++)
        {
            if (rows.RowOf[i] >= 0 && slot.IsCold(requests[i].Patient))
            {
                _cold.Add(requests[i].Patient);
            }
        }

        if (_cold.Count > 0)
        {
            _fold.Run(model, CollectionsMarshal.AsSpan(_cold), slot);
        }
    }

    // Marks the requests that the model is to answer, with 0; true: somebody's alert depends on one of them.
    private bool Choose(int number, ModelSlot slot, ModelRows rows, List<ScoreRequest> requests)
    {
        rows.Silence(requests.Count);
        var decides = false;
        for (var i = 0; i < requests.Count; i++)
        {
            var counts = _active[i].Number == number;
            var asked = counts
                ? state.Models.IsServed && !GivenUp.Contains(_active[i].Offset) && !IsSilent(requests[i].Patient)
                : slot is { IsShadow: true, Model.Scorer.InService: true };
            rows.RowOf[i] = asked ? 0 : -1;
            rows.Chosen += asked ? 1 : 0;
            decides |= asked && counts;
        }

        return decides;
    }

    /// <summary>The rows of one model, and which of them is a request's.</summary>
    private sealed class ModelRows
    {
        public ScoreRows? Rows { get; private set; }

        public List<int> RowOf { get; } = [];

        public int Chosen { get; set; }

        public void Silence(int requests)
        {
            Chosen = 0;
            RowOf.Clear();
            for (var i = 0; i < requests; i++)
            {
                RowOf.Add(-1);
            }
        }

        public void Fill(FlowState state, ModelSlot slot, LoadedModel model, List<ScoreRequest> requests)
        {
            Rows ??= new ScoreRows(model.Features.Count, model.StateSize);
            Rows.Count = 0;
            for (var i = 0; i < requests.Count; i++)
            {
                if (RowOf[i] < 0)
                {
                    continue;
                }

                var row = Rows.Add();
                RowOf[i] = row;
                model.Features.Fill(in state.Patient(requests[i].Patient), requests[i].Time, Rows.Input(row));
                slot.Of(requests[i].Patient).CopyTo(Rows.State(row));

                // Behind the last that was heard of a patient steps go on until their values have expired; nobody was trained on these.
                if (requests[i].Step && requests[i].Time <= state.Patient(requests[i].Patient).Clock)
                {
                    model.Scorer.Drift.Count(Rows.Input(row));
                }
            }
        }
    }
}
