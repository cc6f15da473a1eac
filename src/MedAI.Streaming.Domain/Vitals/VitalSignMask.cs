// Sets of vital signs as the bits of a number, so that hot state and scores can carry them without allocation.
namespace MedAI.Streaming.Domain.Vitals;

/// <summary>Sets of vital signs as bits: bit n stands for the vital sign with the number n.</summary>
public static class VitalSignMask
{
    /// <summary>Laboratory results and what else is no vital sign.</summary>
    public const ulong Results = ~0ul << VitalSignCatalogue.SignalCount;

    /// <summary>The set of one vital sign.</summary>
    public static ulong Of(VitalSign vital) => 1ul << (int)vital;

    /// <summary>The set of two vital signs.</summary>
    public static ulong Of(VitalSign first, VitalSign second) => Of(first) | Of(second);

    /// <summary>Whether the set holds the vital sign.</summary>
    public static bool Has(ulong mask, VitalSign vital) => (mask & Of(vital)) != 0;
}
