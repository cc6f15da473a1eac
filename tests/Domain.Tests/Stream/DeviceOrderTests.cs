// One device's order: what is next, what waits, what is a repeat, how epochs change, what moves the watermark.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Stream;

public class DeviceOrderTests
{
    private const ulong Epoch = 7;

    [Fact]
    public void New_Device_WaitsForNothing()
    {
        var order = DeviceOrder.New(SourceClass.Wearable);

        Assert.Equal(SourceClass.Wearable, order.Source);
        Assert.Equal((0ul, long.MinValue, long.MaxValue, -1, 0, false),
            (order.Epoch, order.Watermark, order.GapUntil, order.HeldFirst, order.Held, order.Lost));
        Assert.Equal(0, order.SeenCount());
        Assert.False(order.IsLate(long.MinValue + 1, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Arrive_Contiguous_ReleasesEach(bool ordered)
    {
        var order = DeviceOrder.New(SourceClass.Bedside);
        for (var sequence = 1ul; sequence <= 3_000; sequence++)
        {
            Assert.Equal(Arrival.Release, Take(ref order, Epoch, sequence, ordered));
            Assert.Equal(sequence + 1, order.Next);
            Assert.Equal(sequence, order.HighWater);
        }
    }

    [Fact]
    public void Arrive_AfterAGap_IsHeldUntilTheGapIsFilled()
    {
        var order = DeviceOrder.New(SourceClass.Bedside);
        Take(ref order, Epoch, 1);

        Assert.Equal(Arrival.Hold, order.Arrive(Epoch, 3, true));
        Assert.Equal(Arrival.Hold, order.Arrive(Epoch, 4, true));
        Assert.Equal(2ul, order.Next);
        Assert.Equal(Arrival.Release, Take(ref order, Epoch, 2));
        order.Released(FrameOf(3));
        order.Released(FrameOf(4));
        Assert.Equal(Arrival.Release, Take(ref order, Epoch, 5));
    }

    [Fact]
    public void Arrive_FirstFrameOfADeviceInTheMiddleOfAnEpoch_WaitsForThoseBefore()
    {
        var order = DeviceOrder.New(SourceClass.Bedside);

        Assert.Equal(Arrival.Hold, order.Arrive(Epoch, 2, true));
        Assert.Equal(Arrival.Release, order.Arrive(Epoch, 1, true));
    }

    [Fact]
    public void Arrive_GapGivenUp_TakesWhatFillsItAsFillerOnce()
    {
        var order = DeviceOrder.New(SourceClass.Bedside);
        Take(ref order, Epoch, 1);
        order.Arrive(Epoch, 4, true);
        order.Released(FrameOf(4));

        Assert.Equal(5ul, order.Next);
        Assert.Equal(Arrival.Filler, order.Arrive(Epoch, 3, true));
        Assert.Equal(Arrival.Duplicate, order.Arrive(Epoch, 3, true));
        Assert.Equal(Arrival.Filler, order.Arrive(Epoch, 2, true));
        Assert.Equal(5ul, order.Next);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1_000)]
    [InlineData(1_022)]
    [InlineData(1_023)]
    public void Arrive_RepeatInsideTheWindow_IsADuplicate(ulong behind)
    {
        foreach (var last in new ulong[] { 1_024, 1_025, 2_047, 2_048, 5_000 })
        {
            var order = Contiguous(last);

            Assert.Equal(Arrival.Duplicate, order.Arrive(Epoch, last - behind, true));
            Assert.Equal((last, last + 1), (order.HighWater, order.Next));
        }
    }

    [Theory]
    [InlineData(1_025)]
    [InlineData(1_100)]
    [InlineData(2_048)]
    [InlineData(4_000)]
    public void Arrive_BehindTheWindow_IsAFillerSoThatNothingIsLost(ulong behind)
    {
        var order = Contiguous(5_000);
        var seen = order.SeenCount();

        Assert.Equal(Arrival.Filler, order.Arrive(Epoch, 5_000 - behind, true));
        Assert.Equal((5_000ul, 5_001ul, seen), (order.HighWater, order.Next, order.SeenCount()));
        Assert.Equal(Arrival.Duplicate, order.Arrive(Epoch, 5_000 - 1_023, true));
    }

    [Theory]
    [InlineData(1_022)]
    [InlineData(1_023)]
    [InlineData(1_024)]
    [InlineData(1_025)]
    [InlineData(100_000)]
    [InlineData(1_000_000_000_000)]
    public void Arrive_AfterAJump_HasForgottenWhatLeftTheWindowAndNothingElse(ulong jump)
    {
        var order = Contiguous(3_000);
        var high = 3_000 + jump;
        Assert.Equal(Arrival.Hold, order.Arrive(Epoch, high, true));
        Assert.Equal(Arrival.Duplicate, order.Arrive(Epoch, high, true));

        // Numbers that were jumped over were never here, whichever bit of the window they share with an old one.
        for (var sequence = high - 1; sequence > Math.Max(3_000, high - 1_024); sequence--)
        {
            Assert.NotEqual(Arrival.Duplicate, order.Arrive(Epoch, sequence, true));
            Assert.Equal(Arrival.Duplicate, order.Arrive(Epoch, sequence, true));
        }

        Assert.Equal(jump < 1_024 ? Arrival.Duplicate : Arrival.Filler, order.Arrive(Epoch, 3_000, true));
    }

    [Fact]
    public void Arrive_NewerEpoch_IsHeldAndStragglersOfTheOldStillComeInOrder()
    {
        var order = Contiguous(10);

        Assert.Equal(Arrival.Hold, order.Arrive(Epoch + 1, 1, true));
        Assert.Equal(Epoch, order.Epoch);
        Assert.Equal(Arrival.Release, Take(ref order, Epoch, 11));
        Assert.Equal(Arrival.Duplicate, order.Arrive(Epoch, 11, true));
    }

    [Fact]
    public void StartEpoch_AfterTheOld_CountsFrom1AndTakesOldOnesAsFillers()
    {
        var order = Contiguous(10);
        order.Released(FrameOf(10, 5_000));
        order.StartEpoch(Epoch + 1);

        Assert.Equal((Epoch + 1, 1ul, 0ul, 0), (order.Epoch, order.Next, order.HighWater, order.SeenCount()));
        Assert.Equal(5_000, order.Watermark);
        Assert.Equal(Arrival.Filler, order.Arrive(Epoch, 11, true));
        Assert.Equal(Arrival.Release, Take(ref order, Epoch + 1, 1));
        Assert.Equal(Arrival.Hold, order.Arrive(Epoch + 1, 3, true));
    }

    [Fact]
    public void Admit_HeldFramesOfTheBegunEpoch_AreRecognisedWhenTheyComeAgain()
    {
        var order = Contiguous(10);
        order.StartEpoch(Epoch + 1);

        Assert.True(order.Admit(1));
        Assert.True(order.Admit(3));
        Assert.False(order.Admit(3));
        Assert.Equal(Arrival.Duplicate, order.Arrive(Epoch + 1, 3, true));
        Assert.NotEqual(Arrival.Duplicate, order.Arrive(Epoch + 1, 2, true));
    }

    [Fact]
    public void Arrive_NewerEpochOfAnUnorderedSource_BeginsAtOnce()
    {
        var order = Contiguous(10);

        Assert.Equal(Arrival.Release, Take(ref order, Epoch + 1, 4, ordered: false));
        Assert.Equal(Epoch + 1, order.Epoch);
        Assert.Equal(Arrival.Duplicate, order.Arrive(Epoch + 1, 4, false));
        Assert.Equal(Arrival.Filler, order.Arrive(Epoch, 11, false));
    }

    [Fact]
    public void Arrive_UnorderedSource_HoldsNothingAndKnowsRepeats()
    {
        var random = new Random(5);
        var order = DeviceOrder.New(SourceClass.Charted);
        var sequences = Enumerable.Range(1, 1_000).Select(s => (ulong)s).ToArray();
        random.Shuffle(sequences);
        foreach (var sequence in sequences)
        {
            Assert.True(Take(ref order, Epoch, sequence, false) is Arrival.Release or Arrival.Filler);
            Assert.Equal(Arrival.Duplicate, order.Arrive(Epoch, sequence, false));
        }

        Assert.All(sequences, sequence => Assert.Equal(Arrival.Duplicate, order.Arrive(Epoch, sequence, false)));
    }

    [Fact]
    public void Released_EventTimes_MoveTheWatermarkForwardOnly()
    {
        var order = DeviceOrder.New(SourceClass.Bedside);
        order.Released(FrameOf(1, 5_000));
        Assert.Equal((5_000, 2ul), (order.Watermark, order.Next));
        order.Released(FrameOf(2, 4_000));
        Assert.Equal((5_000, 3ul), (order.Watermark, order.Next));
        order.Released(FrameOf(3, 9_000_000) with { Flags = FrameFlags.Future });
        Assert.Equal((5_000, 4ul), (order.Watermark, order.Next));
        order.Released(FrameOf(4, 6_000) with { Flags = FrameFlags.Late });
        Assert.Equal((6_000, 5ul), (order.Watermark, order.Next));
        order.Released(FrameOf(2, 7_000));
        Assert.Equal((7_000, 5ul), (order.Watermark, order.Next));
    }

    [Theory]
    [InlineData(100_000, false)]
    [InlineData(90_000, false)]
    [InlineData(89_999, true)]
    [InlineData(110_000, false)]
    public void IsLate_BehindTheWatermark_IsByMoreThanTheGrace(long eventTime, bool late)
    {
        var order = DeviceOrder.New(SourceClass.Bedside);
        Assert.False(order.IsLate(eventTime, 10_000));
        order.Released(FrameOf(1, 100_000));

        Assert.Equal(late, order.IsLate(eventTime, 10_000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Arrive_DisorderWithinTheWindowAndRepeats_LetsEachFrameThroughExactlyOnce(int seed)
    {
        var random = new Random(seed);
        var frames = Enumerable.Range(1, 5_000)
            .SelectMany(s => Enumerable.Range(0, 1 + random.Next(3)).Select(_ => (Sequence: (ulong)s, At: s + random.Next(500))))
            .OrderBy(f => f.At).Select(f => f.Sequence).ToList();
        var order = DeviceOrder.New(SourceClass.Bedside);
        var through = new HashSet<ulong>();
        foreach (var sequence in frames)
        {
            if (Take(ref order, Epoch, sequence) != Arrival.Duplicate)
            {
                Assert.True(through.Add(sequence));
            }
        }

        Assert.Equal(5_000, through.Count);
        Assert.Equal(5_000ul, order.HighWater);
    }

    private static DeviceOrder Contiguous(ulong last)
    {
        var order = DeviceOrder.New(SourceClass.Bedside);
        for (var sequence = 1ul; sequence <= last; sequence++)
        {
            Take(ref order, Epoch, sequence);
        }

        return order;
    }

    // As the flow does: what is to be released is released.
    private static Arrival Take(ref DeviceOrder order, ulong epoch, ulong sequence, bool ordered = true)
    {
        var arrival = order.Arrive(epoch, sequence, ordered);
        if (arrival == Arrival.Release)
        {
            order.Released(FrameOf(sequence));
        }

        return arrival;
    }

    private static Frame FrameOf(ulong sequence, long eventTime = 1_000) => new() { Sequence = sequence, EventTime = eventTime };
}
