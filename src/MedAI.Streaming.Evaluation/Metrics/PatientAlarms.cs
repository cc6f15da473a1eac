// The alarms that one threshold would have given, patient by patient.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>Alarms, hits and leads by patient at one threshold.</summary>
internal sealed class PatientAlarms
{
    private PatientAlarms(int patients)
    {
        Alarms = new int[patients];
        Hits = new int[patients];
        Lead = new int[patients];
    }

    /// <summary>Alarms by patient.</summary>
    public int[] Alarms { get; }

    /// <summary>Alarms by patient that are hits.</summary>
    public int[] Hits { get; }

    /// <summary>Hours from the earliest hit to onset by patient, 0 to 12; -1 without a hit.</summary>
    public int[] Lead { get; }

    /// <summary>Walks over all scored hours.</summary>
    public static PatientAlarms Of(LabelledCohort cohort, double[] scores, double threshold, AlarmRule rule)
    {
        var found = new PatientAlarms(cohort.Patients.Length);
        var offsets = cohort.Offsets.AsSpan();
        var hours = cohort.Hours.AsSpan();
        for (var p = 0; p < found.Lead.Length; p++)
        {
            found.Lead[p] = -1;
            var walk = AlarmWalk.Start(rule);
            var onset = cohort.Onsets[p];
            for (var row = offsets[p]; row < offsets[p + 1]; row++)
            {
                if (!walk.Alarms(hours[row], scores[row], threshold)) continue;
                found.Alarms[p]++;
                if (onset is not { } at || !AlarmWalk.IsHit(hours[row], at)) continue;
                found.Hits[p]++;
                found.Lead[p] = Math.Max(found.Lead[p], at - hours[row]);
            }
        }

        return found;
    }
}
