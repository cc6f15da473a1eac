// The reader of mimic3: one reading a row, in the order of storing, grouped to frames, with facts from the tables beside it.
using System.Globalization;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace Acceptance.Tests.Readers;

public sealed class Mimic3SourceTests : Recordings
{
    private const string Header =
        "row_id,subject_id,hadm_id,icustay_id,itemid,concept,charttime,storetime,value,valuenum,valueuom,error\n";

    public static TheoryData<string, string, string> Concepts => new()
    {
        { "HR", "72", "HeartRate 72 PerMinute Valid" },
        { "RespRate", "20", "RespiratoryRate 20 PerMinute Valid" },
        { "SpO2", "97", "SpO2 97 Percent Valid" },
        { "NISysABP", "120", "SystolicPressure 120 MillimetreOfMercury Valid" },
        { "NIDiasABP", "60", "DiastolicPressure 60 MillimetreOfMercury Valid" },
        { "NIMAP", "80", "MeanPressure 80 MillimetreOfMercury Valid" },
        { "SysABP", "121", "ArterialSystolicPressure 121 MillimetreOfMercury Valid" },
        { "DiasABP", "61", "ArterialDiastolicPressure 61 MillimetreOfMercury Valid" },
        { "MAP", "81", "ArterialMeanPressure 81 MillimetreOfMercury Valid" },
        { "TempC", "37.1", "Temperature 37.1 Celsius Valid" },
        { "TempF", "98.6", "Temperature 98.6 Fahrenheit Valid" },
        { "FiO2", "0.5", "InspiredOxygen 0.5 Fraction Valid" },
        { "FiO2", "1", "InspiredOxygen 1 Fraction Valid" },
        { "FiO2", "50", "InspiredOxygen 50 Percent Valid" },
        { "Glucose", "110", "Glucose 110 MilligramPerDecilitre Valid" },
        { "GlucoseFS", "111", "Glucose 111 MilligramPerDecilitre Valid" },
        { "GCS_total", "15", "GlasgowComaScale 15 Score Valid" },
        { "GCS_eye", "4", "'GCS_eye' 4 Canonical Valid" },
        { "HR", "", "HeartRate NaN PerMinute Valid" },
    };

    [Theory]
    [MemberData(nameof(Concepts))]
    public void Read_Concept_BecomesVitalSignAndUnit(string concept, string value, string expected)
    {
        var path = Write("c.csv", Header + Row("7", concept, "10:00", "10:05", value, unit: "torr"));

        Assert.Equal(expected, Text(Assert.Single(Assert.Single(Read("mimic3", path).OfType<FrameElement>()).Readings)));
    }

    [Fact]
    public void Read_RowsOutOfOrder_FormFramesByStoringThenCharting()
    {
        var path = Write("c.csv", Header
            + Row("7", "HR", "10:00", "12:00", "70")
            + Row("8", "HR", "10:00", "11:00", "80")
            + Row("7", "RespRate", "10:00", "12:00", "17")
            + Row("7", "HR", "10:00", "12:00", "71")
            + Row("7", "HR", "11:30", "12:00", "72", error: "1")
            + Row("7", "SpO2", "10:30", "", "97")
            + Row("8", "HR", "13:00", "12:00", "81"));

        Assert.Equal(
            [
                "2150-01-01T10:30:00 7/chart Charted 1.1 at 2150-01-01T10:30:00: SpO2 97 Percent Valid",
                "2150-01-01T11:00:00 8/chart Charted 1.1 at 2150-01-01T10:00:00: HeartRate 80 PerMinute Valid",
                "2150-01-01T12:00:00 7/chart Charted 1.2 at 2150-01-01T10:00:00: HeartRate 70 PerMinute Valid; "
                    + "RespiratoryRate 17 PerMinute Valid",
                "2150-01-01T12:00:00 7/chart Charted 1.3 at 2150-01-01T10:00:00: HeartRate 71 PerMinute Valid",
                "2150-01-01T12:00:00 7/chart Charted 1.4 at 2150-01-01T11:30:00: HeartRate 72 PerMinute Valid error",
                "2150-01-01T12:00:00 8/chart Charted 1.2 at 2150-01-01T13:00:00: HeartRate 81 PerMinute Valid",
            ],
            Texts(Read("mimic3", path)));
    }

    [Fact]
    public void Read_BadRows_AreRefused()
    {
        var path = Write("c.csv", Header
            + Row("7", "HR", "10:00", "12:00", "70")
            + Row("", "HR", "10:00", "12:00", "70")
            + Row("7", "", "10:00", "12:00", "70")
            + Row("7", "HR", "25:00", "12:00", "70")
            + Row("7", "HR", "10:00", "noon", "70")
            + "1,2,3\n"
            + Row("7", "HR", "10:00", "12:00", "70").Replace(",HR,", ",\"HR,", StringComparison.Ordinal));

        Assert.Equal(
            [
                RejectReason.MissingField, RejectReason.MissingField, RejectReason.Malformed, RejectReason.Malformed,
                RejectReason.Malformed, RejectReason.Malformed,
            ],
            Read("mimic3", path).OfType<RefusedElement>().Select(refused => refused.Reason));
    }

    [Fact]
    public void Read_TablesBesideIt_GiveFactsAtTheFirstArrival()
    {
        var path = Write("c.csv", Header + Row("7", "HR", "10:00", "12:00", "70") + Row("8", "HR", "10:00", "13:00", "70")
            + Row("9", "HR", "10:00", "14:00", "70"));
        Write("patients.csv", "row_id,subject_id,gender,dob\n"
            + "1,7,F,2090-01-01 00:00:00\n2,8,M,1850-01-01 00:00:00\n3,6,M,2100-01-01 00:00:00\n");
        Write("icustays.csv", "row_id,subject_id,intime\n"
            + "1,7,2151-01-01 00:00:00\n2,7,2150-01-01 00:00:00\n3,8,2150-01-01 12:30:00\n");
        Write("admissions.csv", "subject_id,admittime\n7,2149-01-01 00:00:00\n9,2150-01-01 09:00:00\n");

        Assert.Equal(
            [
                ("7", 60.0, false, "2150-01-01T00:00:00", "2150-01-01T12:00:00"),
                ("8", 90.0, true, "2150-01-01T12:30:00", "2150-01-01T13:00:00"),
                ("9", null, null, "2150-01-01T09:00:00", "2150-01-01T14:00:00"),
            ],
            Read("mimic3", path).OfType<PatientFactsElement>().Select(facts =>
                (facts.Patient, facts.AgeYears, facts.Male, Time(facts.AdmissionTime!.Value), Time(facts.ArrivalTime))));
    }

    [Fact]
    public void Read_RealFile_AccountsForEveryRowWithItsLateness()
    {
        var path = Shared("mimic3_demo", "chartevents_vitals.csv.gz");

        var elements = Read("mimic3", path);

        var rows = PlainLines(path).Skip(1).Select(line => line.Split(',')).ToList();
        var delays = rows.Select(row => (Instant(row[7]) - Instant(row[6])).TotalMilliseconds).Order();
        var frames = elements.OfType<FrameElement>().ToList();
        Assert.Equal(rows.Count, Readings(elements));
        Assert.Equal(
            delays,
            frames.SelectMany(frame => frame.Readings.Select(_ => (double)(frame.ArrivalTime - frame.EventTime))).Order());
        var readings = frames.SelectMany(frame => frame.Readings).ToList();
        Assert.Equal(rows.Count(row => row[11] == "1"), readings.Count(reading => reading.MarkedAsError));
        Assert.Equal(rows.Count(row => row[9].Length == 0), readings.Count(reading => double.IsNaN(reading.Value)));
        Assert.Equal(rows.Count(row => row[5] == "MAP"), Of(elements, VitalSign.ArterialMeanPressure).Count());
        Assert.Equal(rows.Select(row => row[1]).Distinct().Count(), elements.OfType<PatientFactsElement>().Count());
        Assert.All(elements.OfType<PatientFactsElement>(), facts => Assert.InRange(facts.AgeYears!.Value, 15, 90));
        Assert.Empty(elements.OfType<RefusedElement>());
        AssertInOrder(elements);
        AssertSameTwice("mimic3", path);
    }

    private static DateTime Instant(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);

    private static string Row(
        string patient, string concept, string charted, string stored, string value, string unit = "", string error = "0") =>
        $"1,{patient},2,3,4,{concept},2150-01-01 {charted}:00,{(stored.Length == 0 ? "" : $"2150-01-01 {stored}:00")},"
        + $"{value},{value},{unit},{error}\n";
}
