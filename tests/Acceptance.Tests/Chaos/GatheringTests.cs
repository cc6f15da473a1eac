// What outsiders gather: the fleet's journal line by line, and series as a store with keys holds them.
using MedAI.Streaming.Host.Chaos.Checking;
using MedAI.Streaming.Host.Chaos.Gathering;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace Acceptance.Tests.Chaos;

public sealed class GatheringTests : IDisposable
{
    private const string Header = "device\tepoch\tsequence\tpatient\ttime\tfault\tsent\toutcome\treason\n";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medai-gathering-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Read_AJournal_GivesItsFrames() => Assert.Equal(
        [
            new SentFrame(new("d1", 7, 1), "p1", 1000, "-", 1, SentOutcome.Acknowledged),
            new SentFrame(new("d1", 7, 2), "p1", -2000, "gap+skew", 0, SentOutcome.Lost),
            new SentFrame(new("d2", 18_446_744_073_709_551_615, 3), "p 2", 3000, "corrupt", 4, SentOutcome.Refused),
            new SentFrame(new("d2", 1, 4), "p 2", 4000, "-", 2, SentOutcome.Undelivered),
        ],
        FleetJournal.Read(Journal(
            Header + "d1\t7\t1\tp1\t1000\t-\t1\tacknowledged\t-\nd1\t7\t2\tp1\t-2000\tgap+skew\t0\tlost\t-\n"
            + "d2\t18446744073709551615\t3\tp 2\t3000\tcorrupt\t4\trefused\tmalformed\nd2\t1\t4\tp 2\t4000\t-\t2\tundelivered\tno_answer\n")));

    [Theory]
    [InlineData("d1\t7\t1\tp1\t1000\t-\t1\tacknowl")]
    [InlineData("d1\t7\t1\tp1\t1000\t-\t1\tforgotten\t-")]
    [InlineData("d1\t-7\t1\tp1\t1000\t-\t1\tlost\t-")]
    [InlineData("")]
    public void Read_ALineThatIsNotWhole_SaysWhich(string line)
    {
        var file = Journal(Header + "d1\t7\t1\tp1\t1000\t-\t1\tacknowledged\t-\n" + line + "\n");

        Assert.Contains("line 3", Assert.Throws<FailureException>(() => FleetJournal.Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AJournalThatIsNotThere_SaysSo() =>
        Assert.Throws<FailureException>(() => FleetJournal.Read(Path.Combine(_folder.FullName, "none")));

    [Fact]
    public void Write_PointsOfOneKey_KeepsTheLastAndNoValueThatIsNoNumber()
    {
        using var series = new SeriesByKey();
        var batch = new SeriesBatch();
        batch.Patients.Add("p1");
        batch.Names.AddRange(["spo2", "score.news2"]);
        batch.Devices.AddRange(["d1", "d2"]);
        batch.Points.AddRange(
        [
            new(0, 0, 1000, 97, PointFlags.None, 0), new(0, 0, 1000, 96, PointFlags.Late, 0), new(0, 0, 1000, 95, PointFlags.None, 1),
            new(0, 1, 1000, 3, PointFlags.Partial), new(0, 1, 1000, double.NaN, PointFlags.None),
        ]);

        series.Write(2, 50, batch);
        series.Write(2, 40, new SeriesBatch());

        Assert.Equal(
            new Dictionary<PointKey, PointValue>
            {
                [new("p1", "spo2", "d1", 1000)] = new(96, PointFlags.Late),
                [new("p1", "spo2", "d2", 1000)] = new(95, PointFlags.None),
                [new("p1", "score.news2", "", 1000)] = new(3, PointFlags.Partial),
            },
            series.Points);
        Assert.Equal(5, series.Values.Count);
        Assert.Equal((50, 0), (series.AppliedOffset(2), series.AppliedOffset(1)));
    }

    private string Journal(string text)
    {
        var file = Path.Combine(_folder.FullName, "sent.tsv");
        File.WriteAllText(file, text);
        return file;
    }
}
