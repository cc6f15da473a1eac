// Follows how a model's inputs are distributed, and how far that has moved from what the model was trained on.
using MedAI.Streaming.Domain.Features;

namespace MedAI.Streaming.Pipeline.Scoring;

/// <summary>How far one input has moved.</summary>
/// <param name="Input">The input's name.</param>
/// <param name="Psi">Its population stability index against the model's card; see <see cref="PopulationStability"/>.</param>
public readonly record struct MovedInput(string Input, double Psi);

/// <summary>
/// Counts the bins of standardised inputs at the steps of patients, one for a model whatever the number of flows that share it. Counts are
/// halved when the window is full, so that they follow the last steps. It decides nothing: a step that is made again after a crash counts
/// twice, and a process that starts anew begins at nothing.
/// </summary>
public sealed class InputDrift
{
    /// <summary>Steps of a full window: at 100 patients with a step an hour the last four to eight days.</summary>
    public const long DefaultWindow = 20_000;

    /// <summary>
    /// Steps below which nothing is said: ten bins of as few alone give about 9 / 500 = 0.02 by chance, and steps of one patient are alike.
    /// </summary>
    public const long LeastSteps = 500;

    private const int Bins = InputReference.MostEdges + 1;
    private readonly string[] _names;
    private readonly int[] _columns;
    private readonly double[][] _edges;
    private readonly double[][] _shares;
    private readonly long _window;

    // Guards _counts and _steps: flows of several partitions count at the same time.
    private readonly Lock _counting = new();
    private readonly double[] _counts;
    private double _steps;

    /// <summary>Follows the inputs for which a card has a histogram.</summary>
    /// <param name="card">The card.</param>
    /// <param name="window">Steps after which counts are halved; <see cref="long.MaxValue"/>: never.</param>
    public InputDrift(ModelCard card, long window = DefaultWindow)
    {
        _names = [.. card.Inputs.Where(name => card.InputReference.TryGetValue(name, out var reference) && reference.Edges.Count > 0)];
        var places = card.Inputs.Select((name, column) => (name, column)).ToDictionary(at => at.name, at => at.column, StringComparer.Ordinal);
        _columns = Array.ConvertAll(_names, name => places[name]);
        _edges = Array.ConvertAll(_names, name => card.InputReference[name].Edges.ToArray());
        _shares = Array.ConvertAll(_names, name => card.InputReference[name].Shares.ToArray());
        _counts = new double[_names.Length * Bins];
        _window = window;
    }

    /// <summary>Steps that count at present; halved with the counts.</summary>
    public long Steps
    {
        get
        {
            lock (_counting)
                return (long)_steps;
        }
    }

    /// <summary>Counts the row of a step.</summary>
    /// <param name="row">The model's standardised inputs, in the order of its card.</param>
    public void Count(ReadOnlySpan<float> row)
    {
        if (_columns.Length == 0)
            return;

        lock (_counting)
        {
            for (var input = 0; input < _columns.Length; input++)
            {
                _counts[(input * Bins) + BinOf(row[_columns[input]], _edges[input])]++;
            }

            if (++_steps >= _window)
                Halve();
        }
    }

    /// <summary>Every input for which there is a histogram of more than one bin, in the order of the card; none before there are <see cref="LeastSteps"/>.</summary>
    public IReadOnlyList<MovedInput> Measure()
    {
        lock (_counting)
        {
            return _steps < LeastSteps
                ? []
                : [.. _names.Select((name, input) => new MovedInput(
                    name, PopulationStability.Index(_shares[input], _counts.AsSpan(input * Bins, _shares[input].Length))))];
        }
    }

    private static int BinOf(float value, double[] edges)
    {
        var bin = 0;
        while (bin < edges.Length && edges[bin] <= value)
        {
            bin++;
        }

        return bin;
    }

    private void Halve()
    {
        _steps /= 2;
        foreach (ref var count in _counts.AsSpan())
        {
            count /= 2;
        }
    }
}
