// The population stability index against values worked out by hand.
using MedAI.Streaming.Domain.Features;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Features;

public class PopulationStabilityTests
{
    [Theory]
    [InlineData(new[] { 0.5, 0.5 }, new[] { 10.0, 10 }, 0)]
    [InlineData(new[] { 0.5, 0.5 }, new[] { 60.0, 40 }, 0.04054651081081644)] // 0.1 ln(1.2) - 0.1 ln(0.8)
    [InlineData(new[] { 0.1, 0.9 }, new[] { 3.0, 1 }, 2.142293962902814)]     // 0.65 ln(7.5) - 0.65 ln(0.25/0.9)
    [InlineData(new[] { 1.0, 0 }, new[] { 0.0, 5 }, 18.418835)]               // an empty bin counts as 1e-4
    public void Index_SharesAndCounts_IsTheSumOverBins(double[] expected, double[] found, double index) =>
        Assert.Equal(index, PopulationStability.Index(expected, found), 1e-3);

    [Fact]
    public void Index_NothingFound_IsNoNumber() => Assert.True(double.IsNaN(PopulationStability.Index([0.5, 0.5], [0, 0])));

    [Fact]
    public void Index_OtherBins_AreRefused() => Assert.Throws<ArgumentException>(() => PopulationStability.Index([0.5, 0.5], [1, 1, 1]));
}
