// How patient the flow is with each class of source by default, and what the settings make of it.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Stream;

public class SourceSettingsTests
{
    private const long Second = 1_000;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;

    [Theory]
    [InlineData(SourceClass.Bedside, 2 * Second, 10 * Second, 45 * Second, Minute)]
    [InlineData(SourceClass.Wearable, 30 * Second, 10 * Minute, 15 * Minute, Minute)]
    [InlineData(SourceClass.Charted, 0, 4 * Hour, 0, 2 * Hour)]
    public void Default_EachClass_IsAsTheRulesOfTheFlowSay(SourceClass source, long gap, long grace, long contact, long future)
    {
        Assert.Equal(new SourceSettings(gap, grace, contact, future), SourceSettings.Default(source));
        Assert.Equal(SourceSettings.Default(source), new MonitorSettings().Sources[(int)source]);
    }

    [Fact]
    public void MonitorSettings_Defaults_AreThoseOfTheSafetyRules()
    {
        var settings = new MonitorSettings();

        Assert.Equal(60, settings.TickSeconds);
        Assert.Equal(10, settings.BadSignalSeconds);
        Assert.False(settings.Demo);
        Assert.Null(settings.Model);
        Assert.Empty(settings.WardLimits);
        Assert.Empty(settings.PatientLimits);
        Assert.Equal(Enum.GetValues<SourceClass>().Length, settings.Sources.Count);
    }
}
