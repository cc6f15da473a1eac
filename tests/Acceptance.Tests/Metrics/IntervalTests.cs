// Intervals: the same seed draws the same patients, and more patients narrow them.
using MedAI.Streaming.Evaluation.Metrics;
using Xunit;
using static Acceptance.Tests.Metrics.Judging;

namespace Acceptance.Tests.Metrics;

public sealed class IntervalTests
{
    [Fact]
    public void Judge_SameSeed_GivesTheSameIntervals()
    {
        var (cohort, model) = Made(60);

        Assert.Equal(Evaluated(cohort, model, 5).Auroc, Evaluated(cohort, model, 5).Auroc);
        Assert.NotEqual(Evaluated(cohort, model, 5).Auroc, Evaluated(cohort, model, 6).Auroc);
    }

    [Fact]
    public void Judge_SixteenTimesThePatients_NarrowsIntervalsAboutFourfold()
    {
        double Width(int patients)
        {
            var (cohort, model) = Made(patients);
            var interval = Evaluated(cohort, model, 1).Prevalence.Interval95!.Value;
            return interval.High!.Value - interval.Low!.Value;
        }

        Assert.InRange(Width(100) / Width(1600), 3, 5.5);
    }

    [Fact]
    public void Judge_PatientsAllAlike_HaveIntervalsWithoutWidth()
    {
        var cohort = Patients([.. Enumerable.Repeat("0011", 20)]);
        double[] scores = [.. Enumerable.Repeat((double[])[0.1, 0.4, 0.3, 0.9], 20).SelectMany(s => s)];

        var figures = Judge(cohort, Risk(scores));

        Assert.Equal(new Interval(0.75, 0.75), figures.Auroc.Interval95);
        Assert.Equal(new Interval(0.5, 0.5), figures.Prevalence.Interval95);
        Assert.Equal(figures.CalibrationSlope.Value!.Value, figures.CalibrationSlope.Interval95!.Value.Low!.Value, 9);
    }

    [Fact]
    public void Nne_DrawsWithoutAHit_LeaveTheUpperEndOpen()
    {
        // One hit among alarms of five patients: a draw without the septic one has alarms and no hit.
        string[] labels = [new string('0', 19) + "1", "0000", "0000", "0000", "0000"];
        var scores = new double[36];
        scores[15] = scores[20] = scores[24] = 1;

        var nne = Judge(Patients(labels), Points(1, scores)).Alarms.Frozen!.Nne;

        Assert.Equal(3, nne.Value);
        Assert.Null(nne.Interval95!.Value.High);
        Assert.NotNull(nne.Interval95.Value.Low);
    }

    private static ModelFigures Evaluated(LabelledCohort cohort, ScoredModel model, ulong seed) =>
        new Evaluator(cohort, News2(new double[cohort.Hours.Length]), seed: seed).Judge(model);

    // Every third patient is septic, at different hours, with scores that know something of it.
    private static (LabelledCohort, ScoredModel) Made(int patients)
    {
        var random = new Random(patients);
        var cohort = Patients([.. Enumerable.Range(0, patients).Select(p => p % 3 == 0
            ? new string('0', 4 + (p % 5)) + new string('1', 10 - (p % 5))
            : new string('0', 14))]);
        return (cohort, Risk([.. cohort.Labels.Select(y => (random.NextDouble() * 0.8) + (y ? 0.15 : 0))]));
    }
}
