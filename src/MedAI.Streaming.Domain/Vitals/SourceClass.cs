// How a reading came to be, which decides how late it may be, how long it holds and how it is ordered.
namespace MedAI.Streaming.Domain.Vitals;

/// <summary>The class of a source. Lower numbers are preferred where several sources give the same vital sign.</summary>
public enum SourceClass : byte
{
    /// <summary>A bedside monitor: continuous, prompt.</summary>
    Bedside = 0,

    /// <summary>A wearable: continuous, may arrive in late batches.</summary>
    Wearable = 1,

    /// <summary>Typed in or sent by an electronic record: intermittent, may be hours late.</summary>
    Charted = 2,
}
