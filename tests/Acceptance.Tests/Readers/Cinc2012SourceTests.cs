// The reader of cinc2012: times as they are, every row accounted for, the two forms of the data are one, outcomes stand apart.
using System.Text.Json;
using Acceptance.Tests.Configuration;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers;
using Xunit;

namespace Acceptance.Tests.Readers;

public sealed class Cinc2012SourceTests : Recordings
{
    private const string Header = "RecordID,Time,Parameter,Value";
    private const string Outcomes = "RecordID,SAPS-I,SOFA,Length_of_stay,Survival,In-hospital_death";
    private const long Admission = 946_684_800_000;

    [Fact]
    public void Read_TwoRecords_GivesFactsThenFramesByMinute()
    {
        var path = Write("set-x.csv", Lines(
            [Header, .. Descriptors("7", "54", "0", "4", "-1"), "7,00:07,GCS,15", "7,00:07,HR,73", "7,26:30,SysABP,120", "7,26:30,NISysABP,118",
                .. Descriptors("8", "76", "1", "2", "80.5"), "8,00:07,FiO2,0.5"]));

        var elements = Read("cinc2012", path);

        Assert.Equal(new PatientFactsElement(Admission, "7", 54, false, Admission, "icu-surgical"), elements[0]);
        Assert.Equal(new PatientFactsElement(Admission, "8", 76, true, Admission, "icu-cardiac-surgery"), elements[1]);
        Assert.Equal(
            [
                "2000-01-01T00:00:00 8/chart Charted 1.1 at 2000-01-01T00:00:00: BodyWeight 80.5 Kilogram Valid",
                "2000-01-01T00:07:00 7/chart Charted 1.1 at 2000-01-01T00:07:00: GlasgowComaScale 15 Score Valid; HeartRate 73 PerMinute Valid",
                "2000-01-01T00:07:00 8/chart Charted 1.2 at 2000-01-01T00:07:00: InspiredOxygen 0.5 Fraction Valid",
                "2000-01-02T02:30:00 7/chart Charted 1.2 at 2000-01-02T02:30:00: ArterialSystolicPressure 120 MillimetreOfMercury Valid; "
                    + "SystolicPressure 118 MillimetreOfMercury Valid",
            ],
            Texts(elements.Skip(2)));
        AssertInOrder(elements);
        AssertSameTwice("cinc2012", path);
    }

    // Training reads the same parameters by the same contract; the arterial line's pressures are windows of their own in service.
    [Fact]
    public void Read_EveryParameter_IsTheVariableOfTheContract()
    {
        using var contract = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.At("schemas", "features.json")));
        var wanted = contract.RootElement.GetProperty("variables").EnumerateArray().Where(v => v.TryGetProperty("cinc2012", out _))
            .SelectMany(v => v.GetProperty("cinc2012").EnumerateArray().Select(name => (Name: name.GetString()!, Variable: v))).ToArray();
        var path = Write("set-x.csv", Lines([Header, .. wanted.Select(parameter => $"7,01:00,{parameter.Name},1")]));

        var readings = Assert.Single(Read("cinc2012", path).OfType<FrameElement>()).Readings;

        Assert.Equal(wanted.Length, readings.Count);
        Assert.All(wanted.Zip(readings), pair =>
        {
            var ((name, variable), reading) = pair;
            Assert.True(VitalSignCatalogue.TryParse(variable.GetProperty("key").GetString(), out var vital));
            VitalSign expected = name switch
            {
                "SysABP" => VitalSign.ArterialSystolicPressure,
                "DiasABP" => VitalSign.ArterialDiastolicPressure,
                "MAP" => VitalSign.ArterialMeanPressure,
                _ => vital,
            };
            Assert.Equal(expected, reading.Vital);
            Assert.Equal(variable.GetProperty("cinc2012Factor").GetDouble(), VitalSignCatalogue.Factor(expected, reading.Unit));
        });
    }

    [Fact]
    public void Read_ParameterAgainAtTheSameMinute_StartsTheNextFrame()
    {
        var path = Write("set-x.csv", Lines([Header, "7,01:00,HR,70", "7,01:00,Urine,400", "7,01:00,Urine,0", "7,01:00,Temp,37"]));

        var frames = Read("cinc2012", path).OfType<FrameElement>().ToArray();

        Assert.Equal([2, 2], frames.Select(frame => frame.Readings.Count));
        Assert.Equal([1UL, 2UL], frames.Select(frame => frame.Sequence));
        Assert.Equal(frames[0].EventTime, frames[1].EventTime);
    }

    [Fact]
    public void Read_MinusOne_IsNoReadingAndNoFact()
    {
        var path = Write("set-x.csv", Lines([Header, .. Descriptors("7", "-1", "-1", "-1", "-1"), "7,01:00,HR,-1", "7,01:00,Temp,-17.8"]));

        var elements = Read("cinc2012", path);

        Assert.Equal(new PatientFactsElement(Admission, "7", null, null, Admission, "icu"), elements[0]);
        Assert.Equal([-17.8], Assert.Single(elements.OfType<FrameElement>()).Readings.Select(reading => reading.Value));
    }

    [Fact]
    public void Read_UnknownParameterOrNumber_IsAReadingForThePipelineToRefuse()
    {
        var path = Write("set-x.csv", Lines([Header, "7,01:00,Mood,3", "7,01:00,HR,fast"]));

        var readings = Assert.Single(Read("cinc2012", path).OfType<FrameElement>()).Readings;

        Assert.Equal((null, "Mood"), (readings[0].Vital, readings[0].Name));
        Assert.True(double.IsNaN(readings[1].Value));
    }

    [Theory]
    [InlineData("7,01:00,HR", RejectReason.Malformed)]
    [InlineData("7,01:00,HR,70,1", RejectReason.Malformed)]
    [InlineData(",01:00,HR,70", RejectReason.MissingField)]
    [InlineData("7,0100,HR,70", RejectReason.Malformed)]
    [InlineData("7,01:60,HR,70", RejectReason.Malformed)]
    [InlineData("7,-1:00,HR,70", RejectReason.Malformed)]
    [InlineData("7,01:0x,HR,70", RejectReason.Malformed)]
    public void Read_RowThatCannotBeRead_IsRefusedAndCostsNothingElse(string line, RejectReason reason)
    {
        var elements = Read("cinc2012", Write("set-x.csv", Lines([Header, "7,00:30,HR,70", line, "7,02:00,HR,71"])));

        var refused = OnlyRefused(elements);
        Assert.Equal((1, reason, "set-x.csv:3"), (refused.Readings, refused.Reason, refused.Where));
        Assert.Equal(3, Readings(elements));
    }

    [Fact]
    public void Read_FolderOfTxt_GivesTheSameAsTheCsv()
    {
        string[] rows = [.. Descriptors("7", "54", "0", "4", "71"), "7,00:07,HR,73", "7,48:00,HR,x", .. Descriptors("8", "76", "1", "1", "-1"), "8,12:34,Na,139"];
        foreach (var record in rows.GroupBy(row => row.Split(',')[0]))
        {
            Write($"set-x/{record.Key}.txt", Lines(["Time,Parameter,Value", .. record.Select(row => row[(row.IndexOf(',', StringComparison.Ordinal) + 1)..])]));
        }

        Write("set-x/Outcomes-x.txt", Lines([Outcomes, "7,6,1,5,-1,0"]));
        var path = Write("set-x.csv", Lines([Header, .. rows]));

        Assert.Equal(Texts(Read("cinc2012", path)), Texts(Read("cinc2012", Path.Combine(Folder, "set-x"))));
        Assert.Equal("8", Assert.Single(Read("cinc2012", path, new ReadOptions(Patients: 2)).OfType<PatientFactsElement>().Skip(1)).Patient);
        Assert.Single(Read("cinc2012", path, new ReadOptions(Patients: 1)).OfType<PatientFactsElement>());
    }

    [Fact]
    public void ReadOutcomes_FileBesideTheRecords_GivesTheKnownOnesInFileOrder()
    {
        Write("Outcomes-x.txt", Lines([Outcomes, "8,-1,8,8,3,1", "7,16,1,5,-1,0", "9,3,1,5,-1,-1", "10,3,1,5,-1,1"]));
        Write("Outcomes-y.txt", Lines([Outcomes, "7,16,1,5,-1,1"]));
        var path = Write("set-x.csv", Lines([Header, "7,00:00,Age,50", "8,00:00,Age,60", "9,00:00,Age,70"]));

        var stays = Source(path).ReadOutcomes(null);

        Assert.Equal([new StayOutcome("7", Admission, 48, false, 16), new StayOutcome("8", Admission, 48, true, null)], stays);
        Assert.Single(Source(path).ReadOutcomes(1));
    }

    [Theory]
    [InlineData("Outcomes-y.txt", "7,16,1,5,-1,1", null)]
    [InlineData("Outcomes-x.txt", "7,16,1,5,-1,2", "the outcome of 7 is '2'")]
    [InlineData("Outcomes-x.txt", "8,16,1,5,-1,1", "has an outcome of none of the records")]
    [InlineData("results.txt", "7,16,1,5,-1,1", "there is no file of outcomes")]
    public void ReadOutcomes_ByTheFileThatIsThere_GivesThemOrSaysWhatIsWrong(string file, string row, string? said)
    {
        Write(file, Lines([Outcomes, row]));
        var source = Source(Write("set-x.csv", Lines([Header, "7,00:00,Age,50"])));

        if (said is null)
            Assert.True(Assert.Single(source.ReadOutcomes(null)).Died);
        else
            Assert.Contains(said, Assert.Throws<RecordedInputException>(() => source.ReadOutcomes(null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SetB_AccountsForEveryRow()
    {
        var path = Shared("cinc2012", "set-b.csv.gz");
        var rows = PlainLines(path).Skip(1).Take(40_000).ToArray();
        var record = rows[^1].Split(',')[0];
        var whole = rows.TakeWhile(row => !row.StartsWith(record + ",", StringComparison.Ordinal)).Select(row => row.Split(',')).ToArray();
        var expected = whole.Count(cells => cells[2] is not ("RecordID" or "Age" or "Gender" or "Height" or "ICUType") && cells[3] != "-1");

        var elements = Read("cinc2012", path, new ReadOptions(Patients: whole.Select(cells => cells[0]).Distinct().Count()));

        Assert.Equal(expected, Readings(elements));
        Assert.Empty(elements.OfType<RefusedElement>());
        AssertInOrder(elements);
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines) + "\n";

    private static string[] Descriptors(string record, string age, string gender, string unit, string weight) =>
    [
        $"{record},00:00,RecordID,{record}", $"{record},00:00,Age,{age}", $"{record},00:00,Gender,{gender}", $"{record},00:00,Height,-1",
        $"{record},00:00,ICUType,{unit}", $"{record},00:00,Weight,{weight}",
    ];

    private static IOutcomeSource Source(string path) => Assert.IsAssignableFrom<IOutcomeSource>(RecordedSources.Open("cinc2012", path));
}
