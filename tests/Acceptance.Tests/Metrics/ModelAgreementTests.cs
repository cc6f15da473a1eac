// The agreement of two models: worked out by hand on small stays, and by the properties that it must have.
using MedAI.Streaming.Evaluation.Metrics;
using Xunit;

namespace Acceptance.Tests.Metrics;

public sealed class ModelAgreementTests
{
    [Fact]
    public void Hours_patients_and_alarms_are_counted_each_at_its_own_threshold()
    {
        var agreement = new ModelAgreement(0.5, 0.1);

        // The first crosses at hours 1 and 8; the second at hour 2, and again at 4 within its 6 h.
        agreement.Add(Stay([0.2, 0.6, 0.6, 0.2, 0.2, 0.2, 0.2, 0.2, 0.5], [0.05, 0.05, 0.1, 0.05, 0.2, 0.05, 0.05, 0.05, 0.05]));
        agreement.Add(Stay([0.1, 0.1], [0.3, 0.3]));
        agreement.Add([]);
        agreement.Add(Stay([0.1], [0.0]));

        Assert.Equal(new AgreementCounts(1, 2, 3, 6), agreement.Hours);
        Assert.Equal(new AgreementCounts(1, 0, 1, 1), agreement.Patients);
        Assert.Equal((2, 2), (agreement.FirstAlarms, agreement.SecondAlarms));
        Assert.Equal(0.5, agreement.PatientDays, 1e-12);
    }

    [Fact]
    public void Alarms_are_those_of_the_alarm_score_where_there_is_one()
    {
        var agreement = new ModelAgreement(0.5, 0.5);

        agreement.Add([new(0, 0.9, 0.9, FirstAlarm: 0.1), new(1, 0.1, 0.1, FirstAlarm: 0.6), new(2, 0.2, 0.2, 0.1, 0.7)]);

        Assert.Equal(new AgreementCounts(0, 1, 2, 0), agreement.Hours);
        Assert.Equal((1, 1), (agreement.FirstAlarms, agreement.SecondAlarms));
        Assert.Equal((0.4, 0.4), (Math.Round(agreement.FirstMean!.Value, 12), Math.Round(agreement.SecondMean!.Value, 12)));
    }

    // Cohen's own kind of table: 20 both, 5 only the one, 10 only the other, 15 neither: observed 0.7, by chance 0.5.
    [Fact]
    public void Kappa_is_agreement_beyond_chance()
    {
        Assert.Equal(0.4, new AgreementCounts(20, 5, 10, 15).Kappa!.Value, 1e-12);
        Assert.Equal(1, new AgreementCounts(3, 0, 0, 4).Kappa!.Value, 1e-12);
        Assert.Null(new AgreementCounts(0, 0, 0, 9).Kappa);
        Assert.Null(default(AgreementCounts).Kappa);
    }

    [Fact]
    public void Correlations_see_what_they_must()
    {
        var curved = new ModelAgreement(0.5, 0.5);
        var random = new Random(3);
        curved.Add([.. Enumerable.Range(0, 500).Select(hour => random.NextDouble()).Select((risk, hour) => new PairedRisk(hour, risk, Math.Pow(risk, 4)))]);
        var ties = new ModelAgreement(0.5, 0.5);
        ties.Add(Stay([1, 2, 2, 3], [1, 2, 3, 3]));
        var flat = new ModelAgreement(0.5, 0.5);
        flat.Add(Stay([0.5, 0.5], [0.1, 0.2]));

        Assert.Equal(1, curved.Spearman()!.Value, 1e-12);
        Assert.InRange(curved.Pearson()!.Value, 0.8, 0.95);

        // Midranks 0, 1.5, 1.5, 3 and 0, 1, 2.5, 2.5.
        Assert.Equal(3.75 / 4.5, ties.Spearman()!.Value, 1e-12);
        Assert.Null(flat.Pearson());
        Assert.Null(new ModelAgreement(0.5, 0.5).RiskPsi());
    }

    [Fact]
    public void Risks_that_are_the_same_have_not_moved_and_others_have()
    {
        var random = new Random(5);
        var (same, other) = (new ModelAgreement(0.5, 0.5), new ModelAgreement(0.5, 0.5));
        double[] risks = [.. Enumerable.Range(0, 1000).Select(_ => random.NextDouble())];
        same.Add(Stay(risks, risks));
        other.Add(Stay(risks, [.. risks.Select(risk => risk / 3)]));

        Assert.Equal(0, same.RiskPsi()!.Value, 1e-12);
        Assert.True(other.RiskPsi() > 0.25);
    }

    private static PairedRisk[] Stay(double[] first, double[] second) =>
        [.. first.Zip(second).Select((pair, hour) => new PairedRisk(hour, pair.First, pair.Second))];
}
