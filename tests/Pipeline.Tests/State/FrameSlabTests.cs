// Frames taken are distinct and keep their content until they are given back.
using MedAI.Streaming.Pipeline.State;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.State;

public sealed class FrameSlabTests
{
    [Fact]
    public void Take_AndFreeAtRandom_KeepsEveryTakenFrameApart()
    {
        var slab = new FrameSlab();
        var taken = new Dictionary<int, ulong>();
        var random = new Random(1);
        var most = 0;
        for (var i = 0ul; i < 50_000; i++)
        {
            if (taken.Count == 0 || random.Next(100) < 52)
            {
                var number = slab.Take();
                slab[number].Sequence = i;
                Assert.Equal(-1, slab.Next(number));
                taken.Add(number, i);
                most = Math.Max(most, taken.Count);
            }
            else
            {
                var number = taken.Keys.ElementAt(random.Next(Math.Min(taken.Count, 50)));
                Assert.Equal(taken[number], slab[number].Sequence);
                taken.Remove(number);
                slab.Free(number);
            }

            Assert.Equal(taken.Count, slab.Taken);
        }

        Assert.All(taken, pair => Assert.Equal(pair.Value, slab[pair.Key].Sequence));
        // Numbers are used again: none is beyond what was ever taken at once.
        Assert.InRange(taken.Keys.Max(), 0, most - 1);
        Assert.True(most > 1024, "the slab never had to grow");
    }
}
