// Input drift: what is counted, that old steps fade, that flows may count side by side, and that the pipeline counts steps alone.
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.Tests.Controls;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Scoring;

public sealed class InputDriftTests
{
    private static readonly InputReference Halves = new([0.5], [0.5, 0.5]);

    [Theory]
    [InlineData(0.49f, 0)]
    [InlineData(0.5f, 1)]
    [InlineData(7f, 2)]
    [InlineData(float.PositiveInfinity, 2)]
    [InlineData(float.NegativeInfinity, 0)]
    [InlineData(float.NaN, 0)]
    public void Count_Value_GoesIntoTheBinOfTheEdgesNotAboveIt(float value, int bin)
    {
        double[] shares = [0.001, 0.001, 0.001];
        shares[bin] = 0.998;
        var drift = new InputDrift(Card(("x0", new InputReference([0.5, 7], shares))));

        Count(drift, InputDrift.LeastSteps, value, 0);

        Assert.Equal(0, Assert.Single(drift.Measure()).Psi, 0.01);
    }

    [Fact]
    public void Measure_OnlySomeInputsHaveHistograms_SpeaksOfTheseInTheOrderOfTheCard()
    {
        var drift = new InputDrift(Card(("x1", Halves), ("x0", Halves), ("x2", new InputReference([], [1]))));

        Count(drift, 300, 0, 1);
        Assert.Empty(drift.Measure());
        Count(drift, 300, 1, 1);

        Assert.Equal(600, drift.Steps);
        Assert.Equal(["x0", "x1"], drift.Measure().Select(moved => moved.Input));
        Assert.Equal(0, drift.Measure()[0].Psi, 1e-9);
        Assert.True(drift.Measure()[1].Psi > 0.25);
    }

    [Fact]
    public void Count_WindowIsFull_OldStepsFade()
    {
        var drift = new InputDrift(Card(("x0", Halves)), window: 1000);
        Count(drift, 1000, 1, 0);
        var moved = drift.Measure()[0].Psi;
        for (var i = 0; i < 5000; i++)
        {
            drift.Count([i % 2, 0, 0]);
        }

        Assert.True(moved > 0.25);
        Assert.True(drift.Measure()[0].Psi < 0.01);
        Assert.InRange(drift.Steps, 500, 1000);
    }

    [Fact]
    public void Count_ACardWithoutHistograms_CountsNothing()
    {
        var drift = new InputDrift(Card());

        Count(drift, InputDrift.LeastSteps, 1, 1);

        Assert.Equal(0, drift.Steps);
        Assert.Empty(drift.Measure());
    }

    [Fact]
    public void Count_FromSeveralFlows_LosesNothing()
    {
        var drift = new InputDrift(Card(("x0", Halves)), long.MaxValue);

        Parallel.For(0, 4, flow => Count(drift, 5000, flow % 2, 0));

        Assert.Equal(20_000, drift.Steps);
        Assert.Equal(0, drift.Measure()[0].Psi, 1e-9);
    }

    // 50 minutes of readings every 5 s: steps are at every tenth minute, and what is scored between them does not count.
    [Fact]
    public void Run_LiveReadings_CountsSteps()
    {
        var card = TestLaw.Card with
        {
            InputReference = new Dictionary<string, InputReference> { ["heart_rate.value"] = Halves },
        };
        var law = TestLaw.Create(model: new InMemoryModel(card, 64));
        var log = new WardLog();
        for (var second = 0; second < 3000; second += 5)
        {
            log.Frame("p", "d", second, VitalSign.HeartRate, 60 + (second / 30));
        }

        // Time goes on for a day: scores go on until the temperature has expired after 8 h, and these 48 steps do not count.
        log.Frame("p", "c", 100, VitalSign.Temperature, 37, SourceClass.Charted);
        var story = log.Clock(90_000).Run(law);

        Assert.InRange(law.Scorer!.Drift.Steps, 4, 5);
        Assert.True(law.Scorer.Rows > 5 * law.Scorer.Drift.Steps, $"{law.Scorer.Rows} rows");
        Assert.NotEmpty(story.Series("model.memory"));
    }

    [Theory]
    [InlineData(new double[0], new[] { 0.5, 0.5 }, "one share more than edges (here 1)")]
    [InlineData(new[] { 1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, new[] { 1.0 }, "at most 9 edges")]
    [InlineData(new[] { 1.0 }, new[] { 1.0 }, "one share more than edges (here 2)")]
    [InlineData(new[] { 1.0, 1 }, new[] { 0.2, 0.3, 0.5 }, "ascend")]
    [InlineData(new[] { 2.0, 1 }, new[] { 0.2, 0.3, 0.5 }, "ascend")]
    [InlineData(new[] { double.NaN }, new[] { 0.5, 0.5 }, "ascend")]
    [InlineData(new[] { 1.0 }, new[] { 0.5, 0.6 }, "sum to 1")]
    [InlineData(new[] { 1.0 }, new[] { -0.5, 1.5 }, "sum to 1")]
    [InlineData(new[] { 1.0 }, new[] { 0.5, double.NaN }, "sum to 1")]
    public void Problem_HistogramThatIsNone_IsNamed(double[] edges, double[] shares, string problem) =>
        Assert.Contains(problem, new InputReference(edges, shares).Problem, StringComparison.Ordinal);

    [Fact]
    public void Problem_Histogram_HasNone()
    {
        Assert.Null(new InputReference([-1, 0.5], [0.3333, 0.3333, 0.3333]).Problem);
        Assert.Null(new InputReference([], [1]).Problem);
    }

    private static ModelCard Card(params (string Input, InputReference Reference)[] references) =>
        InMemoryModel.MakeCard(3, recurrent: false) with
        {
            InputReference = references.ToDictionary(one => one.Input, one => one.Reference),
        };

    private static void Count(InputDrift drift, long steps, float first, float second)
    {
        for (var step = 0; step < steps; step++)
        {
            drift.Count([first, second, 0]);
        }
    }
}
