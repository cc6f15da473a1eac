// The entrance to recorded data, and the part of it that is asked for.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Evaluation.Readers;
using Xunit;

namespace Acceptance.Tests.Readers;

public sealed class RecordedSourcesTests : Recordings
{
    private const string ThreePatients =
        "patient,time,vital,value,age\np1,1000,heart_rate,80,50\nbad\np2,2000,heart_rate,60,60\n"
        + "p1,3000,heart_rate,81,50\np3,3000,heart_rate,70,70\np2,4000,heart_rate,61,60\n";

    [Fact]
    public void Open_UnknownFormat_ListsTheKnown()
    {
        var thrown = Assert.Throws<RecordedInputException>(() => RecordedSources.Open("hl7", Folder));

        Assert.Contains("'hl7'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("cinc2019, cinc2012, bidmc, mimic3, csv, ndjson", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cinc2019")]
    [InlineData("bidmc")]
    [InlineData("mimic3")]
    [InlineData("csv")]
    [InlineData("ndjson")]
    public void Open_MissingPath_SaysSo(string format)
    {
        var path = Path.Combine(Folder, "nothing.csv");

        var thrown = Assert.Throws<RecordedInputException>(() => RecordedSources.Open(format, path));
        Assert.Contains($"'{path}' does not exist", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bidmc")]
    [InlineData("csv")]
    public void Open_FolderWhereAFileIsRead_SaysSo(string format)
    {
        var thrown = Assert.Throws<RecordedInputException>(() => RecordedSources.Open(format, Folder));
        Assert.Contains("is a folder", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cinc2019", "patient,HR,O2Sat")]
    [InlineData("bidmc", "record,Time [s],HR")]
    [InlineData("mimic3", "row_id,subject_id")]
    public void Open_WrongHeader_SaysWhatWasExpectedAndFound(string format, string expected)
    {
        var path = Write("v.csv", "a,b,c\n1,2,3\n");

        var thrown = Assert.Throws<RecordedInputException>(() => RecordedSources.Open(format, path));
        Assert.Contains($"expected '{expected}", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("found 'a,b,c'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_KnownFormat_HasItsName()
    {
        Assert.Equal("csv", RecordedSources.Open("csv", Write("v.csv", ThreePatients)).Format);
    }

    [Fact]
    public void Read_FirstPatients_AreThoseFirstInTheFile()
    {
        var elements = Read("csv", Write("v.csv", ThreePatients), new ReadOptions(Patients: 2));

        Assert.Equal(["p1", "p2", "p1", "p2"], elements.OfType<FrameElement>().Select(frame => frame.Patient));
        Assert.Equal(["p1", "p2"], elements.OfType<PatientFactsElement>().Select(facts => facts.Patient));
        Assert.Single(elements.OfType<RefusedElement>());
    }

    [Fact]
    public void Read_FromUntil_KeepsThePositionsSequencesAndFactsOfThePart()
    {
        var options = new ReadOptions(
            From: DateTimeOffset.FromUnixTimeMilliseconds(2500), Until: DateTimeOffset.FromUnixTimeMilliseconds(4000));

        var elements = Read("csv", Write("v.csv", ThreePatients), options);

        Assert.Equal(
            [("p1", 3000, 2UL), ("p3", 3000, 1UL)],
            elements.OfType<FrameElement>().Select(frame => (frame.Patient, (int)frame.ArrivalTime, frame.Sequence)));
        Assert.Equal(
            [("p1", 2500), ("p3", 3000)],
            elements.OfType<PatientFactsElement>().Select(facts => (facts.Patient, (int)facts.ArrivalTime)));
        AssertSameTwice("csv", Path.Combine(Folder, "v.csv"), options);
    }

    [Fact]
    public void Read_OptionsThatMakeNoSense_ThrowAtOnce()
    {
        var source = RecordedSources.Open("csv", Write("v.csv", ThreePatients));

        Assert.Throws<ArgumentException>(() => source.Read(new ReadOptions(Patients: 0), null));
        Assert.Throws<ArgumentException>(() => source.Read(
            new ReadOptions(From: DateTimeOffset.UnixEpoch, Until: DateTimeOffset.UnixEpoch), null));
    }

    [Fact]
    public void Read_Progress_RisesToOne()
    {
        var rows = Enumerable.Range(0, 50_000).Select(index => $"p,{index},heart_rate,80\n");
        var path = Write("v.csv", "patient,time,vital,value\n" + string.Concat(rows));
        var told = new Told();

        var count = RecordedSources.Open("csv", path).Read(ReadOptions.All, told).Count();

        Assert.Equal(50_000, count);
        Assert.Equal(told.Values.Order(), told.Values);
        Assert.InRange(told.Values.Count, 20, 250);
        Assert.Equal(1, told.Values[^1]);
    }

    private sealed class Told : IProgress<double>
    {
        public List<double> Values { get; } = [];

        public void Report(double value) => Values.Add(value);
    }
}
