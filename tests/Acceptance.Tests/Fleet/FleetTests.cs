// A fleet on Kafka decides what the edge decides: on one worker, on two, and when workers are killed, replaced, or hang and wake up.
using Acceptance.Tests.Replay;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Evaluation.Readers;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.TestKit.Kafka;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

[assembly: AssemblyFixture(typeof(KafkaBrokerFixture))]

namespace Acceptance.Tests.Fleet;

public sealed class FleetTests(KafkaBrokerFixture broker) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);
    private readonly Medai _medai = new();

    public void Dispose() => _medai.Dispose();

    [Fact]
    public async Task A_recording_is_decided_alike_at_the_edge_and_on_librdkafkas_mock_of_a_broker()
    {
        using var cluster = new MockCluster();
        var fleet = TestFleet.On(cluster, _medai);
        await DecidesAlikeAsync(fleet, [fleet.Start("worker")]);
    }

    [Fact]
    public async Task A_recording_is_decided_alike_at_the_edge_and_by_two_workers_on_a_real_broker()
    {
        var fleet = await RealAsync();
        await DecidesAlikeAsync(fleet, [fleet.Start("one"), fleet.Start("two")]);
    }

    [Fact]
    public async Task A_worker_killed_and_started_again_decides_the_same()
    {
        var fleet = await RealAsync();
        var (elements, sha) = await RecordingAsync();
        var worker = fleet.Start("one");
        for (var part = 0; part < 4; part++)
        {
            fleet.Append(elements, elements.Count * part / 5, elements.Count * (part + 1) / 5);
            await SomethingAppliedAsync(worker);
            worker.Child.Kill();
            worker = fleet.Start("one");
        }

        fleet.Append(elements, elements.Count * 4 / 5, elements.Count);
        await fleet.CaughtUpAsync(worker);
        await EndAsync(worker);

        Assert.Equal(sha, TransitionDigest.Compute(fleet.Decided()));
    }

    [Fact]
    public async Task A_killed_workers_partitions_are_taken_over_and_decided_the_same()
    {
        var fleet = await RealAsync();
        var (elements, sha) = await RecordingAsync();
        fleet.Append(elements, 0, elements.Count / 2);
        var (one, two) = await fleet.StartTwoAsync();
        fleet.Append(elements, elements.Count / 2, elements.Count * 3 / 4);
        one.Child.Kill();
        fleet.Append(elements, elements.Count * 3 / 4, elements.Count);
        await fleet.CaughtUpAsync(two);
        await EndAsync(two);

        Assert.Equal(sha, TransitionDigest.Compute(fleet.Decided()));
    }

    [Fact]
    public async Task A_worker_that_hangs_and_wakes_up_is_fenced()
    {
        var fleet = await RealAsync();
        var (elements, sha) = await RecordingAsync();
        fleet.Append(elements, 0, elements.Count / 2);
        var (one, two) = await fleet.StartTwoAsync();
        one.Child.Signal("STOP");
        fleet.Append(elements, elements.Count / 2, elements.Count * 3 / 4);
        await fleet.CaughtUpAsync(two);
        one.Child.Signal("CONT");
        fleet.Append(elements, elements.Count * 3 / 4, elements.Count);
        await fleet.CaughtUpAsync(one, two);
        await EndAsync(one);
        await EndAsync(two);

        Assert.Equal(sha, TransitionDigest.Compute(fleet.Decided()));
    }

    private static async Task EndAsync(TestFleet.Worker worker)
    {
        worker.Child.Signal("INT");
        var (code, _, error) = await worker.Child.EndAsync();
        Assert.True(code == 0, error);
    }

    // Something was applied since the worker was started: a kill now is in the middle of the work.
    private static Task SomethingAppliedAsync(TestFleet.Worker worker)
    {
        var first = new Dictionary<int, long>();
        return Eventually.Async(
            () => worker.Applied().Any(a => first.TryAdd(a.Partition, a.Offset) ? a.Offset > 0 : a.Offset > first[a.Partition]),
            Longest, "the worker to apply something", TimeSpan.FromMilliseconds(20));
    }

    private async Task DecidesAlikeAsync(TestFleet fleet, TestFleet.Worker[] workers)
    {
        var (elements, sha) = await RecordingAsync();
        fleet.Append(elements, 0, elements.Count);
        await fleet.CaughtUpAsync(workers);
        foreach (var worker in workers)
        {
            await EndAsync(worker);
        }

        var decided = fleet.Decided();
        Assert.NotEmpty(decided);
        Assert.Equal(sha, TransitionDigest.Compute(decided));
    }

    // The edge's own word on the same elements.
    private async Task<(IReadOnlyList<LogElement> Elements, string Sha)> RecordingAsync()
    {
        var file = _medai.Write("recording.ndjson", SimulatedRecording.Of(5, 12_000).Text);
        var report = await _medai.ReplayAsync("edge", "ndjson", file);
        var elements = RecordedSources.Open("ndjson", file).Read(ReadOptions.All, null).ToArray();
        return (elements, report.Sha);
    }

    private async Task<TestFleet> RealAsync()
    {
        var fleet = new TestFleet(_medai, await broker.BootstrapAsync());
        var findings = await KafkaTopics.CreateAsync(fleet.Options, new TopicPlan { Partitions = TestFleet.Partitions });
        Assert.DoesNotContain(findings, f => f.Wrong);
        return fleet;
    }
}
