// What the sender says of a reading's quality.
namespace MedAI.Streaming.Domain.Vitals;

/// <summary>The quality a device or a person gave to a reading.</summary>
public enum Validity : byte
{
    /// <summary>Usable by limits and scores.</summary>
    Valid = 0,

    /// <summary>Usable by limits, marked unverified; never by scores.</summary>
    Questionable = 1,

    /// <summary>Not usable; its persistence is a technical alert.</summary>
    Invalid = 2,

    /// <summary>Simulated data: only a store marked demo takes it.</summary>
    Demo = 3,
}
