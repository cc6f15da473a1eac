// Counts durations in buckets of equal relative width, so that any number of them takes a few kilobytes.
using System.Numerics;

namespace MedAI.Streaming.Host.Send;

/// <summary>A histogram of durations from 1 microsecond to 9 hours; quantiles are right to 1.6 %. Not thread-safe.</summary>
internal sealed class LatencyHistogram
{
    // Below 128 every microsecond has a bucket; above, every power of two has 64.
    private const int PerOctave = 64;
    private const int Octaves = 30;
    private readonly long[] _counts = new long[PerOctave * (Octaves + 1)];
    private long _total;

    /// <summary>The longest duration; zero where there is none.</summary>
    public TimeSpan Max { get; private set; }

    /// <summary>Counts a duration.</summary>
    public void Add(TimeSpan duration)
    {
        var microseconds = Math.Max(0, (long)duration.TotalMicroseconds);
        _counts[Math.Min(BucketOf(microseconds), _counts.Length - 1)]++;
        _total++;
        if (duration > Max)
            Max = duration;
    }

    /// <summary>The duration that a share of all durations does not exceed; zero where there is none.</summary>
    /// <param name="share">0 to 1.</param>
    public TimeSpan Quantile(double share)
    {
        var rank = (long)Math.Ceiling(share * _total);
        for (int bucket = 0, last = _counts.Length - 1; bucket <= last && rank > 0; bucket++)
        {
            rank -= _counts[bucket];
            if (rank <= 0)
                return TimeSpan.FromMicroseconds(Math.Min(HighestOf(bucket), Max.TotalMicroseconds));
        }

        return TimeSpan.Zero;
    }

    private static int BucketOf(long value)
    {
        var octave = Math.Max(0, BitOperations.Log2((ulong)value | 1) - 6);
        return (PerOctave * octave) + (int)(value >> octave);
    }

    private static long HighestOf(int bucket)
    {
        var octave = Math.Max(0, (bucket / PerOctave) - 1);
        return ((bucket - (PerOctave * octave) + 1L) << octave) - 1;
    }
}
