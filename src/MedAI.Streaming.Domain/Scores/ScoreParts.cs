// The points of a score's parameters, packed into one number, so that a result can show its parts without allocation.
namespace MedAI.Streaming.Domain.Scores;

/// <summary>
/// Points of up to eight parameters, in the order of <see cref="ClinicalScores.PartNames"/>. A parameter that gave none, because
/// its input is missing or stale, holds <see cref="None"/>.
/// </summary>
public readonly record struct ScoreParts
{
    /// <summary>The value of a parameter without points; it counts as 0 in the total.</summary>
    public const int None = -1;

    /// <summary>The most parameters that fit.</summary>
    public const int Capacity = 8;

    // One byte a parameter, inverted, so that the default value holds None everywhere.
    private readonly ulong _inverted;

    private ScoreParts(ulong inverted) => _inverted = inverted;

    /// <summary>Points of a parameter: 0..127, or <see cref="None"/>. An index beyond them gives None.</summary>
    public int this[int part] => (uint)part < Capacity ? (sbyte)~(byte)(_inverted >> (8 * part)) : None;

    /// <summary>The same parts with one set.</summary>
    internal ScoreParts With(int part, int points)
    {
        var shift = 8 * part;
        return new((_inverted & ~(0xFFUL << shift)) | ((ulong)(byte)~points << shift));
    }
}
