// The compact rows in which recorded data waits for the sort by arrival.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>One reading in 16 bytes.</summary>
/// <param name="value">The value as sent; NaN where none could be read.</param>
/// <param name="vital">The vital sign, or null where it is only a name.</param>
/// <param name="unit">The unit as sent.</param>
internal struct ReadingRow(double value, VitalSign? vital, Unit unit)
{
    private const byte NoVital = 255;
    private readonly byte _vital = vital is { } known ? (byte)known : NoVital;

    /// <summary>The number of the unknown vital sign's name among the names of the log.</summary>
    public int Name;

    /// <summary>The value as sent.</summary>
    public readonly double Value = value;

    /// <summary>The unit as sent.</summary>
    public readonly Unit Unit = unit;

    /// <summary>The quality as sent.</summary>
    public Validity Validity;

    /// <summary>The source itself marked the reading as an error.</summary>
    public bool MarkedAsError;

    /// <summary>The vital sign, or null where it is only a name.</summary>
    public readonly VitalSign? Vital => _vital == NoVital ? null : (VitalSign)_vital;

    /// <summary>Whether both are of the same vital sign.</summary>
    public readonly bool IsSameVital(in ReadingRow other) =>
        _vital == other._vital && (_vital != NoVital || Name == other.Name);

    /// <summary>The reading as an element of a frame.</summary>
    public readonly RecordedReading ToReading(NameTable names) =>
        new(Vital, Value, Unit, Validity, _vital == NoVital ? names[Name] : null, MarkedAsError);
}

/// <summary>What a frame says beside its readings.</summary>
internal struct FrameHead
{
    /// <summary>When it reached the log.</summary>
    public long ArrivalTime;

    /// <summary>When its readings were true.</summary>
    public long EventTime;

    /// <summary>The device's epoch.</summary>
    public ulong Epoch;

    /// <summary>The device's sequence number; 0: counted when the frame is handed out.</summary>
    public ulong Sequence;

    /// <summary>The number of the patient.</summary>
    public int Patient;

    /// <summary>The number of the device's name.</summary>
    public int Device;

    /// <summary>The class of the device.</summary>
    public SourceClass Source;

    /// <summary>Whether two rows that follow each other belong to one frame.</summary>
    public readonly bool IsSameFrame(in FrameHead other) =>
        EventTime == other.EventTime && ArrivalTime == other.ArrivalTime && Patient == other.Patient && Device == other.Device
        && Source == other.Source && Epoch == other.Epoch && Sequence == other.Sequence;
}
