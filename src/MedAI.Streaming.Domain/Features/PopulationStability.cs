// Says in one number how far a distribution has moved from another.
namespace MedAI.Streaming.Domain.Features;

/// <summary>
/// The population stability index: the sum over bins of (found - expected) x ln(found / expected), each a share. It is the symmetric
/// Kullback-Leibler divergence of two histograms. Usual reading (Siddiqi 2006, Credit Risk Scorecards, chapter 8): below 0.1 nothing has
/// changed, 0.1 to 0.25 look at it, above 0.25 it is another population.
/// </summary>
public static class PopulationStability
{
    /// <summary>A share is taken for at least this, so that an empty bin gives a large number and no infinite one.</summary>
    public const double LeastShare = 1e-4;

    /// <summary>The index, 0 or more.</summary>
    /// <param name="expected">Shares by bin, 0..1, that sum to 1.</param>
    /// <param name="found">Weights by bin, 0 or more, for example counts; they are divided by their sum.</param>
    /// <returns>NaN where nothing was found.</returns>
    /// <exception cref="ArgumentException">There are not equally many bins.</exception>
    public static double Index(ReadOnlySpan<double> expected, ReadOnlySpan<double> found)
    {
        if (expected.Length != found.Length)
            throw new ArgumentException($"{found.Length} bins were found where {expected.Length} are expected.", nameof(found));

        var sum = 0.0;
        foreach (var weight in found)
        {
            sum += weight;
        }

        if (!(sum > 0))
            return double.NaN;

        var index = 0.0;
        for (var bin = 0; bin < expected.Length; bin++)
        {
            var (was, now) = (Math.Max(expected[bin], LeastShare), Math.Max(found[bin] / sum, LeastShare));
            index += (now - was) * Math.Log(now / was);
        }

        return index;
    }
}
