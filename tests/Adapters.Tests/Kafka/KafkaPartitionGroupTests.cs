// Shows on librdkafka's mock cluster that a worker takes what the group gives it and gives it up when it leaves or others come.
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Kafka;
using MedAI.Streaming.TestKit.Waiting;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Kafka;

public sealed class KafkaPartitionGroupTests : IDisposable
{
    private const int FencedInstanceId = 82;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private readonly MockCluster _cluster = new();
    private readonly KafkaOptions _options;

    public KafkaPartitionGroupTests()
    {
        _options = new() { BootstrapServers = _cluster.Bootstrap, SessionTimeout = TimeSpan.FromSeconds(6) };
        foreach (var topic in new[] { _options.Vitals, _options.State, _options.Alerts, _options.DeadLetters })
            _cluster.CreateTopic(topic, 4);
    }

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task Run_AloneThenStopped_TakesAllAndGivesAllUp()
    {
        await using var member = new Member(_options);
        await member.Owns(4);

        await member.StopAsync();

        Assert.Equal(["take 0", "take 1", "take 2", "take 3"], member.Owner.Calls[..4]);
        Assert.Equal(["give up 0", "give up 1", "give up 2", "give up 3"], member.Owner.Calls[4..].Order());
    }

    [Fact]
    public async Task Run_SecondWorkerComes_SharesAndStaysWithWhatItHas()
    {
        await using var first = new Member(_options);
        await first.Owns(4);
        await using var second = new Member(_options);
        await second.Owns(2);
        await first.Owns(2);

        Assert.Equal([0, 1, 2, 3], first.Owner.Owned.Concat(second.Owner.Owned).Order());
        Assert.Equal(6, first.Owner.Calls.Length);
    }

    // However often the loop around it turned meanwhile.
    [Theory]
    [InlineData(2.01, true)]
    [InlineData(1.99, false)]
    public async Task Run_OwnNameIsTaken_TakesItBackOnceTheMembershipLastedForTwoSessions(double sessions, bool comesBack)
    {
        var clock = new TestClock();
        var options = _options with { StaticMember = "same", SessionTimeout = TimeSpan.FromSeconds(1.5) };
        await using var member = new Member(options, time: clock);
        await member.Owns(4);
        clock.Pass(options.SessionTimeout * sessions);
        _cluster.FailNextHeartbeat(FencedInstanceId);

        if (comesBack)
        {
            await Eventually.Async(() => member.Reports.Any(r => r.Contains("joining again", StringComparison.Ordinal)), Long, "it to join again");
            await Eventually.Async(() => member.Owner.Calls.Length >= 12, Long, "its partitions to come back");
            Assert.Equal(4, member.Owner.Owned.Length);
        }
        else
        {
            var failure = await Assert.ThrowsAsync<StoreException>(() => member.Work.WaitAsync(Long, TestContext.Current.CancellationToken));
            Assert.Equal(StoreFailure.InUse, failure.Failure);
        }
    }
}
