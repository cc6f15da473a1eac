// The third pass: all due rows of the batch go through the model together.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>Fills and scores model rows. Clinical scores need no batch and are computed where they decide.</summary>
internal sealed class ScorePass(FlowState state, ModelScorer? scorer)
{
    private readonly ScoreRows _rows = new(state.Features?.Count ?? 0, state.ModelStateSize);
    private readonly List<int> _rowOf = [];

    /// <summary>Scores every request whose patient's model answers.</summary>
    public void Run(List<ScoreRequest> requests)
    {
        _rows.Count = 0;
        _rowOf.Clear();
        if (scorer is null)
        {
            return;
        }

        foreach (var request in requests)
        {
            if (GivenUp || state.ModelIsSilent(state.Patient(request.Patient).LastArrival))
            {
                _rowOf.Add(-1);
                continue;
            }

            var row = _rows.Add();
            _rowOf.Add(row);
            state.Features!.Fill(in state.Patient(request.Patient), request.Time, _rows.Input(row));
            state.ModelState(request.Patient).CopyTo(_rows.State(row));
        }

        if (_rows.Count > 0 && !scorer.InService)
        {
            throw new ModelFailedException("the model failed before and is not asked any more");
        }

        scorer.Score(_rows);
    }

    /// <summary>The model is not asked any more, whatever the log says.</summary>
    public bool GivenUp { get; set; }

    /// <summary>Whether a model is served at all.</summary>
    public bool HasModel => scorer is not null;

    /// <summary>The risk of a request by its number, or NaN where the model did not answer.</summary>
    public double Risk(int request) => _rowOf[request] < 0 ? double.NaN : _rows.Risks[_rowOf[request]];

    /// <summary>The model's state after the step of a request that it answered.</summary>
    public ReadOnlySpan<float> StateAfter(int request) => _rows.State(_rowOf[request]);
}
