// How an input of a model was distributed when the model was trained: what later values are held against.
namespace MedAI.Streaming.Pipeline.Scoring;

/// <summary>A histogram of one standardised input over the training's steps, from the model's card.</summary>
/// <param name="Edges">Ascending bounds; the bin of a value is the number of edges that are not above it.</param>
/// <param name="Shares">The share of steps in each bin: one more than edges, summing to 1. No edge: an input that never changes.</param>
public sealed record InputReference(IReadOnlyList<double> Edges, IReadOnlyList<double> Shares)
{
    /// <summary>The most edges.</summary>
    public const int MostEdges = 9;

    // Shares are written with a few digits.
    private const double SumTolerance = 1e-3;

    /// <summary>What is wrong with it, as words behind "must be"; null: nothing.</summary>
    public string? Problem
    {
        get
        {
            if (Edges.Count > MostEdges)
                return $"a histogram of at most {MostEdges} edges";
            if (Shares.Count != Edges.Count + 1)
                return $"a histogram with one share more than edges (here {Edges.Count + 1})";
            if (Edges.Any(edge => !double.IsFinite(edge)) || Edges.Zip(Edges.Skip(1)).Any(pair => pair.First >= pair.Second))
                return "a histogram whose edges ascend";

            return Shares.Any(share => share is not (>= 0 and <= 1)) || Math.Abs(Shares.Sum() - 1) > SumTolerance
                ? "a histogram whose shares are 0 to 1 and sum to 1"
                : null;
        }
    }
}
