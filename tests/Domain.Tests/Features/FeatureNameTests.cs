// The contract names each input in one way: other names of the same vital sign are not in schemas/features.json.
using MedAI.Streaming.Domain.Features;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Features;

public class FeatureNameTests
{
    [Theory]
    [InlineData("8867-4.observed")]
    [InlineData("MDC_ECG_HEART_RATE.observed")]
    [InlineData("147842.observed")]
    [InlineData("Heart_Rate.observed")]
    [InlineData(" heart_rate.observed")]
    [InlineData("heart_rate .observed")]
    public void Create_OtherNameOfAKnownVitalSign_IsRefused(string name)
    {
        Assert.Null(FeatureSpec.Create([name], GoldenFeatures.First.Normalisation, 3600, out var problem));
        Assert.Contains($"'{name}'", problem, StringComparison.Ordinal);
    }
}
