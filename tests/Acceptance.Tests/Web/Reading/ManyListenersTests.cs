// Many who listen and do not read; nothing runs beside it, because memory is everybody's.
using MedAI.Streaming.Host.Web.Reading;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

[CollectionDefinition(nameof(ManyListenersTests), DisableParallelization = true)]
[Collection(nameof(ManyListenersTests))]
public sealed class ManyListenersTests
{
    [Fact]
    public async Task Two_hundred_who_do_not_read_cost_no_more_than_what_is_on_its_way_and_miss_nothing()
    {
        const int Clients = 200;
        const int Transitions = 2_000;
        await using var service = await ReadingService.StartAsync();
        var clients = new List<RawClient>();
        for (var i = 0; i < Clients; i++)
        {
            clients.Add(await RawClient.OpenAsync(service.Client.BaseAddress!, "/v1/alerts/stream?cursor=", TestContext.Current.CancellationToken));
        }

        await AlertStreamTests.Until(() => service.Streams.Clients == Clients);
        service.Decide([.. Enumerable.Range(0, AlertTail.Kept).Select(n => Decided.Number(n))]);
        await AlertStreamTests.Until(() => service.Streams.Sent > Clients * 10);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var n = AlertTail.Kept; n < Transitions; n += 8)
        {
            service.Decide([.. Enumerable.Range(n, 8).Select(m => Decided.Number(m))]);
        }

        await AlertStreamTests.Until(() => service.Tail.After($"{Transitions}", 1) is not null);

        // All of it for every client would be some 250 MB; a connection's own buffer is 64 KiB. Other tests of this process hold memory, too.
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(service.Streams.Sent, 1, Clients * (Transitions / 2));
        Assert.True(grown < Clients * (512L << 10), $"{grown / 1024} KiB more for {Clients} clients");

        var expected = Enumerable.Range(1, Transitions).Select(n => $"{n}").ToArray();
        var heard = await Task.WhenAll(clients.Select(client => client.ReadIdsAsync(Transitions, TestContext.Current.CancellationToken)));
        Assert.All(heard, ids => Assert.Equal(expected, ids));
        clients.ForEach(client => client.Dispose());
    }
}
