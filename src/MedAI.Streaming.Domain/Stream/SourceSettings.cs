// How patient the flow is with each class of source.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Stream;

/// <summary>Times that depend on the class of a source, all in milliseconds.</summary>
/// <param name="GapWait">Arrival time for which a missing frame is waited for; 0: not ordered by sequence.</param>
/// <param name="Grace">How far behind the source's watermark a frame may be before it is late.</param>
/// <param name="ContactTimeout">Age of the last frame at which contact is lost; 0: never (nobody owes a charted value).</param>
/// <param name="FutureTolerance">How far event time may be ahead of arrival time.</param>
public readonly record struct SourceSettings(long GapWait, long Grace, long ContactTimeout, long FutureTolerance)
{
    private const long Second = 1000;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;

    /// <summary>
    /// The defaults. Bedside: wait 2 s, grace 10 s, contact lost after 45 s, 60 s ahead. Wearable: wait 30 s, grace 10 min,
    /// contact lost after 15 min (batches come every 5 to 10 min), 60 s ahead. Charted: no wait, grace 4 h, 2 h ahead (people
    /// chart values ahead of the hour: 12 % of the charted vital signs of MIMIC-III demo 1.4 are).
    /// </summary>
    public static SourceSettings Default(SourceClass source) => source switch
    {
        SourceClass.Bedside => new(2 * Second, 10 * Second, 45 * Second, Minute),
        SourceClass.Wearable => new(30 * Second, 10 * Minute, 15 * Minute, Minute),
        _ => new(0, 4 * Hour, 0, 2 * Hour),
    };
}
