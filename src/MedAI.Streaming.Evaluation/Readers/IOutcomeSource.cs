// Recorded data that says of each stay how it ended.
namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>How one stay ended, and when a model is asked about it.</summary>
/// <param name="Patient">Patient id.</param>
/// <param name="Admission">The start of hour 1, ms since 1970.</param>
/// <param name="Hour">The hour at whose end the model's last answer counts: admission + hour.</param>
/// <param name="Died">Whether the patient died in hospital.</param>
/// <param name="SapsI">The SAPS-I score that the data gives for comparison; null where it gives none.</param>
public sealed record StayOutcome(string Patient, long Admission, int Hour, bool Died, double? SapsI);

/// <summary>A recording with one outcome a stay. Outcomes are no readings: they never enter the stream.</summary>
public interface IOutcomeSource : IRecordedSource
{
    /// <summary>The stays with a known outcome in file order.</summary>
    /// <param name="patients">Only among the first so many patients, as <see cref="ReadOptions.Patients"/> counts them; null: all.</param>
    /// <exception cref="RecordedInputException">There is no file of outcomes, or it cannot be read.</exception>
    IReadOnlyList<StayOutcome> ReadOutcomes(int? patients);
}
