// After a worker was killed, the one that is left catches up with its patients in a known time.
using System.Globalization;
using Acceptance.Tests.Replay;
using MedAI.Streaming.Host;
using MedAI.Streaming.Host.Chaos;
using MedAI.Streaming.Host.Chaos.Gathering;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.TestKit.Kafka;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace Acceptance.Tests.Fleet;

[CollectionDefinition(nameof(CaughtUpTests), DisableParallelization = true)]
[Collection(nameof(CaughtUpTests))]
public sealed class CaughtUpTests : IDisposable
{
    private const int Partitions = 8;
    private static readonly TimeSpan Allowed = ChaosPlan.SessionTimeout + TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);
    private readonly Medai _medai = new();

    // The full size takes some minutes; what a run of all tests shows is the same in small.
    private static int Beds => int.Parse(Environment.GetEnvironmentVariable("MEDAI_BEDS") ?? "50", CultureInfo.InvariantCulture);

    public void Dispose() => _medai.Dispose();

    [Fact]
    public async Task A_killed_workers_patients_are_caught_up_within_the_session_timeout_and_five_seconds()
    {
        KafkaBroker.SkipIfMissing();
        var stop = TestContext.Current.CancellationToken;
        var surroundings = new Surroundings { Output = TextWriter.Null, Error = TextWriter.Null, Time = TimeProvider.System };
        using var fleet = await ChaosFleet.StartAsync(Plan(), surroundings, stop);
        using var reader = new TopicReader(fleet.Options, Partitions);
        await fleet.StartDevicesAsync();
        await Eventually.Async(() => reader.LogEnds(Longest)!.Sum() > 10 * Beds, Longest, "every bed to send for some seconds");
        await Eventually.Async(
            () => fleet.Workers.All(w => w.AppliedAsync(stop).GetAwaiter().GetResult().Count > 0), Longest, "both workers to have partitions");

        var began = TimeProvider.System.GetTimestamp();
        await fleet.Workers[0].KillAsync();
        var behind = 0L;
        await Eventually.Async(() => IsCaughtUp(ref behind), Longest, "the other worker to catch up", Moment);
        var took = TimeProvider.System.GetElapsedTime(began);

        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Beds} beds at 1 Hz: caught up {took.TotalSeconds:0.0} s after kill -9, at most {behind} records behind; allowed {Allowed.TotalSeconds:0} s"));
        Assert.True(behind > Beds, "nothing was left behind, so nothing was shown");
        Assert.InRange(took, TimeSpan.Zero, Allowed);

        // All that the log has at this moment, that of the killed worker's patients included, is applied.
        bool IsCaughtUp(ref long most)
        {
            var ends = reader.LogEnds(Longest)!;
            var applied = fleet.AppliedAsync([fleet.Workers[1]], stop).GetAwaiter().GetResult();
            most = Math.Max(most, applied.Zip(ends).Where(p => p.First >= 0).Sum(p => Math.Max(0, p.Second - p.First)));
            return CatchUp.Reached(applied, ends);
        }
    }

    private ChaosPlan Plan() => new()
    {
        Workers = 2,
        Length = TimeSpan.FromMinutes(10),
        Seed = 1,
        Devices = Beds,
        Partitions = Partitions,
        RateHz = 1,
        Kinds = [],
        KafkaHome = KafkaBroker.Home,
        Folder = Directory.CreateDirectory(_medai.At("fleet")).FullName,
        Settings = new HostSettings { Model = new ModelSettings { Enabled = false } },
    };
}
