// A frame in hot state: one device's readings at one event time, dense by vital sign, ready for limits and windows.
using System.Runtime.CompilerServices;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Stream;

/// <summary>One value per vital sign, indexed by <see cref="VitalSign"/>.</summary>
[InlineArray(VitalSignCatalogue.Count)]
public struct VitalValues
{
    private double _first;
}

/// <summary>What is special about a frame.</summary>
[Flags]
public enum FrameFlags : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Behind its source's watermark by more than the grace: stored, and counted late.</summary>
    Late = 1,

    /// <summary>Its event time is further ahead of arrival than the source may be: rejected.</summary>
    Future = 2,

    /// <summary>It fills a gap that the flow no longer waited for: it corrects windows, never an alert.</summary>
    Filler = 4,

    /// <summary>A limit changed its state with it: scores are due at its event time.</summary>
    LimitChanged = 8,
}

/// <summary>A decoded frame. Times are ms since 1970-01-01T00:00:00Z; masks have the bit of <see cref="VitalSign"/>.</summary>
public struct Frame
{
    /// <summary>When the readings were true.</summary>
    public long EventTime;

    /// <summary>When the frame reached the log.</summary>
    public long ArrivalTime;

    /// <summary>The device's epoch.</summary>
    public ulong Epoch;

    /// <summary>The frame's number within the epoch.</summary>
    public ulong Sequence;

    /// <summary>Vital signs with a value in <see cref="Values"/>, canonical unit.</summary>
    public ulong Present;

    /// <summary>Those of <see cref="Present"/> that the source marked questionable: for limits, never for scores.</summary>
    public ulong Questionable;

    /// <summary>Vital signs whose reading was invalid or implausible: evidence of a bad signal.</summary>
    public ulong Bad;

    /// <summary>The device's number within its patient.</summary>
    public byte Device;

    /// <summary>The class of the device.</summary>
    public SourceClass Source;

    /// <summary>What is special about it.</summary>
    public FrameFlags Flags;

    /// <summary>How many readings it carried, rejected ones included.</summary>
    public byte Readings;

    /// <summary>The values.</summary>
    public VitalValues Values;
}
