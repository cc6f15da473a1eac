// A schedule of faults is a pure function of its seed, has every kind of fault, and leaves a fleet that can recover.
using MedAI.Streaming.Host.Chaos.Faults;
using Xunit;

namespace Acceptance.Tests.Chaos;

public sealed class FaultScheduleTests
{
    private static readonly FaultKind[] All = Enum.GetValues<FaultKind>();

    [Fact]
    public void Make_SameSeed_GivesTheSameAndAnotherSeedAnother()
    {
        var first = FaultSchedule.Make(7, Size());

        Assert.Equal(first, FaultSchedule.Make(7, Size()));
        Assert.NotEqual(first, FaultSchedule.Make(8, Size()));
    }

    [Fact]
    public void Make_FiveMinutes_HasEveryKindOfFaultAtEverySeed() => Assert.All(Enumerable.Range(0, 500), seed =>
    {
        var faults = FaultSchedule.Make((ulong)seed, Size());

        Assert.Empty(All.Except(faults.Select(f => f.Kind)));
        Assert.InRange(faults.Count, 12, 30);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Make_AnySeed_KeepsFaultsOfOneProcessApartAndOneWorkerUnhurt(int workers) => Assert.All(Enumerable.Range(0, 300), seed =>
    {
        var faults = FaultSchedule.Make((ulong)seed, Size() with { Workers = workers });

        Assert.Equal(faults.OrderBy(f => f.At), faults);
        foreach (var (fault, i) in faults.Select((f, i) => (f, i)))
        {
            Assert.InRange(fault.At, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(5));
            Assert.Equal(FaultKinds.IsOfWorker(fault.Kind), fault.Worker >= 0);
            Assert.InRange(fault.Worker, -1, workers - 1);
            var standing = faults.Take(i).Where(f => f.Until > fault.At).ToList();
            Assert.DoesNotContain(standing, f => Process(f) == Process(fault));
            if (workers > 1 && fault.Worker >= 0)
                Assert.True(standing.Append(fault).Where(f => f.Worker >= 0).Select(f => f.Worker).Distinct().Count() < workers);
        }
    });

    [Fact]
    public void Make_AHang_LastsLongerThanTheSession() => Assert.All(
        Enumerable.Range(0, 100).SelectMany(seed => FaultSchedule.Make((ulong)seed, Size())).Where(f => f.Kind == FaultKind.WorkerHang),
        f => Assert.True(f.Length > Size().SessionTimeout + TimeSpan.FromSeconds(1)));

    [Fact]
    public void Make_FortySecondsOfOneKind_HasSome() => Assert.All(
        Enumerable.Range(0, 100),
        seed =>
        {
            var faults = FaultSchedule.Make((ulong)seed, Size() with { Length = TimeSpan.FromSeconds(40), Kinds = [FaultKind.WorkerKill], Workers = 2 });

            Assert.NotEmpty(faults);
            Assert.All(faults, f => Assert.Equal(FaultKind.WorkerKill, f.Kind));
        });

    [Fact]
    public void Make_NoKind_HasNoFault() => Assert.Empty(FaultSchedule.Make(1, Size() with { Kinds = [] }));

    [Theory]
    [InlineData("kill", new[] { "WorkerKill" })]
    [InlineData("broker, stop", new[] { "WorkerHang", "BrokerKill", "BrokerStop" })]
    [InlineData("kill,stop,broker,influx,disk", new[] { "WorkerKill", "WorkerHang", "DiskFull", "BrokerKill", "BrokerStop", "InfluxKill", "InfluxStop" })]
    public void Parse_Words_GivesKindsInTheirOrder(string text, string[] expected) =>
        Assert.Equal(expected, FaultKinds.Parse(text)!.Select(kind => kind.ToString()));

    [Theory]
    [InlineData("")]
    [InlineData("kill,")]
    [InlineData("Kill")]
    [InlineData("fire")]
    public void Parse_AnotherWord_GivesNull(string text) => Assert.Null(FaultKinds.Parse(text));

    private static ScheduleSize Size() => new()
    {
        Length = TimeSpan.FromMinutes(5),
        Workers = 3,
        Kinds = All,
        SessionTimeout = TimeSpan.FromSeconds(6),
    };

    private static string Process(PlannedFault fault) => fault.Worker >= 0
        ? $"worker {fault.Worker}"
        : FaultKinds.IsOfBroker(fault.Kind) ? "broker" : "InfluxDB";
}
