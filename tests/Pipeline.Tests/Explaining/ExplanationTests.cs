// An alert of a model says what moved its risk, and says the same however the log was cut and wherever the flow was stopped.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Explaining;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Explaining;

public sealed class ExplanationTests
{
    [Fact]
    public void Alerts_OfAModel_AreExplainedWhereTheyAreRaisedAndOnlyThere()
    {
        var raised = ExplainedWard.Run(() => ExplainedWard.Law(recurrent: true), ExplainedWard.Elements(1, 12, 180), 200);

        Assert.Contains(raised, t => t.Kind == TransitionKind.Opened);
        Assert.Contains(raised, t => t.Kind == TransitionKind.Escalated);
        Assert.All(raised, t => Assert.Equal(
            t.Kind is TransitionKind.Opened or TransitionKind.Escalated or TransitionKind.Recurred, t.Explanation is not null));
        Assert.All(raised.Where(t => t.Explanation is not null), t =>
        {
            Assert.Equal("heart_rate", t.Explanation!.Contributions[0].Input);
            Assert.Equal(ValueDirection.High, t.Explanation.Contributions[0].Direction);
            Assert.Equal("/min", t.Explanation.Contributions[0].Unit);
            Assert.EndsWith("; " + ExplanationText.Of(t.Explanation), t.Text, StringComparison.Ordinal);
            Assert.Contains("moved by heart rate 1", t.Text, StringComparison.Ordinal);
            Assert.NotEmpty(t.Explanation.Attention);
            Assert.InRange(t.Explanation.Attention.Sum(a => a.Share), 0.01, 1.02);
        });
    }

    // The logit of this model is the sum of its inputs: what an input contributes is known without asking the model again.
    [Fact]
    public void Contributions_OfALinearModel_AreWeightTimesDifference()
    {
        var card = ExplainedWard.Card(recurrent: false);
        var raised = ExplainedWard.Run(() => ExplainedWard.Law(recurrent: false), ExplainedWard.Elements(2, 20, 120), 200)
            .Where(t => t.Explanation is not null).ToArray();

        Assert.NotEmpty(raised);
        Assert.All(raised, t =>
        {
            Assert.Empty(t.Explanation!.Attention);
            Assert.All(t.Explanation.Contributions.Concat(t.Explanation.Background), c => Assert.InRange(Math.Abs(c.Logit - Expected(c)), 0, 0.011));
            Assert.Equal(t.Explanation.Contributions.OrderByDescending(c => Math.Abs(c.Logit)), t.Explanation.Contributions);
        });

        double Expected(InputContribution c) => c.Input switch
        {
            "sex_male" => c.Value - 0.5,
            "hours_since_admission" => Math.Log(1 + c.Value) / Math.Log(241),
            "age_years" => (c.Value - 60) / 20,
            _ => (c.Value - card.Mean[c.Input + ".value"]) / card.StandardDeviation[c.Input + ".value"],
        };
    }

    [Theory]
    [InlineData(1, 64, 0)]
    [InlineData(7, 64, 0)]
    [InlineData(500, 64, 3)]
    [InlineData(100, 1, 0)]
    [InlineData(33, 5, 20)]
    public void Explanations_HoweverTheLogIsCutAndTheFlowRestarted_AreTheSame(int batch, int maxRows, int restartEvery)
    {
        var elements = ExplainedWard.Elements(3, 15, 150);
        var expected = ExplainedWard.Run(() => ExplainedWard.Law(recurrent: true), elements, elements.Count);

        Assert.Contains(expected, t => t.Explanation is not null);
        Assert.Equal(expected, ExplainedWard.Run(() => ExplainedWard.Law(recurrent: true, maxRows), elements, batch, restartEvery));
    }

    // The log elects another model in the middle, one that looks at less and alerts by an alarm score: each explains its own alerts.
    [Theory]
    [InlineData(1, 0)]
    [InlineData(11, 0)]
    [InlineData(200, 2)]
    public void Explanations_AcrossAnElection_AreOfTheModelThatDecidesHoweverTheLogIsCut(int batch, int restartEvery)
    {
        const int Elected = 80;
        var elements = ExplainedWard.Elements(6, 15, 160)
            .Append(new ModelElectedElement(ExplainedWard.At(Elected), 0, TestShelf.Election(3))).OrderBy(e => e.ArrivalTime).ToList();
        var expected = ExplainedWard.Run(() => new TestShelf().Law(), elements, elements.Count);
        var explained = expected.Where(t => t.Explanation is not null).ToLookup(t => t.ModelVersion);

        Assert.NotEmpty(explained[TestShelf.Id(1)]);
        Assert.NotEmpty(explained[TestShelf.Id(3)]);
        Assert.All(explained[TestShelf.Id(1)], t => Assert.DoesNotContain("; risk ", t.Text, StringComparison.Ordinal));
        Assert.All(explained[TestShelf.Id(3)], t =>
        {
            Assert.True(t.EventTime >= ExplainedWard.At(Elected));
            Assert.All(t.Explanation!.Contributions, c => Assert.Contains(c.Input, (string[])["heart_rate", "spo2", "respiratory_rate"]));
            Assert.Contains(": alarm score 0.", t.Text, StringComparison.Ordinal);
        });
        Assert.Equal(expected, ExplainedWard.Run(() => new TestShelf().Law(), elements, batch, restartEvery));
    }

    [Fact]
    public void Change_SinceTheLastStep_IsThatOfTheRisk()
    {
        var raised = ExplainedWard.Run(() => ExplainedWard.Law(recurrent: true), ExplainedWard.Elements(4, 12, 180), 200)
            .Where(t => t.Explanation is not null && t.EventTime < ExplainedWard.Start + (48 * 600_000L)).ToArray();

        Assert.NotEmpty(raised);
        Assert.All(raised, t =>
        {
            Assert.InRange(t.Explanation!.HoursBefore, 0.01, 0.17);
            Assert.InRange(t.Explanation.RiskBefore + t.Explanation.RiskChange - t.Value, -0.00011, 0.00011);
        });
    }

    // The model answers for the scores, which are one row at a time here, and dies when it is asked why.
    [Fact]
    public void Model_ThatDiesWhileExplaining_FailsAsForAnyCall() =>
        Assert.Throws<ModelFailedException>(() => ExplainedWard.Run(
            () => ExplainedWard.Law(recurrent: true, beforeRun: rows =>
            {
                if (rows > 1)
                    throw new ModelFailedException("it died");
            }),
            ExplainedWard.Elements(1, 1, 180), 200));

    [Fact]
    public void Text_OfAnExplanation_SaysItInOneSentence()
    {
        var explanation = new Explanation(
            [
                new("respiratory_rate", 0.84, 31, 6, "/min", ValueDirection.High), new("lactate", 0.5, 4.25, double.NaN, "mmol/L", ValueDirection.High),
                new("spo2", 0.1, 90, -2, "%", ValueDirection.Low), new("glucose", 0.04, 140, 0, "mg/dL", ValueDirection.High),
            ],
            [new("age_years", -0.3, 81, 0, "a", ValueDirection.High), new("sex_male", 0.02, 0, 0, "", ValueDirection.None)],
            [new(2, 0.4), new(0, 0.3)], 0.19, 1, 0.12);

        Assert.Equal(
            "up 0.12 in 1 h; moved by respiratory rate 31 /min (high, +0.84), lactate 4.25 mmol/L (high, +0.50), spo2 90 % (low, +0.10); "
            + "given age 81 (-0.30), sex female (+0.02); looked at 2 h ago (40 %)",
            ExplanationText.Of(explanation));
        Assert.Equal("respiratory_rate:+0.84 lactate:+0.50 spo2:+0.10 glucose:+0.04", ExplanationText.Contributions(explanation));
        Assert.StartsWith("unchanged in 1 h; ", ExplanationText.Of(explanation with { RiskChange = -0.0004 }), StringComparison.Ordinal);
        Assert.Equal("", ExplanationText.Of(new Explanation([], [], [], double.NaN, double.NaN, double.NaN)));
        Assert.Equal(explanation, explanation with { Attention = [.. explanation.Attention] });
        Assert.NotEqual(explanation, explanation with { RiskChange = 0.13 });
    }
}
