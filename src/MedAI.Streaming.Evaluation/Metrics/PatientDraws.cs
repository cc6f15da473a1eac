// Patients drawn with replacement, as how often each was drawn: the same seed draws the same on every machine.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>
/// Draws of as many patients as there are. A draw is kept as a weight by patient, because every figure is a sum over patients or
/// over rows that are already sorted, so no draw needs a sort of its own. The generator is SplitMix64 (Steele, Lea and Flood,
/// "Fast splittable pseudorandom number generators", 2014).
/// </summary>
internal sealed class PatientDraws
{
    private readonly ushort[][] _weights;

    public PatientDraws(int patients, int draws, ulong seed)
    {
        Everyone = new ushort[patients];
        Array.Fill(Everyone, (ushort)1);
        _weights = new ushort[draws][];
        var state = seed;
        for (var d = 0; d < draws; d++)
        {
            _weights[d] = new ushort[patients];
            for (var i = 0; i < patients; i++) _weights[d][Next(ref state, patients)]++;
        }
    }

    /// <summary>Number of draws.</summary>
    public int Count => _weights.Length;

    /// <summary>Every patient once: the weights of the figure itself.</summary>
    public ushort[] Everyone { get; }

    /// <summary>Weights by patient of one draw.</summary>
    public ushort[] this[int draw] => _weights[draw];

    private static int Next(ref ulong state, int below)
    {
        state += 0x9E3779B97F4A7C15UL;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        // Multiply and keep the high half: the bias is below 2^-40 for cohorts of any size met here.
        return (int)Math.BigMul(z ^ (z >> 31), (ulong)below, out _);
    }
}
