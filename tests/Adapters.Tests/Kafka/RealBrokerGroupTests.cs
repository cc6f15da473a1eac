// Shows on a real broker how partitions come and go: shared, drained before they move, lost by those who were too late, taken back.
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Kafka;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Kafka;

public sealed class RealBrokerGroupTests(KafkaBrokerFixture broker) : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private KafkaOptions _options = new() { BootstrapServers = "" };

    public async ValueTask InitializeAsync()
    {
        _options = new()
        {
            BootstrapServers = await broker.BootstrapAsync(),
            TopicPrefix = KafkaBrokerFixture.UniqueName("group") + ".",
            Group = KafkaBrokerFixture.UniqueName("group"),
            SessionTimeout = TimeSpan.FromSeconds(3),
            BusyTimeout = TimeSpan.FromSeconds(30),
        };
        await KafkaTopics.CreateAsync(_options, new TopicPlan { Partitions = 4, Replication = 1 });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(PartitionSpread.CooperativeSticky)]
    [InlineData(PartitionSpread.Range)]
    public async Task Run_SecondWorkerComesAndGoes_PartitionsAreSharedAndComeBack(PartitionSpread spread)
    {
        var options = _options with { Spread = spread };
        await using var first = new Member(options);
        await first.Owns(4);
        await using (var second = new Member(options))
        {
            await second.Owns(2);
            await first.Owns(2);
            Assert.Equal([0, 1, 2, 3], first.Owner.Owned.Concat(second.Owner.Owned).Order());
            await second.StopAsync();
            Assert.Empty(second.Owner.Owned);
            Assert.Equal(2, second.Owner.Calls.Count(c => c.StartsWith("give up", StringComparison.Ordinal)));
        }

        await first.Owns(4);

        // Cooperative: what stays is not touched. Range: everything is given up at each change.
        var kept = first.Owner.Calls.Count(c => c.StartsWith("give up", StringComparison.Ordinal));
        Assert.Equal(spread == PartitionSpread.CooperativeSticky ? 2 : 6, kept);
        await first.StopAsync();
        Assert.Empty(first.Owner.Owned);
        Assert.DoesNotContain(first.Owner.Calls, c => c.StartsWith("lose", StringComparison.Ordinal));

        // Four, then two taken away, then two given back: at the least.
        Assert.InRange(first.Group.Rebalances, 3, 100);
        Assert.Equal((0, 0), (first.Group.PartitionsLost, first.Group.Untaken));
    }

    [Fact]
    public async Task GiveUp_StillDraining_HoldsTheOtherWorkerBack()
    {
        await using var first = new Member(_options);
        await first.Owns(4);
        using var drained = new ManualResetEventSlim();
        var draining = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        first.Owner.GivingUp = _ =>
        {
            draining.TrySetResult();
            drained.Wait(TestContext.Current.CancellationToken);
        };
        await using var second = new Member(_options);
        await draining.Task.WaitAsync(Long, TestContext.Current.CancellationToken);

        // Longer than a session: heartbeats go on while it drains.
        await Assert.ThrowsAsync<TimeoutException>(
            () => Eventually.Async(() => second.Owner.Owned.Length > 0, _options.SessionTimeout * 1.5, "a worker that must be held back"));

        first.Owner.GivingUp = null;
        drained.Set();
        await second.Owns(2);
        await first.Owns(2);
    }

    [Fact]
    public async Task Run_WorkerThatIsTooLongWithTheGroupUnheard_LosesItsPartitionsAndIsTold()
    {
        using var goOn = new CancellationTokenSource();
        await using var late = new Member(_options with { BusyTimeout = _options.SessionTimeout }, o => o.Taking = partitions =>
        {
            if (partitions.Contains(3)) goOn.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(100));
        });
        await late.Owns(3);
        await using var second = new Member(_options);

        // The group goes on without the one that loads for too long.
        await second.Owns(4);
        await goOn.CancelAsync();

        // A rebalance that was under way when it was given up on comes first, and looks like any other: the fence is what protects.
        await Eventually.Async(
            () => late.Owner.Calls.Contains("lose 3") && late.Owner.Calls.Count(c => !c.StartsWith("take", StringComparison.Ordinal)) >= 4, Long,
            "the late worker to be told");
    }

    [Fact]
    public async Task Run_StateThatCannotBeLoadedYet_IsTriedAgain()
    {
        var failures = 2;
        await using var member = new Member(_options, o => o.Taking = partitions =>
        {
            if (partitions.Contains(1) && failures-- > 0) throw new StoreException(StoreFailure.Unavailable, "not yet");
        });

        await member.Owns(4);

        Assert.Equal(2, member.Reports.Count(r => r.Contains("partition 1 could not be taken yet: not yet", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_StateThatIsOfAnotherLaw_EndsTheMembershipAndGivesUpTheRest()
    {
        await using var member = new Member(_options, o => o.Taking = partitions =>
        {
            if (partitions.Contains(2)) throw new StoreException(StoreFailure.Mismatch, "another law");
        });

        var failure = await Assert.ThrowsAsync<StoreException>(() => member.Work.WaitAsync(Long, TestContext.Current.CancellationToken));

        Assert.Equal("another law", failure.Message);
        Assert.Empty(member.Owner.Owned);
        Assert.Equal(["take 0", "take 1", "give up 0", "give up 1"], member.Owner.Calls.OrderBy(c => c[0] == 'g').ThenBy(c => c));
    }

    [Fact]
    public async Task Run_PartitionTakenByAProcessThatIsNotTheOwner_IsTakenBack()
    {
        await using var member = new Member(_options);
        await member.Owns(4);
        member.State.Load(3, (_, _) => { });
        using var stranger = KafkaStateStore.Open(_options);
        stranger.Load(3, (_, _) => { });
        Assert.Throws<OwnershipLostException>(() => member.State.Commit(new CommitBatch(3) { Offset = 0 }));

        await Eventually.Async(
            () => member.Owner.Calls is [.., "lose 3", "take 3"], Long, "the partition to be lost and taken again");
        Assert.Equal(1, member.Group.PartitionsLost);
    }

    [Fact]
    public async Task Run_StaticMemberComesBack_GetsItsPartitionsWithoutTheOtherNoticing()
    {
        var options = _options with { SessionTimeout = TimeSpan.FromSeconds(20) };
        await using var other = new Member(options with { StaticMember = "b" });
        var own = new Member(options with { StaticMember = "a" });
        await own.Owns(2);
        await other.Owns(2);
        var before = (Own: own.Owner.Owned, Calls: other.Owner.Calls);
        await own.DisposeAsync();

        await using var again = new Member(options with { StaticMember = "a" });
        await again.Owns(2);

        Assert.Equal(before.Own, again.Owner.Owned);
        Assert.Equal(before.Calls, other.Owner.Calls);
    }

    [Fact]
    public async Task Run_TwoWorkersOfOneStaticName_EndsOneAndSaysWhy()
    {
        await using var first = new Member(_options with { StaticMember = "same" });
        await first.Owns(4);
        await using var second = new Member(_options with { StaticMember = "same" });

        // The one that came first, unless it had been there for so long that it may take its name back once.
        var ended = await Task.WhenAny(first.Work, second.Work).WaitAsync(Long, TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<StoreException>(() => ended);
        Assert.Equal(StoreFailure.InUse, failure.Failure);
        Assert.Contains("kafka.staticMember", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OwnNameTakenAfterALongMembership_TakesItBack()
    {
        await using var first = new Member(_options with { StaticMember = "same" });
        await first.Owns(4);
        await Task.Delay(_options.SessionTimeout * 2.5, TestContext.Current.CancellationToken);
        await using var second = new Member(_options with { StaticMember = "same" });

        await Assert.ThrowsAsync<StoreException>(() => second.Work.WaitAsync(Long, TestContext.Current.CancellationToken));
        await first.Owns(4);

        Assert.Contains(first.Reports, r => r.Contains("joining again", StringComparison.Ordinal));
    }
}
