// A model without a runtime: plain float arithmetic per row, so that equal rows give equal bits in any batch.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.TestKit.InMemory;

/// <summary>A recurrent model whose state is a running mean of its inputs and whose risk is the logistic of their sum.</summary>
public sealed class InMemoryModel : IScoringModel
{
    private readonly float[] _inputs;
    private readonly float[] _states;
    private readonly float[] _statesOut;
    private readonly float[] _risks;
    private readonly float[] _attentions;
    private readonly float[] _alarmScores;

    /// <summary>A model with a card of your own making; its state holds one float per input, or nothing.</summary>
    /// <param name="card">The card.</param>
    /// <param name="maxRows">The most rows of one call.</param>
    /// <param name="alarms">Whether it has an alarm score: the logistic of what the sum of its state grew by, five times.</param>
    public InMemoryModel(ModelCard card, int maxRows, bool alarms = false)
    {
        if (card.StateSize != 0 && card.StateSize != card.Inputs.Count)
            throw new ArgumentException("The state holds one float per input, or nothing.", nameof(card));
        Card = card;
        MaxRows = maxRows;
        _inputs = new float[maxRows * card.Inputs.Count];
        _states = new float[maxRows * card.StateSize];
        _statesOut = new float[maxRows * card.StateSize];
        _risks = new float[maxRows];
        _attentions = new float[card.StateSize == 0 ? 0 : maxRows];
        _alarmScores = new float[alarms ? maxRows : 0];
    }

    /// <summary>Called before each run with the number of rows; throw <see cref="ModelFailedException"/> to be a dead model.</summary>
    public Action<int>? BeforeRun { get; set; }

    /// <summary>What its alarm scores are multiplied by; NaN to be a model that gives half an answer.</summary>
    public float AlarmFactor { get; set; } = 1;

    /// <summary>From this value of its first input on it computes no number, and a state that is none.</summary>
    public float Breaking { get; init; } = float.PositiveInfinity;

    /// <inheritdoc/>
    public ModelCard Card { get; }

    /// <inheritdoc/>
    public string Profile => "in memory; cpu; scalar";

    /// <inheritdoc/>
    public bool MayPage => true;

    /// <inheritdoc/>
    public int MaxRows { get; }

    /// <inheritdoc/>
    public Span<float> Inputs => _inputs;

    /// <inheritdoc/>
    public Span<float> States => _states;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Risks => _risks;

    /// <inheritdoc/>
    public ReadOnlySpan<float> AlarmScores => _alarmScores;

    /// <inheritdoc/>
    public ReadOnlySpan<float> StatesOut => _statesOut;

    /// <inheritdoc/>
    public ReadOnlySpan<float> Attentions => _attentions;

    /// <summary>A card with made-up inputs <c>x0</c>, <c>x1</c>, ...</summary>
    public static ModelCard MakeCard(int inputs, bool recurrent, int stepSeconds = 3600) => new()
    {
        Name = "memory",
        Version = "1.0.0",
        Inputs = [.. Enumerable.Range(0, inputs).Select(i => $"x{i}")],
        StepSeconds = stepSeconds,
        StateSize = recurrent ? inputs : 0,
        Mean = new Dictionary<string, double>(),
        StandardDeviation = new Dictionary<string, double>(),
        Clip = 5,
        SinceCapHours = 24,
        AdmissionCapHours = 240,
        OutputMeaning = "nothing",
        AlertThreshold = 0.8,
        ClearThreshold = 0.6,
        Sha256 = new string('0', 64),
    };

    /// <inheritdoc/>
    public void Run(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MaxRows);
        BeforeRun?.Invoke(rows);
        var width = Card.Inputs.Count;
        for (var row = 0; row < rows; row++)
        {
            var (sum, before) = (0f, 0f);
            for (var i = row * width; i < (row + 1) * width; i++)
            {
                var value = Card.StateSize == 0 ? _inputs[i] : 0.75f * _states[i] + 0.25f * _inputs[i];
                if (_inputs[row * width] >= Breaking) value = float.NaN;
                if (Card.StateSize != 0) _statesOut[i] = value;
                sum += value;
                before += Card.StateSize == 0 ? 0 : _states[i];
            }

            _risks[row] = 1f / (1f + MathF.Exp(-sum));
            if (Card.StateSize != 0) _attentions[row] = sum;
            if (_alarmScores.Length > 0) _alarmScores[row] = AlarmFactor / (1f + MathF.Exp(-5 * (sum - before)));
        }
    }

    /// <summary>Holds nothing.</summary>
    public void Dispose()
    {
    }
}
