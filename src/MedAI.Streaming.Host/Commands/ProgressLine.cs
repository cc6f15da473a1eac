// One line on the error output that says how far a run is.
using System.Globalization;
using MedAI.Streaming.Host.Composition;

namespace MedAI.Streaming.Host.Commands;

/// <summary>Shows the progress of a run.</summary>
internal sealed class ProgressLine(Surroundings surroundings, EdgeRun run) : IProgress<double>
{
    private const int BarWidth = 30;
    // Told by the reader's thread, shown by the drawing one.
    private double _read;

    /// <inheritdoc/>
    public void Report(double value) => Volatile.Write(ref _read, value);

    /// <summary>Draws until the work has ended in whatever way; off a terminal it only waits.</summary>
    public Task ShowWhileAsync(Task work) => new RedrawnLine(surroundings, Line).ShowWhileAsync(work);

    // What was read but not yet applied is not done.
    private string Line(TimeSpan elapsed)
    {
        var logged = run.Logged;
        var applied = logged - run.Lag;
        var done = Volatile.Read(ref _read) * (logged == 0 ? 0 : (double)applied / logged);
        var full = (int)(done * BarWidth);
        var bar = new string('━', full) + new string('─', BarWidth - full);
        return string.Create(
            CultureInfo.InvariantCulture, $"{bar} {done,4:P0}  {applied:N0} records applied  {elapsed:h\\:mm\\:ss}");
    }
}
