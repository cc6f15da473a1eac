// Sequence numbers come from outside as any 64-bit number: at the end of their range they must not stop the flow.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Stream;

public class DeviceOrderExtremeTests
{
    [Theory]
    [InlineData(ulong.MaxValue - 1)]
    [InlineData(ulong.MaxValue - 64)]
    [InlineData(ulong.MaxValue - 1_000)]
    public async Task Arrive_TheLastSequenceThereIs_Returns(ulong before)
    {
        // Aside, so that a law that never returns fails this test and not the whole run.
        var arrivals = await Task.Run(() => Arrivals(before), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        Assert.Equal([Arrival.Hold, Arrival.Hold, Arrival.Duplicate, Arrival.Duplicate], arrivals);
    }

    private static Arrival[] Arrivals(ulong before)
    {
        var order = DeviceOrder.New(SourceClass.Bedside);
        return
        [
            order.Arrive(1, before, true), order.Arrive(1, ulong.MaxValue, true), order.Arrive(1, before, true),
            order.Arrive(1, ulong.MaxValue, true),
        ];
    }
}
