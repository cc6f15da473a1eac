// What a replay asks of recorded data: the elements of the log it would have made, in arrival order.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// Recorded data in one format at one path. A replay calls <see cref="Read"/> once per run; it may be called again, and gives
/// the same elements at the same positions as long as the files do not change, so that a replay resumes by skipping the
/// first k elements. Nothing is kept between calls.
/// </summary>
public interface IRecordedSource
{
    /// <summary>The name of the format, as <see cref="RecordedSources.Open"/> takes it.</summary>
    string Format { get; }

    /// <summary>
    /// The elements in arrival order: arrival time never decreases; at equal arrival, patient facts come first, then the order
    /// of the file. What cannot be read becomes a <see cref="RefusedElement"/> and costs nothing else. The whole input is held
    /// in memory, compactly, while it is enumerated: about 56 bytes a frame, 16 bytes a reading and 24 bytes an element.
    /// </summary>
    /// <param name="options">Which part to read.</param>
    /// <param name="progress">Told how far the work is, 0 to 1, never decreasing; the file is the first fifth of it, the
    /// elements handed out are the rest.</param>
    /// <exception cref="RecordedInputException">While enumerating: the file lost its header since the source was opened, or a
    /// table beside it cannot be read.</exception>
    IEnumerable<LogElement> Read(ReadOptions options, IProgress<double>? progress);
}

/// <summary>Which part of recorded data to read.</summary>
/// <param name="Patients">Only the first N patients in file order, N at least 1; null for all. Input that was refused
/// because it could not be read is not attributed to a patient and is kept.</param>
/// <param name="From">Only what arrived at or after this time. Facts of a patient that arrived earlier are handed out at this
/// time, where the patient has a frame in the part read.</param>
/// <param name="Until">Only what arrived before this time.</param>
public sealed record ReadOptions(int? Patients = null, DateTimeOffset? From = null, DateTimeOffset? Until = null)
{
    /// <summary>Everything.</summary>
    public static ReadOptions All { get; } = new();

    /// <summary>Says whether the limits make sense together.</summary>
    /// <exception cref="ArgumentException"><see cref="Patients"/> is below 1, or <see cref="Until"/> is not after
    /// <see cref="From"/>.</exception>
    internal void Check()
    {
        if (Patients < 1)
            throw new ArgumentException($"patients is {Patients}; it must be at least 1.");
        if (Until <= From)
            throw new ArgumentException($"until ({Until:O}) must be after from ({From:O}).");
    }
}
