// What a measurement gave: the medians of its rounds.
namespace MedAI.Streaming.Host.Bench;

/// <summary>One round.</summary>
/// <param name="Frames">Frames applied.</param>
/// <param name="WallSeconds">Wall time.</param>
/// <param name="CpuSeconds">Processor time of the whole process, all threads.</param>
/// <param name="Allocated">Bytes allocated by all threads.</param>
internal readonly record struct BenchRound(long Frames, double WallSeconds, double CpuSeconds, long Allocated);

/// <summary>What a path wrote, all rounds and the warm-up together.</summary>
/// <param name="StatePerPatient">Bytes of a patient's state in a checkpoint, before they are packed.</param>
/// <param name="LogPerFrame">Bytes of the log's file per frame.</param>
/// <param name="SeriesPerReading">Bytes of the series' file per reading, scores included.</param>
internal sealed record BenchSizes(double StatePerPatient, double LogPerFrame, double SeriesPerReading);

/// <summary>A measured path.</summary>
/// <param name="Path">Its name.</param>
/// <param name="Rounds">Its rounds, warm-up left out.</param>
/// <param name="BytesPerPatient">Managed memory that a patient takes; null: not measured.</param>
/// <param name="Sizes">What it wrote; null: it writes nothing.</param>
internal sealed record BenchResult(string Path, IReadOnlyList<BenchRound> Rounds, long? BytesPerPatient, BenchSizes? Sizes = null)
{
    /// <summary>Frames of one round.</summary>
    public long Frames => Rounds[0].Frames;

    /// <summary>Frames per second of wall time, the median.</summary>
    public double FramesPerSecond => Median(r => r.Frames / r.WallSeconds);

    /// <summary>Readings per second of wall time, the median.</summary>
    public double ReadingsPerSecond => FramesPerSecond * BenchLoad.ReadingsPerFrame;

    /// <summary>Frames per second of processor time, the median: what one core can do.</summary>
    public double FramesPerCoreSecond => Median(r => r.Frames / r.CpuSeconds);

    /// <summary>Nanoseconds of processor time per frame, the median.</summary>
    public double CpuNanosecondsPerFrame => Median(r => r.CpuSeconds * 1e9 / r.Frames);

    /// <summary>Bytes allocated per frame, the median.</summary>
    public double AllocatedPerFrame => Median(r => (double)r.Allocated / r.Frames);

    private double Median(Func<BenchRound, double> value)
    {
        var values = Rounds.Select(value).Order().ToArray();
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
