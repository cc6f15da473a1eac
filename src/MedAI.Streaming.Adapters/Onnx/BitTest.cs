// Proves that a row's score does not depend on the rows beside it, down to the last bit.
using System.Runtime.InteropServices;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Onnx;

/// <summary>
/// Scores golden rows alone, in batches of 2, 7, 64 and 4,096, at every capacity in between, and permuted. Which patients are due
/// together is chance, so transitions are a function of the log only for a model that passes.
/// </summary>
public static class BitTest
{
    private const int GoldenRows = 64;
    private static readonly int[] AskedSizes = [2, 7, 64, 4096];

    /// <summary>Runs the test with its own rows: seeded, over the range of standardised inputs, up to seven steps deep.</summary>
    /// <param name="model">The model; nobody else may call it meanwhile, and its buffers are overwritten.</param>
    /// <exception cref="ModelFailedException">The model did not answer.</exception>
    public static BitTestResult Run(IScoringModel model)
    {
        var inputs = new float[GoldenRows * model.Card.Inputs.Count];
        var states = new float[GoldenRows * model.Card.StateSize];
        FillRows(inputs);
        StepStates(model, inputs, states);
        return Run(model, inputs, states);
    }

    /// <summary>Runs the test with given rows.</summary>
    /// <param name="model">The model; nobody else may call it meanwhile, and its buffers are overwritten.</param>
    /// <param name="inputs">Rows of inputs, row-major; at least one.</param>
    /// <param name="states">As many rows of state; empty for a stateless model.</param>
    /// <exception cref="ArgumentException">The lengths are not those of equally many rows.</exception>
    /// <exception cref="ModelFailedException">The model did not answer.</exception>
    public static BitTestResult Run(IScoringModel model, ReadOnlySpan<float> inputs, ReadOnlySpan<float> states)
    {
        var golden = new Rows(model.Card.Inputs.Count, model.Card.StateSize, inputs, states);
        var alone = new Results(golden.Count, model.Card.StateSize);
        Span<int> one = stackalloc int[1];
        for (var row = 0; row < golden.Count; row++)
        {
            one[0] = row;
            golden.Load(model, one);
            model.Run(1);
            if (alone.Keep(model, row) is { } notANumber)
            {
                return notANumber;
            }
        }

        var batches = 0;
        foreach (var size in Sizes(model.MaxRows))
        {
            for (var start = 0; start < golden.Count; start += size)
            {
                foreach (var permuted in (ReadOnlySpan<bool>)[false, true])
                {
                    var order = Order(golden.Count, start, size, permuted);
                    golden.Load(model, order);
                    model.Run(size);
                    batches++;
                    if (alone.FirstDifference(model, order, permuted) is { } first)
                    {
                        return BitTestResult.Differs(first);
                    }
                }
            }
        }

        return BitTestResult.Passed(golden.Count, batches);
    }

    // The asked sizes, and every power of two, because those are the shapes that calls really run in.
    private static IEnumerable<int> Sizes(int maxRows) => Enumerable.Range(1, 16).Select(power => 1 << power)
        .Concat(AskedSizes).Where(size => size <= maxRows).Distinct().Order();

    // Golden rows go round until the batch is full, so that in a large one each stands at many places.
    private static int[] Order(int rows, int start, int size, bool permuted)
    {
        var order = Enumerable.Range(start, size).Select(place => place % rows).ToArray();
        if (permuted)
        {
            new Random(size).Shuffle(order);
        }

        return order;
    }

    private static void FillRows(Span<float> inputs)
    {
        var random = new Random(20260101);
        for (var i = 0; i < inputs.Length; i++)
        {
            // Inputs are standardised values clipped at 5, marks of 0 and 1, and fractions: all three kinds at every place.
            inputs[i] = random.Next(8) switch
            {
                0 => 0,
                1 => 1,
                2 => random.Next(2) == 0 ? -5 : 5,
                3 => random.NextSingle(),
                _ => (random.NextSingle() * 6) - 3,
            };
        }
    }

    // Row i has i % 8 steps behind it, so new patients and old ones are both there.
    private static void StepStates(IScoringModel model, ReadOnlySpan<float> inputs, Span<float> states)
    {
        var width = model.Card.Inputs.Count;
        var size = model.Card.StateSize;
        for (var row = 0; row < GoldenRows && size > 0; row++)
        {
            var state = states.Slice(row * size, size);
            for (var step = 1; step <= row % 8; step++)
            {
                inputs.Slice((row + step) % GoldenRows * width, width).CopyTo(model.Inputs);
                state.CopyTo(model.States);
                model.Run(1);
                model.StatesOut[..size].CopyTo(state);
            }
        }
    }

    private readonly ref struct Rows
    {
        private readonly ReadOnlySpan<float> _inputs;
        private readonly ReadOnlySpan<float> _states;
        private readonly int _width;
        private readonly int _stateSize;

        public Rows(int width, int stateSize, ReadOnlySpan<float> inputs, ReadOnlySpan<float> states)
        {
            Count = inputs.Length / width;
            if (Count == 0 || inputs.Length != Count * width || states.Length != Count * stateSize)
            {
                throw new ArgumentException($"{inputs.Length} inputs and {states.Length} state values are not equally many "
                    + $"rows of {width} and {stateSize}.", nameof(inputs));
            }

            _inputs = inputs;
            _states = states;
            _width = width;
            _stateSize = stateSize;
        }

        public int Count { get; }

        public void Load(IScoringModel model, ReadOnlySpan<int> order)
        {
            for (var place = 0; place < order.Length; place++)
            {
                _inputs.Slice(order[place] * _width, _width).CopyTo(model.Inputs[(place * _width)..]);
                _states.Slice(order[place] * _stateSize, _stateSize).CopyTo(model.States[(place * _stateSize)..]);
            }
        }
    }

    private sealed class Results(int rows, int stateSize)
    {
        private readonly float[] _risks = new float[rows];
        private readonly float[] _states = new float[rows * stateSize];
        private readonly float[] _attentions = new float[rows];
        private readonly float[] _alarmScores = new float[rows];

        /// <summary>Keeps the result of the only row scored; one that is no risk or no number ends the test.</summary>
        public BitTestResult? Keep(IScoringModel model, int row)
        {
            _risks[row] = model.Risks[0];
            if (_risks[row] is not (>= 0 and <= 1))
            {
                return BitTestResult.NotANumber(row, ModelTensors.Risk, _risks[row]);
            }

            if (stateSize == 0)
            {
                return null;
            }

            var attention = _attentions[row] = model.Attentions.IsEmpty ? 0 : model.Attentions[0];
            var alarm = _alarmScores[row] = model.AlarmScores.IsEmpty ? 0 : model.AlarmScores[0];
            model.StatesOut[..stateSize].CopyTo(_states.AsSpan(row * stateSize));
            foreach (var value in _states.AsSpan(row * stateSize, stateSize))
            {
                if (!float.IsFinite(value))
                {
                    return BitTestResult.NotANumber(row, ModelTensors.StateOut, value);
                }
            }

            return !float.IsFinite(attention) ? BitTestResult.NotANumber(row, ModelTensors.Attention, attention)
                : alarm is not (>= 0 and <= 1) ? BitTestResult.NotANumber(row, ModelTensors.Alarm, alarm)
                : null;
        }

        public BitDifference? FirstDifference(IScoringModel model, ReadOnlySpan<int> order, bool permuted)
        {
            for (var place = 0; place < order.Length; place++)
            {
                var row = order[place];
                var first = Compare(ModelTensors.Risk, _risks.AsSpan(row, 1), model.Risks.Slice(place, 1));
                if (stateSize > 0)
                {
                    first ??= Compare(ModelTensors.StateOut, _states.AsSpan(row * stateSize, stateSize),
                        model.StatesOut.Slice(place * stateSize, stateSize));
                    first ??= Compare(ModelTensors.Attention, _attentions.AsSpan(row, 1), model.Attentions, place);
                    first ??= Compare(ModelTensors.Alarm, _alarmScores.AsSpan(row, 1), model.AlarmScores, place);
                }

                if (first is not null)
                {
                    return first with { BatchRows = order.Length, Permuted = permuted, Row = row };
                }
            }

            return null;
        }

        // Not every model gives it.
        private static BitDifference? Compare(string output, ReadOnlySpan<float> alone, ReadOnlySpan<float> results, int place) =>
            results.IsEmpty ? null : Compare(output, alone, results.Slice(place, 1));

        // Bits, not values: minus zero and zero are different inputs to what comes after.
        private static BitDifference? Compare(string output, ReadOnlySpan<float> alone, ReadOnlySpan<float> inBatch)
        {
            var column = MemoryMarshal.Cast<float, int>(alone).CommonPrefixLength(MemoryMarshal.Cast<float, int>(inBatch));
            return column == alone.Length ? null : new BitDifference(0, false, 0, output, column, alone[column], inBatch[column]);
        }
    }
}
