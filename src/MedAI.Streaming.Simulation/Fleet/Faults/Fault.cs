// A fault of the world as a transform of arrival-ordered elements; faults are seeded, and compose in any order.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Simulation;

/// <summary>
/// One kind of fault. It takes elements in arrival order and returns elements in arrival order; the same elements and the same
/// seed give the same result. It leaves the list it was given as it is.
/// </summary>
public abstract class Fault
{
    /// <summary>The elements under this fault.</summary>
    public IReadOnlyList<LogElement> Apply(IReadOnlyList<LogElement> elements, ulong seed) =>
        Apply(elements, new SeededRandom(seed));

    /// <summary>The fault and its parameters, in a few words.</summary>
    public abstract override string ToString();

    internal abstract IReadOnlyList<LogElement> Apply(IReadOnlyList<LogElement> elements, SeededRandom random);

    /// <summary>
    /// Delays half of the frames of bedside monitors and wearables by 1 ms to <paramref name="maxDelayMs"/>, and always by less
    /// than the gap wait of their source (<see cref="SourceSettings"/>; charted values are not waited for and stay). Event times
    /// stay. No frame is moved past a control record of its patient, nor past the first frame of its device's next epoch, since
    /// that would be another story and not another order.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDelayMs"/> is below 1.</exception>
    public static Fault Disorder(long maxDelayMs) => new Disorder(maxDelayMs);

    /// <summary>Sends a share of the frames a second time, unchanged, up to 3 s of arrival time later.</summary>
    /// <param name="rate">Probability for each frame, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is out of its range.</exception>
    public static Fault Duplicate(double rate) => new Duplicate(rate);

    /// <summary>Loses a share of the frames, which leaves gaps in the sequences.</summary>
    /// <param name="rate">Probability for each frame, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is out of its range.</exception>
    public static Fault Drop(double rate) => new Drop(rate);

    /// <summary>Shifts the event time of a share of the frames; arrivals stay.</summary>
    /// <param name="rate">Probability for each frame, 0 to 1.</param>
    /// <param name="milliseconds">Shift; positive is a device whose clock is ahead.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is out of its range.</exception>
    public static Fault Skew(double rate, long milliseconds) => new Skew(rate, milliseconds);

    /// <summary>
    /// Makes a share of the wearables deliver in batches: their frames arrive together, in their order, one period apart.
    /// </summary>
    /// <param name="rate">Probability for each wearable, 0 to 1.</param>
    /// <param name="periodMs">Time between two deliveries, ms, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate or period is out of its range.</exception>
    public static Fault LateBatches(double rate, long periodMs) => new LateBatches(rate, periodMs);

    /// <summary>
    /// Spoils a share of the frames, each in one way: a value that is no number or out of range, an unknown vital sign, a wrong
    /// unit, a repeated vital sign, a reading marked as an error, or a refused element right before it.
    /// </summary>
    /// <param name="rate">Probability for each frame, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is out of its range.</exception>
    public static Fault Corrupt(double rate) => new Corrupt(rate);

    /// <summary>Restarts devices: from a frame on, the epoch is one higher and the sequence starts anew from 1.</summary>
    /// <param name="rate">Probability for each frame after a device's first, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is out of its range.</exception>
    public static Fault Restart(double rate) => new Restart(rate);

    private protected static long GapWait(SourceClass source) => SourceSettings.Default(source).GapWait;

    private protected static double CheckedRate(double rate)
    {
        if (rate is >= 0 and <= 1) return rate;
        throw new ArgumentOutOfRangeException(nameof(rate), rate, "A rate is a probability from 0 to 1.");
    }
}
