// A fault that comes for a while and goes again, such as a lost connection.
namespace MedAI.Streaming.Simulation;

/// <summary>Spells of 10 s to 60 s that together hold a share of a device's frames.</summary>
/// <param name="share">The share, 0 to 1.</param>
/// <param name="frames">Frames of a spell of mean length.</param>
internal struct FaultSpell(double share, double frames)
{
    /// <summary>Mean length, ms.</summary>
    public const long MeanMs = (ShortestMs + LongestMs) / 2;

    private const long ShortestMs = 10_000;
    private const long LongestMs = 60_000;

    // With this chance at each frame outside, spells and the time between them are in proportion.
    private readonly double _begins = share >= 1 ? 1 : share / ((1 - share) * Math.Max(1, frames));
    private long _until = long.MinValue;
    private bool _began;

    /// <summary>Whether the last frame was in a spell.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Whether the frame at this time is in a spell. Draws once or twice outside of spells only.</summary>
    public bool Holds(long now, SeededRandom random)
    {
        if (share <= 0) return false;
        if (IsOn && now < _until) return true;

        // The first frame may fall into the middle of a spell, so that the share holds from the beginning on.
        var begins = random.Chance(_began ? _begins : share);
        if (begins) _until = now + (_began ? random.Between(ShortestMs, LongestMs) : random.Between(1, LongestMs));
        _began = true;
        return IsOn = begins;
    }
}
