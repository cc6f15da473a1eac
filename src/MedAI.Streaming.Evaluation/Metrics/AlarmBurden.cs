// What a ward would have had of one threshold: alarms, how many were of use, and how early.
using System.Collections.Immutable;

namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>The alarms of one score at one threshold.</summary>
public sealed record AlarmBurden
{
    /// <summary>Hours of the histogram of leads: 0 to 12.</summary>
    internal const int LeadHoursCounted = AlarmWalk.HitWindowHours + 1;

    /// <summary>Score at or above which an hour can alarm.</summary>
    public required double Threshold { get; init; }

    /// <summary>Share of septic patients with an alarm in the 12 h up to onset.</summary>
    public required Figure Sensitivity { get; init; }

    /// <summary>Alarms per 24 scored hours.</summary>
    public required Figure AlarmsPerPatientDay { get; init; }

    /// <summary>Alarms that are not hits per 24 scored hours.</summary>
    public required Figure FalseAlarmsPerPatientDay { get; init; }

    /// <summary>Number needed to evaluate: alarms per hit; without a value where no alarm is a hit.</summary>
    public required Figure Nne { get; init; }

    /// <summary>Median hours from a septic patient's earliest hit to onset.</summary>
    public required Figure LeadMedian { get; init; }

    /// <summary>Septic patients with a hit by lead: 0 h to 12 h.</summary>
    public required ImmutableArray<int> LeadHistogram { get; init; }

    /// <summary>Counts alarms at a threshold, on all patients and in every draw.</summary>
    internal static AlarmBurden Of(LabelledCohort cohort, double[] scores, double threshold, AlarmRule rule, PatientDraws draws)
    {
        var found = PatientAlarms.Of(cohort, scores, threshold, rule);
        var point = Sums.Of(cohort, found, draws.Everyone);
        var samples = new Sums[draws.Count];
        for (var d = 0; d < samples.Length; d++) samples[d] = Sums.Of(cohort, found, draws[d]);
        return new AlarmBurden
        {
            Threshold = threshold,
            Sensitivity = FigureOf(point, samples, s => (double)s.Found / s.Septic),
            AlarmsPerPatientDay = FigureOf(point, samples, s => s.Alarms / s.Days),
            FalseAlarmsPerPatientDay = FigureOf(point, samples, s => (s.Alarms - s.Hits) / s.Days),
            // Alarms without any hit need endlessly many: a draw like that leaves the upper end of the interval open.
            Nne = FigureOf(point, samples, s => (double)s.Alarms / s.Hits),
            LeadMedian = FigureOf(point, samples, s => Median(s.Leads)),
            LeadHistogram = [.. point.Leads],
        };
    }

    private static Figure FigureOf(Sums point, Sums[] samples, Func<Sums, double> figure) =>
        Figure.Of(figure(point), Array.ConvertAll(samples, s => figure(s)));

    private static double Median(int[] leads)
    {
        var count = leads.Sum();
        return count == 0 ? double.NaN : (At(leads, (count - 1) / 2) + At(leads, count / 2)) / 2.0;
    }

    private static int At(int[] leads, int rank)
    {
        var hour = 0;
        for (var seen = leads[0]; seen <= rank; seen += leads[hour]) hour++;
        return hour;
    }

    /// <summary>Sums over one draw.</summary>
    private sealed record Sums(long Alarms, long Hits, double Days, long Septic, long Found, int[] Leads)
    {
        public static Sums Of(LabelledCohort cohort, PatientAlarms found, ushort[] weights)
        {
            var (alarms, hits, rows, septic, patients) = (0L, 0L, 0L, 0L, 0L);
            var leads = new int[LeadHoursCounted];
            for (var p = 0; p < weights.Length; p++)
            {
                long w = weights[p];
                alarms += w * found.Alarms[p];
                hits += w * found.Hits[p];
                rows += w * (cohort.Offsets[p + 1] - cohort.Offsets[p]);
                if (cohort.Onsets[p] is not null) septic += w;
                if (found.Lead[p] < 0) continue;
                patients += w;
                leads[found.Lead[p]] += (int)w;
            }

            return new Sums(alarms, hits, rows / 24.0, septic, patients, leads);
        }
    }
}
