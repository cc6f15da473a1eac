// One recorded stay with the label of each scored hour, as a reader of labelled data hands it over.
using System.Collections.Immutable;

namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>The scored hours of one patient in file order; a scored hour is a row of the data file.</summary>
/// <param name="Patient">Patient id, unique within the cohort.</param>
/// <param name="Hours">Hours since admission, rising; they need not be neighbours and may begin late.</param>
/// <param name="Labels">Label of each of the hours: true from six hours before the onset of sepsis.</param>
public sealed record LabelledStay(string Patient, ImmutableArray<int> Hours, ImmutableArray<bool> Labels);
