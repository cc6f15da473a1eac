// Clients that lose their connection again and again, beside flows that go on deciding, hear every transition once and in order.
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Host.Web.Reading;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

public sealed class ResumingListenersTests : IDisposable
{
    private const int Transitions = 3000;
    private readonly string _directory = Directory.CreateTempSubdirectory("medai-test-").FullName;

    public static TheoryData<int> Seeds => [1, 2, 3];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Streams_resume_without_a_gap_and_without_repeats(int seed)
    {
        using var store = EdgeStore.Create(Path.Combine(_directory, "store"), 2);
        await using var service = await ReadingService.StartAsync(history: new NamedHistory(store.History, "s1"));
        var writers = Enumerable.Range(0, 2).Select(partition => Task.Run(() => WriteAsync(store, service, partition, new Random(seed + partition)), Stop));
        var listeners = Enumerable.Range(0, 6).Select(n => ListenAsync(service, new Random((seed * 100) + n))).ToArray();
        var poller = PollAsync(service, new Random(seed));

        await Task.WhenAll(writers);
        await Task.WhenAll([.. listeners, poller]);

        var expected = store.History.After("", Transitions + 1).Select(found => found.Transition.Id).ToArray();
        Assert.Equal(Transitions, expected.Length);
        Assert.All(await Task.WhenAll(listeners), heard => Assert.Equal(expected, heard));
        Assert.Equal(expected, await poller);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static async Task WriteAsync(EdgeStore store, ReadingService service, int partition, Random random)
    {
        for (var n = partition; n < Transitions;)
        {
            var batch = new CommitBatch(partition);
            for (var size = random.Next(1, 40); size > 0 && n < Transitions; size--, n += 2)
            {
                batch.Transitions.Add(Decided.Number(n));
            }

            store.State.Commit(batch);
            foreach (var transition in batch.Transitions)
            {
                service.Picture.Transition(transition);
            }

            for (var pause = random.Next(50); pause > 0; pause--)
            {
                await Task.Yield();
            }
        }
    }

    private static async Task<string[]> ListenAsync(ReadingService service, Random random)
    {
        var heard = new List<string>();
        var place = (string?)null;
        while (heard.Count < Transitions)
        {
            // A client that never heard anything begins at the beginning; one that did says behind what it is.
            using var listener = await service.ListenAsync("?cursor=", place);
            for (var patience = random.Next(1, 500); patience > 0 && heard.Count < Transitions; patience--)
            {
                heard.Add((await listener.NextAlertAsync()).GetProperty("id").GetString()!);
                place = listener.LastEventId;
            }
        }

        return [.. heard];
    }

    private static async Task<string[]> PollAsync(ReadingService service, Random random)
    {
        var heard = new List<string>();
        var place = "";
        while (heard.Count < Transitions)
        {
            var page = await service.GetOkAsync($"/v1/alerts?limit={random.Next(1, 100)}&cursor={place}");
            heard.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
            place = page.GetProperty("nextCursor").GetString()!;
            await Task.Yield();
        }

        return [.. heard];
    }
}
