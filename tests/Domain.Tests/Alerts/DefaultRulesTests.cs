// The rules a site starts with make sense by themselves: growing levels, one id each, NEWS2 as the Royal College has it.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Alerts;

public class DefaultRulesTests
{
    public static TheoryData<string> LimitIds => [.. DefaultRules.Limits.Select(l => l.Id)];

    [Theory]
    [MemberData(nameof(LimitIds))]
    public void Limits_EachRule_GrowsMoreExtremeAndMoreUrgentInsideThePlausibleRange(string id)
    {
        var rule = Assert.Single(DefaultRules.Limits, l => l.Id == id);
        var info = VitalSignCatalogue.Info(rule.Vital);

        Assert.Equal($"limit.{info.Key}.{(rule.Side == LimitSide.Above ? "high" : "low")}", rule.Id);
        Assert.InRange(rule.Levels.Count, 1, LimitRule.MaxLevels);
        Assert.True(rule.Enabled && rule.Hysteresis > 0 && rule.DelaySeconds > 0);
        foreach (var level in rule.Levels)
        {
            Assert.InRange(level.Threshold, info.Low, info.High);
            Assert.NotEqual(AlertPriority.None, level.Priority);
        }

        foreach (var (first, second) in rule.Levels.Zip(rule.Levels.Skip(1)))
        {
            Assert.True(LimitLaw.Beyond(rule.Side, second.Threshold, first.Threshold));
            Assert.True(second.Priority > first.Priority);
        }
    }

    [Fact]
    public void News2_Thresholds_AreThoseOfTheRoyalCollege()
    {
        Assert.Equal([new(5, AlertPriority.Medium), new(7, AlertPriority.High)], DefaultRules.News2.Levels);
        Assert.Equal(AlertPriority.Low, DefaultRules.News2.SingleParameter);
        Assert.True(DefaultRules.News2.Enabled);
    }

    [Fact]
    public void OtherScores_ByDefault_AreOnlyComputedAndStored()
    {
        Assert.Equal([5.0, 2.0, 1.0], new[] { DefaultRules.Mews, DefaultRules.QSofa, DefaultRules.ShockIndex }
            .Select(rule => rule.Levels[0].Threshold));
        Assert.All([DefaultRules.Mews, DefaultRules.QSofa, DefaultRules.ShockIndex], rule => Assert.False(rule.Enabled));
    }
}
