// Quantiles of the histogram are those of a sorted list, to within its width.
using MedAI.Streaming.Host.Send;
using Xunit;

namespace Acceptance.Tests.Send;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 7)]
    [InlineData(1000, 1_000)]
    [InlineData(5000, 40_000_000)]
    public void Quantile_OfManyDurations_IsRightToTwoPercent(int count, int most)
    {
        var random = new Random(count);
        var durations = Enumerable.Range(0, count).Select(_ => (long)(most * Math.Pow(random.NextDouble(), 4))).ToArray();
        var histogram = new LatencyHistogram();
        foreach (var duration in durations)
        {
            histogram.Add(TimeSpan.FromMicroseconds(duration));
        }

        Array.Sort(durations);
        foreach (var share in new[] { 0.01, 0.5, 0.9, 0.99, 1 })
        {
            var exact = durations[(int)Math.Ceiling(share * count) - 1];
            Assert.InRange(histogram.Quantile(share).TotalMicroseconds, exact, (exact * 1.016) + 0.1);
        }

        Assert.Equal(durations[^1], histogram.Max.TotalMicroseconds);
    }

    [Fact]
    public void Quantile_OfNothing_IsZero()
    {
        var histogram = new LatencyHistogram();

        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (histogram.Quantile(0.5), histogram.Max));
    }

    [Fact]
    public void Add_LongerThanAnyBucket_IsStillCounted()
    {
        var histogram = new LatencyHistogram();

        histogram.Add(TimeSpan.FromDays(30));
        histogram.Add(TimeSpan.FromTicks(-1));

        Assert.Equal(TimeSpan.FromDays(30), histogram.Max);
        Assert.Equal(TimeSpan.Zero, histogram.Quantile(0.5));
    }
}
