// The one source of chance in simulations: the same seed gives the same numbers on every machine and .NET version.
namespace MedAI.Streaming.Simulation;

/// <summary>
/// A seeded generator, xoshiro256** filled by SplitMix64 (Blackman and Vigna, "Scrambled linear pseudorandom number
/// generators", 2021). It uses integer and basic IEEE arithmetic only, so that a seed means the same world everywhere. Not
/// thread-safe, and not for secrets.
/// </summary>
public sealed class SeededRandom
{
    private readonly ulong _seed;
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Starts the sequence that belongs to a seed; every seed is allowed.</summary>
    public SeededRandom(ulong seed)
    {
        _seed = seed;
        var state = seed;
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    /// <summary>
    /// A generator of its own for one part of a simulation. It depends on the seed and the label only, never on what was drawn
    /// before, so that one part can change without changing the others.
    /// </summary>
    public SeededRandom Fork(string label)
    {
        // FNV-1a, because string.GetHashCode differs from run to run.
        var hash = 14695981039346656037UL;
        foreach (var c in label) hash = (hash ^ c) * 1099511628211UL;
        var state = _seed ^ hash;
        return new SeededRandom(SplitMix(ref state));
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64()
    {
        var result = ulong.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = ulong.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), in steps of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double Between(double low, double high) => low + (NextDouble() * (high - low));

    /// <summary>A whole number in [low, high], both included; low where high is below it.</summary>
    public long Between(long low, long high)
    {
        if (high <= low) return low;
        // Multiply and keep the high half: the bias is below 2^-40 for the ranges used here.
        return low + (long)Math.BigMul(NextUInt64(), (ulong)(high - low) + 1, out _);
    }

    /// <summary>A whole number in [low, high], both included; low where high is below it.</summary>
    public int Between(int low, int high) => (int)Between((long)low, high);

    /// <summary>True with this probability; never at 0, always at 1.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>
    /// A bell-shaped number of mean 0 and variance 1, never beyond ±3.47: the sum of four uniform ones. The tails are cut on
    /// purpose, so that no draw leaves the plausible range, and no logarithm is used, whose last bit differs between machines.
    /// </summary>
    public double NextBell()
    {
        var bits = NextUInt64();
        var sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
        return ((sum / 65535.0) - 2.0) * 1.7320508075688772;
    }

    /// <summary>One of the items; the list must not be empty.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[(int)Between(0L, items.Count - 1)];

    /// <summary>Puts the items into a random order.</summary>
    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = (int)Between(0L, i);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
