// Recorded data that says of each hour what a model should have said.
namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>The labelled hours of one patient's stay.</summary>
/// <param name="Patient">Patient id.</param>
/// <param name="Admission">The start of hour 1, ms since 1970.</param>
/// <param name="Hours">Hours with a label, from 1, rising: hour k ends at admission + k h.</param>
/// <param name="Labels">For each of them whether a model should call the patient.</param>
public sealed record StayLabels(string Patient, long Admission, IReadOnlyList<int> Hours, IReadOnlyList<bool> Labels)
{
    /// <summary>Labels from before the admission, which are of no hour of the stay.</summary>
    public int LabelsBefore { get; init; }
}

/// <summary>A recording with labels, by which models are judged. Labels are no readings: they never enter the stream.</summary>
public interface ILabelledSource : IRecordedSource
{
    /// <summary>The labelled stays in file order; patients without a label are left out (but there may be stays whose labels are all from before the admission), and so are lines that cannot be read.</summary>
    /// <param name="patients">Only among the first so many patients, as <see cref="ReadOptions.Patients"/> counts them; null: all.</param>
    /// <exception cref="RecordedInputException">The file holds no labels, or labels that are neither 0 nor 1.</exception>
    IReadOnlyList<StayLabels> ReadLabels(int? patients);
}
