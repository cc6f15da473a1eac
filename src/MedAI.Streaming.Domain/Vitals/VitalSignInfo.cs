// What the catalogue says of one vital sign: names, codes, unit, plausible range and validity windows.
namespace MedAI.Streaming.Domain.Vitals;

/// <summary>A metric of ISO/IEEE 11073-10101.</summary>
/// <param name="Code">Context-free code: partition x 65536 + term; metrics are partition 2.</param>
/// <param name="RefId">Reference identifier, for example <c>MDC_PULS_OXIM_SAT_O2</c>.</param>
public readonly record struct MdcCode(int Code, string RefId);

/// <summary>
/// For how long after its event time a reading may still be scored, in milliseconds, by the class of its source. Older readings
/// are stale.
/// </summary>
/// <param name="Bedside">From a bedside monitor.</param>
/// <param name="Wearable">From a wearable.</param>
/// <param name="Charted">Typed in or sent by an electronic record.</param>
public readonly record struct ValidityWindows(long Bedside, long Wearable, long Charted);

/// <summary>One entry of <see cref="VitalSignCatalogue"/>.</summary>
public sealed record VitalSignInfo
{
    /// <summary>The vital sign.</summary>
    public required VitalSign Vital { get; init; }

    /// <summary>Name in data files and configuration, lower snake case, unique.</summary>
    public required string Key { get; init; }

    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Name for a narrow column, at most five characters, unique.</summary>
    public required string Label { get; init; }

    /// <summary>
    /// LOINC codes, the one to write first; empty where there is none that says just this. Pulse shares 8867-4 with heart rate, as FHIR's vital signs profile has it; every
    /// other code belongs to one vital sign only.
    /// </summary>
    public required IReadOnlyList<string> LoincCodes { get; init; }

    /// <summary>MDC codes that carry this vital sign, the one to write first; empty where none is known.</summary>
    public required IReadOnlyList<MdcCode> MdcCodes { get; init; }

    /// <summary>The unit in which values are kept, limited and scored.</summary>
    public required Unit Unit { get; init; }

    /// <summary>Other units that a reading may arrive in, each with the factor that makes its value one in <see cref="Unit"/>.</summary>
    public IReadOnlyList<(Unit Unit, double Factor)> AlsoIn { get; init; } = [];

    /// <summary>Lowest plausible value, inclusive, in <see cref="Unit"/>.</summary>
    public required double Low { get; init; }

    /// <summary>Highest plausible value, inclusive, in <see cref="Unit"/>.</summary>
    public required double High { get; init; }

    /// <summary>Decimals to show.</summary>
    public required int Decimals { get; init; }

    /// <summary>Validity windows by class of source, in milliseconds.</summary>
    public required ValidityWindows Validity { get; init; }

    /// <summary>The LOINC code to write, or null.</summary>
    public string? Loinc => LoincCodes.Count > 0 ? LoincCodes[0] : null;
}
