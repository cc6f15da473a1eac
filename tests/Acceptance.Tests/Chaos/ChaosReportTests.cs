// The report of a chaos run has the fields that scripts read, and a table with the same figures.
using System.Text.Json;
using MedAI.Streaming.Host.Chaos;
using MedAI.Streaming.Host.Chaos.Checking;
using MedAI.Streaming.Host.Chaos.Faults;
using MedAI.Streaming.Host.Composition;
using Xunit;

namespace Acceptance.Tests.Chaos;

public sealed class ChaosReportTests
{
    private static ChaosReport Report { get; } = new()
    {
        Plan = new ChaosPlan
        {
            Workers = 3,
            Length = TimeSpan.FromMinutes(5),
            Seed = 7,
            Devices = 100,
            Partitions = 8,
            RateHz = 1,
            Kinds = [FaultKind.WorkerKill],
            Folder = "nowhere",
            Settings = new HostSettings(),
        },
        Verdict = new Verdict
        {
            Lost = 1,
            Doubled = 2,
            Invented = 3,
            SeriesDifferences = 4,
            RepeatsAbsorbed = 500,
            FramesAcknowledged = 990,
            FramesLogged = 1200,
            TransitionsExpected = 60,
            Findings = ["lost: \"this\" one."],
        },
        Injected = new Dictionary<FaultKind, int> { [FaultKind.WorkerKill] = 2, [FaultKind.BrokerStop] = 1 },
        CaughtUpSeconds = [9, 7.25, 8],
        FramesSent = 1000,
        WorkerExits = 1,
        SeriesFrom = "each worker's own store",
        Points = 4000,
        Seconds = 320.5,
    };

    [Fact]
    public void Json_HasEveryFigure()
    {
        var json = JsonDocument.Parse(Report.Json()).RootElement;

        Assert.Equal(
            (1, 2, 3, 4), (Number(json, "lost"), Number(json, "doubled"), Number(json, "invented"), Number(json, "seriesDifferences")));
        var faults = json.GetProperty("faultsInjected");
        Assert.Equal((2, 1, 3), (Number(faults, "workerKill"), Number(faults, "brokerStop"), Number(faults, "total")));
        var caughtUp = json.GetProperty("caughtUpSeconds");
        Assert.Equal((8, 9, 3), (Number(caughtUp, "p50"), Number(caughtUp, "p99"), Number(caughtUp, "count")));
        Assert.Equal(
            (500, 1000, 990, 1200, 60),
            (Number(json, "repeatsAbsorbed"), Number(json, "framesSent"), Number(json, "framesAcknowledged"), Number(json, "framesLogged"),
                Number(json, "transitions")));
        Assert.Equal(
            (7, 3, 8, 100, 320.5),
            (Number(json, "seed"), Number(json, "workers"), Number(json, "partitions"), Number(json, "devices"), Number(json, "seconds")));
        Assert.Equal(["lost: \"this\" one."], json.GetProperty("findings").EnumerateArray().Select(f => f.GetString()));
    }

    [Fact]
    public void Sum_OfRuns_AddsFiguresAndKeepsEachRun()
    {
        var other = Report with
        {
            Plan = Report.Plan with { Seed = 8 },
            Injected = new Dictionary<FaultKind, int> { [FaultKind.WorkerKill] = 5 },
            CaughtUpSeconds = [20],
        };

        var json = JsonDocument.Parse(ChaosReport.Sum([Report, other]).Json()).RootElement;

        Assert.Equal(
            (2, 4, 6, 8), (Number(json, "lost"), Number(json, "doubled"), Number(json, "invented"), Number(json, "seriesDifferences")));
        Assert.Equal(
            (7, 1, 8),
            (Number(json.GetProperty("faultsInjected"), "workerKill"), Number(json.GetProperty("faultsInjected"), "brokerStop"),
                Number(json.GetProperty("faultsInjected"), "total")));
        Assert.Equal((8, 20), (Number(json.GetProperty("caughtUpSeconds"), "p50"), Number(json.GetProperty("caughtUpSeconds"), "p99")));
        Assert.Equal([7, 8], json.GetProperty("runs").EnumerateArray().Select(run => Number(run, "seed")));
        Assert.Equal(
            ["seed 7: lost: \"this\" one.", "seed 8: lost: \"this\" one."], json.GetProperty("findings").EnumerateArray().Select(f => f.GetString()));
    }

    [Fact]
    public void Write_ToAPerson_ShowsFiguresFindingsAndTheVerdict()
    {
        var text = new StringWriter();

        Report.Write(text);

        Assert.Matches(@"doubled +2\n", text.ToString());
        Assert.Matches(@"workerKill +2\n", text.ToString());
        Assert.Contains("8.0 / 9.0", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("lost: \"this\" one.", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing was lost", text.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new double[0], 0.5, 0)]
    [InlineData(new double[] { 3 }, 0.99, 3)]
    [InlineData(new double[] { 4, 1, 3, 2 }, 0.5, 2)]
    [InlineData(new double[] { 4, 1, 3, 2 }, 0.99, 4)]
    public void Quantile_OfTimes_IsOneOfThem(double[] seconds, double share, double expected) =>
        Assert.Equal(expected, ChaosReport.Quantile(seconds, share));

    private static double Number(JsonElement of, string name) => of.GetProperty(name).GetDouble();
}
