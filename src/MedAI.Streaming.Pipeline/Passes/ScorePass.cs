// The third pass: all due rows of the batch go through the models together.
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>
/// Fills and scores rows of the model whose alerts count, which has the number 0, and of the shadows behind it. Clinical scores need no
/// batch and are computed where they decide.
/// </summary>
internal sealed class ScorePass
{
    private readonly FlowState _state;
    private readonly ModelScorer? _scorer;
    private readonly ModelRows?[] _models;

    /// <summary>A pass for the models of a law.</summary>
    public ScorePass(FlowState state, FlowLaw law)
    {
        _state = state;
        _scorer = law.Scorer;
        _models =
        [
            law.Scorer is null ? null : new ModelRows(law.Features!, law.Scorer),
            .. law.Shadows.Select(shadow => new ModelRows(shadow.Features, shadow.Scorer)),
        ];
    }

    /// <summary>The model is not asked any more, whatever the log says.</summary>
    public bool GivenUp { get; set; }

    /// <summary>Whether a model is served at all whose alerts count.</summary>
    public bool HasModel => _scorer is not null;

    /// <summary>Scores every request whose patient's model answers.</summary>
    /// <exception cref="ModelFailedException">The model whose alerts count did not answer.</exception>
    public void Run(List<ScoreRequest> requests)
    {
        if (_models[0] is { } active)
        {
            Fill(active, 0, requests);
            if (active.Rows.Count > 0 && !active.Scorer.InService)
            {
                throw new ModelFailedException("the model failed before and is not asked any more");
            }

            active.Scorer.Score(active.Rows);
        }

        for (var model = 1; model < _models.Length; model++)
        {
            RunShadow(model, requests);
        }
    }

    /// <summary>The risk that a model gives to a request by its number, or NaN where the model did not answer.</summary>
    public double Risk(int model, int request) =>
        _models[model] is { } rows && rows.RowOf[request] >= 0 ? rows.Rows.Risks[rows.RowOf[request]] : double.NaN;

    /// <summary>A model's state after the step of a request that it answered.</summary>
    public ReadOnlySpan<float> StateAfter(int model, int request) => _models[model]!.Rows.State(_models[model]!.RowOf[request]);

    private void RunShadow(int model, List<ScoreRequest> requests)
    {
        var shadow = _models[model]!;
        Fill(shadow, model, requests);
        try
        {
            shadow.Scorer.Score(shadow.Rows);
        }
        catch (ModelFailedException)
        {
            // Nothing waits for a shadow: it is left out from now on, and Scorer.InService tells.
            shadow.Scorer.TakeOutOfService();
            shadow.RowOf.Clear();
            shadow.RowOf.AddRange(Enumerable.Repeat(-1, requests.Count));
        }
    }

    private void Fill(ModelRows rows, int model, List<ScoreRequest> requests)
    {
        rows.Rows.Count = 0;
        rows.RowOf.Clear();
        foreach (var request in requests)
        {
            if (IsSilent(model, rows, request.Patient))
            {
                rows.RowOf.Add(-1);
                continue;
            }

            var row = rows.Rows.Add();
            rows.RowOf.Add(row);
            rows.Features.Fill(in _state.Patient(request.Patient), request.Time, rows.Rows.Input(row));
            _state.Models[model].Of(request.Patient).CopyTo(rows.Rows.State(row));
            if (IsHeardOf(in request))
                rows.Scorer.Drift.Count(rows.Rows.Input(row));
        }
    }

    // Behind the last that was heard of a patient steps go on until their values have expired; nobody was trained on these.
    private bool IsHeardOf(in ScoreRequest request) => request.Step && request.Time <= _state.Patient(request.Patient).Clock;

    private bool IsSilent(int model, ModelRows rows, int patient) =>
        model == 0 ? GivenUp || _state.ModelIsSilent(_state.Patient(patient).LastArrival) : !rows.Scorer.InService;

    /// <summary>The rows of one model, and which of them is a request's.</summary>
    private sealed class ModelRows(FeatureSpec features, ModelScorer scorer)
    {
        public FeatureSpec Features { get; } = features;

        public ModelScorer Scorer { get; } = scorer;

        public ScoreRows Rows { get; } = new(features.Count, scorer.Model.Card.StateSize);

        public List<int> RowOf { get; } = [];
    }
}
