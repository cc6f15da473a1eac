// Places of one history are no places of another, even where both count alike.
using MedAI.Streaming.Host.Web.Reading;
using MedAI.Streaming.TestKit.InMemory;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

public sealed class NamedHistoryTests
{
    private readonly InMemoryStateStore _state = new();

    public NamedHistoryTests() => _state.Commit(Decided.Batch(Enumerable.Range(0, 5).Select(n => Decided.Number(n))));

    [Fact]
    public void After_ItsOwnPlaces_ReadsOnWithoutAGap()
    {
        var history = new NamedHistory(_state, "a1");
        var read = new List<string>();
        for (var place = ""; history.After(place, 2) is { Count: > 0 } found; place = found[^1].Cursor)
        {
            read.AddRange(found.Select(one => one.Transition.Id));
        }

        Assert.Equal(Enumerable.Range(0, 5).Select(n => Decided.Number(n).Id), read);
        Assert.Equal("a1.5", history.EndCursor());
    }

    [Theory]
    [InlineData("b1.2")]
    [InlineData("2")]
    [InlineData("a1")]
    [InlineData("a1.")]
    [InlineData("a12.2")]
    [InlineData(".2")]
    [InlineData("a1.a1.2")]
    public void After_APlaceOfAnother_IsRefused(string place) =>
        Assert.Throws<FormatException>(() => new NamedHistory(_state, "a1").After(place, 2));

    [Fact]
    public async Task A_client_that_comes_with_the_place_of_a_store_that_was_made_anew_is_told_so()
    {
        await using var service = await ReadingService.StartAsync(history: new NamedHistory(_state, "new"));

        var (polled, _) = await service.GetAsync("/v1/alerts?cursor=old.2");
        var (listened, body) = await service.GetAsync("/v1/alerts/stream?cursor=old.2");

        Assert.Equal((400, 400, "bad_cursor"), (polled, listened, body.GetProperty("code").GetString()));
    }
}
