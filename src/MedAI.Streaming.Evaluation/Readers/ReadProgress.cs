// Turns the two halves of a read, the file and then the elements, into one fraction that is told now and then.
namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>How far a read is. The file counts for the first fifth, the elements handed out for the rest.</summary>
internal sealed class ReadProgress(IProgress<double>? listener)
{
    private const double FileShare = 0.2;
    private const double Step = 0.005;
    private double _told = -1;

    /// <summary>Tells that this fraction of the file has been read.</summary>
    public void File(double fraction) => Tell(fraction * FileShare);

    /// <summary>Tells that this fraction of the elements has been handed out.</summary>
    public void Elements(double fraction) => Tell(FileShare + (fraction * (1 - FileShare)));

    private void Tell(double fraction)
    {
        var due = fraction >= _told + Step || (fraction >= 1 && _told < 1);
        if (listener is null || !due)
            return;
        _told = fraction;
        listener.Report(fraction);
    }
}
