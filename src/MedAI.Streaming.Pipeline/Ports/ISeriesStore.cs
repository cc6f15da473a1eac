// The port of the time series: every reading that was taken and every score, for people to look at.
namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>Keeps the series. One writer per partition; partitions may call side by side. Readers at any time.</summary>
/// <remarks>Not promised: that a point is there before <see cref="Write"/> returns, or in which order points of one time come.</remarks>
public interface ISeriesStore : IDisposable
{
    /// <summary>Every record of the partition before this offset has its points in the store.</summary>
    /// <remarks>A store whose points have a key of their own may start at 0 again: what is written twice is there once.</remarks>
    long AppliedOffset(int partition);

    /// <summary>Writes the points of records up to an offset, and the offset, in one transaction.</summary>
    /// <remarks>
    /// The caller leaves out points of records before <see cref="AppliedOffset"/>, so nothing is doubled after a crash. A write
    /// through an offset that is not beyond it changes nothing. Transitions of the batch come at least once, each after it was
    /// durable in the state store and before the checkpoint that covers it, also through an offset that was written before; a store
    /// that keeps them keeps one of each id, and one that does not passes over them.
    /// </remarks>
    /// <exception cref="StoreException">Nothing was written.</exception>
    void Write(int partition, long throughOffset, SeriesBatch batch);

    /// <summary>A patient's points by time (then series), optionally of one series and a time range [from, until).</summary>
    /// <remarks>
    /// The numbers of patient and series in the points are 0 and that of the device is -1: they mean something only inside the
    /// writer's batch.
    /// </remarks>
    IEnumerable<(string Series, SeriesPoint Point)> Read(string patient, string? series = null, long from = long.MinValue, long until = long.MaxValue);
}

/// <summary>What is special about a point.</summary>
[Flags]
public enum PointFlags : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It came later than its source's grace.</summary>
    Late = 1,

    /// <summary>The source marked it questionable.</summary>
    Questionable = 2,

    /// <summary>A score with missing or stale inputs: a lower bound.</summary>
    Partial = 4,

    /// <summary>A model's score between two steps.</summary>
    Provisional = 8,
}

/// <summary>One point of a series.</summary>
/// <param name="Patient">The caller's number for the patient (see <see cref="SeriesBatch.Patients"/>).</param>
/// <param name="Series">The caller's number for the series (see <see cref="SeriesBatch.Names"/>).</param>
/// <param name="EventTime">Event time, ms since 1970.</param>
/// <param name="Value">Value in the series' unit.</param>
/// <param name="Flags">What is special about it.</param>
/// <param name="Device">The caller's number for the device (see <see cref="SeriesBatch.Devices"/>); -1: a score, or nobody knows.</param>
/// <param name="Apart">
/// Tells points of one device and event time apart, 0..999,999: a function of the frame's epoch and sequence; 0 for a score. For stores whose
/// points have keys: what a clock that was set back says again is another point, and what is written again is the same one.
/// </param>
public readonly record struct SeriesPoint(
    int Patient, ushort Series, long EventTime, double Value, PointFlags Flags, int Device = -1, int Apart = 0);

/// <summary>Points on their way into the store; owned by its flow and used again.</summary>
public sealed class SeriesBatch
{
    /// <summary>Patient ids by <see cref="SeriesPoint.Patient"/>; only grows.</summary>
    public List<string> Patients { get; } = [];

    /// <summary>Series names by <see cref="SeriesPoint.Series"/> (vital keys, <c>score.news2</c>, <c>model.sepsis</c>); only grows.</summary>
    public List<string> Names { get; } = [];

    /// <summary>Device ids by <see cref="SeriesPoint.Device"/>; only grows, each id once.</summary>
    public List<string> Devices { get; } = [];

    /// <summary>The points.</summary>
    public List<SeriesPoint> Points { get; } = [];

    /// <summary>Transitions that became durable, in order.</summary>
    public List<TransitionRecord> Transitions { get; } = [];
}
