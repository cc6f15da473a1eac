// Ids of readings come apart as they were joined.
using MedAI.Streaming.Host.Web.Reading;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

public sealed class ReadingIdsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("m/1/2/spo2", "m/1/2/spo2")]
    [InlineData("m/1/2/spo2 m/1/3/heart_rate", "m/1/2/spo2", "m/1/3/heart_rate")]
    [InlineData("bed 7 left/1/2/spo2 x/1/1/spo2", "bed 7 left/1/2/spo2", "x/1/1/spo2")]
    [InlineData("a/b/c/1/2/spo2", "a/b/c/1/2/spo2")]
    [InlineData("something else", "something else")]
    public void Split_JoinedIds_GivesEachBack(string joined, params string[] expected) => Assert.Equal(expected, ReadingIds.Split(joined));
}
