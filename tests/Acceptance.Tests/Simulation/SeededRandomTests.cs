// The generator gives the published sequence, stays in its ranges, and its forks are independent of draws.
using MedAI.Streaming.Simulation;
using Xunit;

namespace Acceptance.Tests.Simulation;

public sealed class SeededRandomTests
{
    [Fact]
    public void NextUInt64_Seed0_EqualsTheReferenceImplementation()
    {
        var random = new SeededRandom(0);

        // xoshiro256** over the first four outputs of SplitMix64 from 0, as computed by an independent implementation.
        ulong[] reference = [0x99EC5F36CB75F2B4, 0xBF6E1F784956452A, 0x1A5F849D4933E6E0, 0x6AA594F1262D2D2C];
        Assert.Equal(reference, Enumerable.Range(0, 4).Select(_ => random.NextUInt64()));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-3, 3)]
    [InlineData(5, 9)]
    public void Between_ManyDraws_ReachesBothEndsAndNothingElse(int low, int high)
    {
        var random = new SeededRandom(1);
        var drawn = Enumerable.Range(0, 2_000).Select(_ => random.Between(low, high)).Distinct().Order();

        Assert.Equal(Enumerable.Range(low, high - low + 1), drawn);
    }

    [Fact]
    public void NextBell_ManyDraws_HasMeanZeroAndVarianceOne()
    {
        var random = new SeededRandom(2);
        var drawn = Enumerable.Range(0, 100_000).Select(_ => random.NextBell()).ToList();

        Assert.InRange(drawn.Average(), -0.02, 0.02);
        Assert.InRange(drawn.Average(x => x * x), 0.98, 1.02);
        Assert.All(drawn, x => Assert.InRange(x, -3.47, 3.47));
    }

    [Fact]
    public void Fork_AfterDraws_IsTheSameAsBefore()
    {
        var random = new SeededRandom(3);
        var before = random.Fork("a").NextUInt64();
        random.NextUInt64();

        Assert.Equal(before, random.Fork("a").NextUInt64());
        Assert.NotEqual(before, random.Fork("b").NextUInt64());
    }

    [Fact]
    public void Shuffle_AList_KeepsItsItems()
    {
        var items = Enumerable.Range(0, 20).ToList();
        new SeededRandom(4).Shuffle(items);

        Assert.NotEqual(Enumerable.Range(0, 20), items);
        Assert.Equal(Enumerable.Range(0, 20), items.Order());
    }
}
