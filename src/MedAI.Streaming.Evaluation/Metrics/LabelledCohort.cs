// The patients that scores are judged on: all scored hours laid end to end, with labels and onsets.
using System.Collections.Immutable;
using System.Globalization;

namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>
/// Labelled stays in file order. The scored hours of patient p are the rows <c>Offsets[p]</c> to <c>Offsets[p + 1] - 1</c> of
/// <see cref="Hours"/> and <see cref="Labels"/>; a score column has one number for each of these rows, in the same order.
/// Immutable.
/// </summary>
public sealed class LabelledCohort
{
    /// <summary>Hours by which the label of the data leads the onset of sepsis (PhysioNet/CinC Challenge 2019).</summary>
    public const int LabelLeadHours = 6;

    private LabelledCohort(
        ImmutableArray<string> patients, ImmutableArray<int> offsets, ImmutableArray<int> hours, ImmutableArray<bool> labels)
    {
        Patients = patients;
        Offsets = offsets;
        Hours = hours;
        Labels = labels;
        Onsets = [.. Enumerable.Range(0, patients.Length).Select(OnsetOf)];
        Positives = Onsets.Count(o => o is not null);
    }

    /// <summary>Patient ids in file order.</summary>
    public ImmutableArray<string> Patients { get; }

    /// <summary>First row of each patient, and the number of rows at the end: one more than patients.</summary>
    public ImmutableArray<int> Offsets { get; }

    /// <summary>Hours since admission of every scored hour.</summary>
    public ImmutableArray<int> Hours { get; }

    /// <summary>Label of every scored hour.</summary>
    public ImmutableArray<bool> Labels { get; }

    /// <summary>
    /// By patient: the hour of onset, which is the first labelled hour plus <see cref="LabelLeadHours"/>; null for a patient
    /// who is not septic.
    /// </summary>
    public ImmutableArray<int?> Onsets { get; }

    /// <summary>Number of patients who have what the labels are of (sepsis; death, where stays are judged by outcome): those with any label.</summary>
    public int Positives { get; }

    /// <summary>Lays stays end to end.</summary>
    /// <exception cref="ArgumentException">
    /// There is no stay, a stay has no scored hour, as many labels as hours are not there, hours do not rise, or a patient comes
    /// twice; the message names the patient.
    /// </exception>
    public static LabelledCohort Of(IEnumerable<LabelledStay> stays)
    {
        var patients = ImmutableArray.CreateBuilder<string>();
        var offsets = ImmutableArray.CreateBuilder<int>();
        var hours = ImmutableArray.CreateBuilder<int>();
        var labels = ImmutableArray.CreateBuilder<bool>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        offsets.Add(0);
        foreach (var stay in stays)
        {
            if (!seen.Add(stay.Patient)) throw new ArgumentException($"Patient {stay.Patient} comes twice.", nameof(stays));
            if (Fault(stay) is { } fault) throw new ArgumentException($"Patient {stay.Patient}: {fault}.", nameof(stays));
            patients.Add(stay.Patient);
            hours.AddRange(stay.Hours);
            labels.AddRange(stay.Labels);
            offsets.Add(hours.Count);
        }

        if (patients.Count == 0) throw new ArgumentException("There is no patient to judge on.", nameof(stays));
        return new LabelledCohort(patients.ToImmutable(), offsets.ToImmutable(), hours.ToImmutable(), labels.ToImmutable());
    }

    /// <summary>The patient of a row and its hour, for messages: <c>patient p1 at hour 7</c>.</summary>
    internal string Where(int row)
    {
        var at = Offsets.BinarySearch(row);
        var patient = at >= 0 ? at : ~at - 1;
        return string.Create(CultureInfo.InvariantCulture, $"patient {Patients[patient]} at hour {Hours[row]}");
    }

    private static string? Fault(LabelledStay stay)
    {
        if (stay.Hours.IsDefaultOrEmpty) return "no scored hour";
        if (stay.Labels.IsDefault || stay.Labels.Length != stay.Hours.Length) return "not one label for each scored hour";
        for (var i = 1; i < stay.Hours.Length; i++)
        {
            if (stay.Hours[i] <= stay.Hours[i - 1])
                return string.Create(CultureInfo.InvariantCulture, $"hour {stay.Hours[i]} follows hour {stay.Hours[i - 1]}");
        }

        return null;
    }

    private int? OnsetOf(int patient)
    {
        for (var row = Offsets[patient]; row < Offsets[patient + 1]; row++)
        {
            if (Labels[row]) return Hours[row] + LabelLeadHours;
        }

        return null;
    }
}
