// The reader of cinc2019: every cell is accounted for, and the two forms of the data are one.
using System.Globalization;
using System.Text.Json;
using Acceptance.Tests.Configuration;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers;
using Xunit;

namespace Acceptance.Tests.Readers;

public sealed class Cinc2019SourceTests : Recordings
{
    private const string Columns =
        "HR,O2Sat,Temp,SBP,MAP,DBP,Resp,EtCO2,BaseExcess,HCO3,FiO2,pH,PaCO2,SaO2,AST,BUN,Alkalinephos,Calcium,Chloride,"
        + "Creatinine,Bilirubin_direct,Glucose,Lactate,Magnesium,Phosphate,Potassium,Bilirubin_total,TroponinI,Hct,Hgb,PTT,WBC,Fibrinogen,"
        + "Platelets,Age,Gender,Unit1,Unit2,HospAdmTime,ICULOS,SepsisLabel";

    private const string Header = "patient," + Columns;

    [Fact]
    public void Read_TwoPatients_GivesFactsThenFramesByHour()
    {
        var path = Write("a.csv", Lines(
            Header,
            Row("p1", "80,97,NaN,120,90,60,16,35", 1),
            Row("p1", "NaN,NaN,NaN,NaN,NaN,NaN,NaN,NaN", 2),
            Row("p1", "81.5,,37.2,NaN,NaN,NaN,NaN,NaN", 3),
            Row("p2", "70,NaN,NaN,NaN,NaN,NaN,NaN,NaN", 1, "NaN", "0")));

        var elements = Read("cinc2019", path);

        var admission = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Assert.Equal(new PatientFactsElement(admission, "p1", 61.5, true, admission, "icu"), elements[0]);
        Assert.Equal(new PatientFactsElement(admission, "p2", null, false, admission, "icu"), elements[1]);
        Assert.Equal(
            [
                "2000-01-01T01:00:00 p1/chart Charted 1.1 at 2000-01-01T01:00:00: HeartRate 80 PerMinute Valid; "
                    + "SpO2 97 Percent Valid; SystolicPressure 120 MillimetreOfMercury Valid; "
                    + "MeanPressure 90 MillimetreOfMercury Valid; DiastolicPressure 60 MillimetreOfMercury Valid; RespiratoryRate 16 PerMinute Valid; "
                    + "EndTidalCarbonDioxide 35 MillimetreOfMercury Valid",
                "2000-01-01T01:00:00 p2/chart Charted 1.1 at 2000-01-01T01:00:00: HeartRate 70 PerMinute Valid",
                "2000-01-01T03:00:00 p1/chart Charted 1.2 at 2000-01-01T03:00:00: HeartRate 81.5 PerMinute Valid; "
                    + "Temperature 37.2 Celsius Valid",
            ],
            Texts(elements.Skip(2)));
    }

    // Training reads the same columns by the same contract.
    [Fact]
    public void Read_EveryColumn_IsTheVariableOfTheContract()
    {
        using var contract = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.At("schemas", "features.json")));
        var columns = Columns.Split(',')[..34];
        var path = Write("a.csv", Lines(Header, "p1," + string.Join(',', columns.Select((_, i) => $"{i + 1}")) + ",61.5,1,0,1,-0.5,1,0"));
        var readings = Assert.Single(Read("cinc2019", path).OfType<FrameElement>()).Readings.ToDictionary(reading => reading.Vital!.Value);

        Assert.Equal(34, readings.Count);
        Assert.All(contract.RootElement.GetProperty("variables").EnumerateArray().Where(v => v.TryGetProperty("cinc2019Column", out _)), variable =>
        {
            Assert.True(VitalSignCatalogue.TryParse(variable.GetProperty("key").GetString(), out var vital));
            var reading = readings[vital];
            var number = Array.IndexOf(columns, variable.GetProperty("cinc2019Column").GetString()) + 1;
            Assert.Equal(number, reading.Value);
            Assert.Equal(variable.GetProperty("cinc2019Factor").GetDouble(), VitalSignCatalogue.Factor(vital, reading.Unit));
        });
    }

    [Fact]
    public void Read_CellThatIsNoNumber_IsAReadingOfNaN()
    {
        var path = Write("a.csv", Lines(Header, Row("p1", "high,97,NaN,NaN,NaN,NaN,NaN,NaN", 1)));

        var frame = Assert.Single(Read("cinc2019", path).OfType<FrameElement>());

        Assert.Equal([VitalSign.HeartRate, VitalSign.SpO2], frame.Readings.Select(reading => reading.Vital!.Value));
        Assert.True(double.IsNaN(frame.Readings[0].Value));
    }

    [Theory]
    [InlineData("p1,1,2,3", RejectReason.Malformed)]
    [InlineData("", RejectReason.None)]
    public void Read_RowOfAnotherShape_IsRefusedAndCostsNothingElse(string line, RejectReason reason)
    {
        var path = Write("a.csv", Lines(
            Header, Row("p1", "80,97,NaN,NaN,NaN,NaN,NaN,NaN", 1), line, Row("p1", "81,NaN,NaN,NaN,NaN,NaN,NaN,NaN", 2)));

        var elements = Read("cinc2019", path);

        Assert.Equal(reason == RejectReason.None ? 3 : 4, Readings(elements));
        Assert.Equal(
            reason == RejectReason.None ? [] : [(reason, "a.csv:3")],
            elements.OfType<RefusedElement>().Select(refused => (refused.Reason, refused.Where)));
    }

    [Theory]
    [InlineData("", "1", RejectReason.MissingField)]
    [InlineData("p1", "soon", RejectReason.Malformed)]
    [InlineData("p1", "NaN", RejectReason.Malformed)]
    [InlineData("p1", "-3", RejectReason.Malformed)]
    public void Read_RowWithoutPatientOrHour_IsRefusedWithItsReadings(string patient, string hours, RejectReason reason)
    {
        var row = Row(patient, "80,97,NaN,NaN,NaN,NaN,NaN,NaN", 1).Replace(",1,0", $",{hours},0", StringComparison.Ordinal);
        var path = Write("a.csv", Lines(Header, row, Row("p2", "70,NaN,NaN,NaN,NaN,NaN,NaN,NaN", 1)));

        var elements = Read("cinc2019", path);

        var refused = OnlyRefused(elements);
        Assert.Equal((2, reason, "a.csv:2"), (refused.Readings, refused.Reason, refused.Where));
        Assert.Equal(3, Readings(elements));
    }

    [Fact]
    public void Read_FolderOfPsv_GivesTheSameAsTheCsv()
    {
        string[] rows =
        [
            Row("p000001", "80,97,NaN,120,90,60,16,35", 1), Row("p000001", "x,97,36.6,NaN,NaN,NaN,NaN,NaN", 2),
            Row("p000002", "NaN,NaN,NaN,NaN,NaN,NaN,NaN,NaN", 1), Row("p000010", "66.67,NaN,NaN,NaN,NaN,NaN,12,NaN", 7),
        ];
        var csv = Write("a.csv", Lines([Header, .. rows]));

        Assert.Equal(Texts(Read("cinc2019", csv)), Texts(Read("cinc2019", WritePsv("psv", rows))));
    }

    [Fact]
    public void Read_FolderOfPsvOfRealPatients_GivesTheSameAsTheCsv()
    {
        var path = Shared("cinc2019", "training_setA.csv.gz");
        var rows = PlainLines(path).Skip(1).TakeWhile(row => !row.StartsWith("p000041,", StringComparison.Ordinal)).ToArray();

        var fromFolder = Texts(Read("cinc2019", WritePsv("psv", rows)));

        Assert.Equal(Texts(Read("cinc2019", path, new ReadOptions(Patients: 40))), fromFolder);
    }

    [Fact]
    public void Read_OneBadFileInTheFolder_IsRefusedAndCostsNothingElse()
    {
        var folder = WritePsv("psv", [Row("p000001", "80,NaN,NaN,NaN,NaN,NaN,NaN,NaN", 1)]);
        Write("psv/p000002.psv", "");
        Write("psv/p000003.psv", "HR|SpO2\n80|97\n");
        Write("psv/p000004.psv", Columns.Replace(',', '|') + "\n80|97|Na");

        var elements = Read("cinc2019", folder);

        Assert.Equal(4, Readings(elements));
        Assert.Equal(
            [
                (RejectReason.Truncated, "p000002.psv:1"), (RejectReason.Malformed, "p000003.psv:1"),
                (RejectReason.Truncated, "p000004.psv:2"),
            ],
            elements.OfType<RefusedElement>().Select(refused => (refused.Reason, refused.Where)));
    }

    [Fact]
    public void Open_FolderWithoutPsv_Throws()
    {
        Write("other/readme.txt", "nothing");

        var thrown = Assert.Throws<RecordedInputException>(() => Read("cinc2019", Path.Combine(Folder, "other")));
        Assert.Contains(".psv", thrown.Message, StringComparison.Ordinal);
    }

    // Another hospital orders its columns otherwise, and has none of some: the elements are the same.
    [Fact]
    public void Read_ColumnsInAnotherOrder_GivesTheSame()
    {
        string[] rows = [Row("p1", "80,97,36.6,120,90,60,16,NaN", 1), Row("p1", "81,NaN,NaN,NaN,NaN,NaN,NaN,NaN", 2), Row("p2", "70,NaN,NaN,NaN,NaN,NaN,NaN,NaN", 1)];
        string[] lines = [Header, .. rows];
        var expected = Write("a.csv", Lines(lines));
        var turned = Write("b.csv", Lines([.. lines.Select(line => string.Join(',', line.Split(',').Where((_, column) => column is not (8 or 37)).Reverse()))]));

        Assert.Equal(Texts(Read("cinc2019", expected)), Texts(Read("cinc2019", turned)));
        Assert.Equal(2, ((ILabelledSource)RecordedSources.Open("cinc2019", turned)).ReadLabels(null).Count);
    }

    [Theory]
    [InlineData("patient,HR,ICULOS,SepsisLabel,Hour", "of which is not known: 'Hour'")]
    [InlineData("patient,HR,HR,ICULOS,SepsisLabel", "has columns twice: 'HR'")]
    [InlineData("HR,SepsisLabel", "lacks the columns 'patient', 'ICULOS'")]
    public void Open_HeaderThatIsNotUnderstood_SaysWhich(string header, string said)
    {
        var path = Write("a.csv", Lines(header, "1,2,3,4,5"));

        var thrown = Assert.Throws<RecordedInputException>(() => RecordedSources.Open("cinc2019", path));
        Assert.Contains(said, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadLabels_WithoutTheirColumn_SaysSo()
    {
        var path = Write("a.csv", Lines("patient,HR,ICULOS", "p1,80,1"));

        Assert.Equal(1, Readings(Read("cinc2019", path)));
        var thrown = Assert.Throws<RecordedInputException>(() => ((ILabelledSource)RecordedSources.Open("cinc2019", path)).ReadLabels(null));
        Assert.Contains("has no column SepsisLabel", thrown.Message, StringComparison.Ordinal);
    }

    // As pandas writes a column that has a NaN somewhere.
    [Fact]
    public void Read_SexAndLabelAsDecimals_AreWhatTheNumbersSay()
    {
        const string Vitals = "80,NaN,NaN,NaN,NaN,NaN,NaN,NaN";
        var path = Write("a.csv", Lines(
            Header, Row("p1", Vitals, 1, "61.5", "1.0") + ".0", Row("p2", Vitals, 1, "50.0", " 0.0")[..^1] + " 1.0", Row("p3", Vitals, 1, "50.0", "2")));

        Assert.Equal([true, false, null], Read("cinc2019", path).OfType<PatientFactsElement>().Select(facts => facts.Male));
        var stays = ((ILabelledSource)RecordedSources.Open("cinc2019", path)).ReadLabels(null);
        Assert.Equal([false, true, false], stays.Select(stay => stay.Labels[0]));
    }

    [Fact]
    public void ReadLabels_OfBothForms_AreThoseOfTheRows()
    {
        string[] rows = [Row("p1", "80,NaN,NaN,NaN,NaN,NaN,NaN,NaN", 3), Row("p1", "NaN,NaN,NaN,NaN,NaN,NaN,NaN,NaN", 4)[..^1] + "1", Row("p2", "70,NaN,NaN,NaN,NaN,NaN,NaN,NaN", 1)];
        var file = (ILabelledSource)RecordedSources.Open("cinc2019", Write("a.csv", Lines([Header, .. rows])));
        var folder = (ILabelledSource)RecordedSources.Open("cinc2019", WritePsv("psv", rows));

        string[] expected = ["p1 3:False 4:True", "p2 1:False"];
        Assert.Equal(expected, Texts(file.ReadLabels(null)));
        Assert.Equal(expected, Texts(folder.ReadLabels(null)));
        Assert.Equal(expected[..1], Texts(file.ReadLabels(1)));

        static string[] Texts(IReadOnlyList<StayLabels> stays) =>
            [.. stays.Select(stay => $"{stay.Patient} {string.Join(' ', stay.Hours.Zip(stay.Labels, (hour, label) => $"{hour}:{label}"))}")];
    }

    // The figures that the data's description gives.
    [Fact]
    public void ReadLabels_OfTheWholeRealFile_AreAsManyAsItsDescriptionSays()
    {
        var stays = ((ILabelledSource)RecordedSources.Open("cinc2019", Shared("cinc2019", "training_setA.csv.gz"))).ReadLabels(null);

        Assert.Equal(20_336, stays.Count);
        Assert.Equal(790_215, stays.Sum(stay => stay.Hours.Count));
        Assert.Equal(1_790, stays.Count(stay => stay.Labels.Contains(true)));
        Assert.Equal(17_136, stays.Sum(stay => stay.Labels.Count(label => label)));
    }

    [Fact]
    public void Read_First500RealPatients_AccountsForEveryCell()
    {
        var path = Shared("cinc2019", "training_setA.csv.gz");

        var elements = Read("cinc2019", path, new ReadOptions(Patients: 500));

        var (readings, frames, _) = Count(path, 500);
        Assert.Equal(readings, Readings(elements));
        Assert.Equal(frames, elements.OfType<FrameElement>().Count());
        Assert.Equal(500, elements.OfType<PatientFactsElement>().Count());
        AssertInOrder(elements);
        AssertSameTwice("cinc2019", path, new ReadOptions(Patients: 500));
    }

    [Fact]
    public void Read_WholeRealFile_AccountsForEveryCell()
    {
        var path = Shared("cinc2019", "training_setA.csv.gz");
        long readings = 0;
        var (frames, patients, latest) = (0, 0, long.MinValue);

        foreach (var element in RecordedSources.Open("cinc2019", path).Read(ReadOptions.All, null))
        {
            Assert.True(element.ArrivalTime >= latest);
            latest = element.ArrivalTime;
            Assert.IsNotType<RefusedElement>(element);
            if (element is PatientFactsElement)
                patients++;
            if (element is not FrameElement frame)
                continue;
            frames++;
            readings += frame.Readings.Count;
        }

        Assert.Equal(Count(path, int.MaxValue), (readings, frames, patients));
    }

    // Counts by splitting each line at its commas, in no way like the reader does.
    private static (long Readings, int Frames, int Patients) Count(string path, int patients)
    {
        var seen = new HashSet<string>();
        var (readings, frames) = (0L, 0);
        foreach (var line in PlainLines(path).Skip(1))
        {
            var cells = line.Split(',');
            if (!seen.Contains(cells[0]) && seen.Count == patients)
                break;
            seen.Add(cells[0]);
            var present = cells[1..35].Count(cell => cell is not ("NaN" or ""));
            readings += present;
            frames += present > 0 ? 1 : 0;
        }

        return (readings, frames, seen.Count);
    }

    private string WritePsv(string name, IEnumerable<string> rows)
    {
        foreach (var patient in rows.GroupBy(row => row[..row.IndexOf(',', StringComparison.Ordinal)]))
        {
            var lines = patient.Select(row => row[(patient.Key.Length + 1)..]).Prepend(Columns);
            Write($"{name}/{patient.Key}.psv", Lines([.. lines.Select(line => line.Replace(',', '|'))]));
        }

        return Path.Combine(Folder, name);
    }

    private static string Row(string patient, string vitals, int hours, string age = "61.5", string gender = "1") =>
        $"{patient},{vitals},{string.Join(',', Enumerable.Repeat("NaN", 26))},{age},{gender},NaN,NaN,-0.03,"
        + hours.ToString(CultureInfo.InvariantCulture) + ",0";

    private static string Lines(params string[] lines) => string.Join('\n', lines) + "\n";
}
