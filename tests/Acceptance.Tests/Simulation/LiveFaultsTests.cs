// The text of faults is read as a person means it, and refused with a word on what may stand there.
using MedAI.Streaming.Simulation;
using Xunit;

namespace Acceptance.Tests.Simulation;

public sealed class LiveFaultsTests
{
    [Theory]
    [InlineData("none", "none")]
    [InlineData("all", "duplicates=0.2,disorder=0.1,late=0.05,skew=0.01,corrupt=0.01,gaps=0.01,restart=0.001")]
    [InlineData("late", "late=0.05")]
    [InlineData("hour-late", "hour-late=0.05")]
    [InlineData("hour-late=0.5,gaps", "gaps=0.01,hour-late=0.5")]
    [InlineData("restart=1, duplicates", "duplicates=0.2,restart=1")]
    [InlineData("gaps=0", "none")]
    [InlineData("skew=0.25,gaps=.5", "skew=0.25,gaps=0.5")]
    public void TryParse_AGoodText_GivesItsRates(string text, string expected)
    {
        Assert.True(LiveFaults.TryParse(text, out var faults, out _));

        Assert.Equal(expected, faults.ToString());
    }

    [Theory]
    [InlineData("", "'' is no fault: write none, all, or a comma list of duplicates, disorder")]
    [InlineData("all,late", "'all' is no fault")]
    [InlineData("late,", "'' is no fault")]
    [InlineData("Late", "'Late' is no fault")]
    [InlineData("late,late=0.1", "'late' stands there twice")]
    [InlineData("late=1.5", "'late=1.5': a rate is a number from 0 to 1")]
    [InlineData("late=-0.1", "a rate is a number")]
    [InlineData("late=", "a rate is a number")]
    [InlineData("late=NaN", "a rate is a number")]
    public void TryParse_ABadText_SaysWhatMayStandThere(string text, string part)
    {
        Assert.False(LiveFaults.TryParse(text, out _, out var problem));

        Assert.Contains(part, problem, StringComparison.Ordinal);
    }
}
