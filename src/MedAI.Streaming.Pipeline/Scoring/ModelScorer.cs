// Scores the due rows of all flows in as few calls of the model as possible.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline.Scoring;

/// <summary>Rows of one flow on their way through the model; owned by the flow and used again.</summary>
public sealed class ScoreRows(int inputs, int stateSize)
{
    /// <summary>How many rows are filled.</summary>
    public int Count { get; set; }

    /// <summary>Why the model did not answer for these rows, or null. Set by whichever flow ran the call.</summary>
    internal Exception? Failure { get; set; }

    /// <summary>Floats per input row.</summary>
    public int InputSize { get; } = inputs;

    /// <summary>Floats per state row.</summary>
    public int StateSize { get; } = stateSize;

    /// <summary>Input rows.</summary>
    public float[] Inputs { get; private set; } = new float[64 * inputs];

    /// <summary>State rows before the step; the scorer writes the states after the step over them, where it has an answer.</summary>
    public float[] States { get; private set; } = new float[64 * stateSize];

    /// <summary>Result: risk 0..1.</summary>
    public float[] Risks { get; private set; } = new float[64];

    /// <summary>Result: alarm score 0..1; NaN where the model has none of its own.</summary>
    public float[] AlarmScores { get; private set; } = new float[64];

    /// <summary>Result: how much the model looked at this step; zero where it does not tell.</summary>
    public float[] Attentions { get; private set; } = new float[64];

    /// <summary>Adds a row and returns its number.</summary>
    public int Add()
    {
        if (Count == Risks.Length)
        {
            Risks = Larger(Risks);
            AlarmScores = Larger(AlarmScores);
            Attentions = Larger(Attentions);
            Inputs = Larger(Inputs);
            States = Larger(States);
        }

        return Count++;
    }

    /// <summary>The inputs of a row.</summary>
    public Span<float> Input(int row) => Inputs.AsSpan(row * InputSize, InputSize);

    /// <summary>The state of a row.</summary>
    public Span<float> State(int row) => States.AsSpan(row * StateSize, StateSize);

    private static float[] Larger(float[] array)
    {
        Array.Resize(ref array, array.Length * 2);
        return array;
    }
}

/// <summary>
/// The one place through which flows call a model. Flows that come while a call is running wait, and the next call carries the
/// rows of all who wait. Equal rows give equal bits in every batch (the model was tested for it), so who shares a call with whom
/// changes nothing.
/// </summary>
public sealed class ModelScorer(IScoringModel model)
{
    // Held by the flow that runs the model; the others wait here for their turn or their result.
    private readonly Lock _running = new();

    // Guards _waiting. Invariant: a request is in _waiting until its rows are taken by the flow that holds _running.
    private readonly Lock _queue = new();
    private List<ScoreRows> _waiting = [];
    private List<ScoreRows> _taken = [];

    // Written under _running only.
    private long _calls;
    private long _rows;
    private bool _inService = true;

    /// <summary>The model.</summary>
    public IScoringModel Model { get; } = model;

    /// <summary>How the inputs of patients' steps are distributed.</summary>
    public InputDrift Drift { get; init; } = new(model.Card);

    /// <summary>Calls of the model so far.</summary>
    public long Calls => Volatile.Read(ref _calls);

    /// <summary>Rows scored so far.</summary>
    public long Rows => Volatile.Read(ref _rows);

    /// <summary>Whether the model is still asked. Once it failed it is not, until the process starts anew.</summary>
    public bool InService => Volatile.Read(ref _inService);

    /// <summary>Stops asking the model.</summary>
    public void TakeOutOfService() => Volatile.Write(ref _inService, false);

    /// <summary>
    /// Scores all rows: fills their risks and replaces their states by the states after the step, but where the risk is no number: what the
    /// model made of such a step would leave it silent for good.
    /// </summary>
    /// <exception cref="ModelFailedException">The model did not answer.</exception>
    public void Score(ScoreRows rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        rows.Failure = null;
        lock (_queue)
        {
            _waiting.Add(rows);
        }

        lock (_running)
        {
            if (TakeAll(rows))
            {
                RunAll();
            }
        }

        if (rows.Failure is { } failure)
        {
            throw new ModelFailedException(failure.Message, failure);
        }
    }

    // False when another flow took these rows along in its call: then they are scored, or their failure is noted.
    private bool TakeAll(ScoreRows own)
    {
        lock (_queue)
        {
            if (!_waiting.Contains(own))
            {
                return false;
            }

            (_waiting, _taken) = (_taken, _waiting);
            return true;
        }
    }

    private void RunAll()
    {
        try
        {
            Run(_taken);
        }
        catch (Exception failure)
        {
            // Whatever it was, none of these rows was scored: every flow that waits for them must know.
            foreach (var rows in _taken)
            {
                rows.Failure = failure;
            }
        }
        finally
        {
            _taken.Clear();
        }
    }

    private void Run(List<ScoreRows> requests)
    {
        var filled = 0;
        int firstRequest = 0, firstRow = 0;
        for (var r = 0; r < requests.Count; r++)
        {
            for (var row = 0; row < requests[r].Count; row++)
            {
                CopyIn(requests[r], row, filled++);
                if (filled == Model.MaxRows || (r == requests.Count - 1 && row == requests[r].Count - 1))
                {
                    Model.Run(filled);
                    _calls++;
                    _rows += filled;
                    CopyOut(requests, firstRequest, firstRow, filled);
                    (firstRequest, firstRow) = row + 1 < requests[r].Count ? (r, row + 1) : (r + 1, 0);
                    filled = 0;
                }
            }
        }
    }

    private void CopyIn(ScoreRows rows, int row, int at)
    {
        rows.Input(row).CopyTo(Model.Inputs.Slice(at * rows.InputSize, rows.InputSize));
        rows.State(row).CopyTo(Model.States.Slice(at * rows.StateSize, rows.StateSize));
    }

    private void CopyOut(List<ScoreRows> requests, int r, int row, int count)
    {
        for (var i = 0; i < count; i++, row++)
        {
            while (row == requests[r].Count)
            {
                (r, row) = (r + 1, 0);
            }

            var rows = requests[r];
            rows.Risks[row] = Model.Risks[i];
            rows.AlarmScores[row] = Model.AlarmScores.IsEmpty ? float.NaN : Model.AlarmScores[i];
            rows.Attentions[row] = Model.Attentions.IsEmpty ? 0 : Model.Attentions[i];
            if (!float.IsNaN(rows.Risks[row]))
            {
                Model.StatesOut.Slice(i * rows.StateSize, rows.StateSize).CopyTo(rows.State(row));
            }
        }
    }
}
