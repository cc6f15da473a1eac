// The order of versions: by number, and what is no number is never the newest.
using MedAI.Streaming.Pipeline.Scoring;
using Xunit;

namespace Pipeline.Tests.Scoring;

public class ModelVersionsTests
{
    [Fact]
    public void ByNumber_AnyOrder_IsOneOrder()
    {
        string[] expected = ["10", "2.0.0-trial", "next", "1.0.0", "1.9.0", "1.10.0", "2.0", "2.0.0", "10.0.0"];

        for (var first = 0; first < expected.Length; first++)
            Assert.Equal(expected, expected[first..].Concat(expected[..first]).Reverse().Order(ModelVersions.ByNumber).ToArray());
    }
}
