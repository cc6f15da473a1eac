// The reader of users' own csv: the documented layout, its defaults, and a clear outcome for every bad line.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers;
using Xunit;

namespace Acceptance.Tests.Readers;

public sealed class CsvSourceTests : Recordings
{
    private const string Header = "patient,time,vital,value\n";

    [Fact]
    public void Read_AllColumns_GivesFactsAndFrame()
    {
        var path = Write("v.csv", """
            Ward,patient,time,vital,value,unit,device,source,arrival,sequence,epoch,validity,age,sex,admission
            "HDU, east",p1,2024-05-01T10:00:00+02:00,temperature,98.6,[degF],patch,wearable,2024-05-01T08:10:00Z,7,2,questionable,54,female,1714500000000
            "HDU, east",p1,2024-05-01T10:00:00+02:00,8867-4,88,,patch,wearable,2024-05-01T08:10:00Z,7,2,,54,female,1714500000000

            """);

        var elements = Read("csv", path);

        var arrival = DateTimeOffset.Parse("2024-05-01T08:10:00Z", null).ToUnixTimeMilliseconds();
        Assert.Equal(new PatientFactsElement(arrival, "p1", 54, false, 1_714_500_000_000, "HDU, east"), elements[0]);
        Assert.Equal(
            [
                "2024-05-01T08:10:00 p1/patch Wearable 2.7 at 2024-05-01T08:00:00: Temperature 98.6 Fahrenheit Questionable; "
                    + "HeartRate 88 Canonical Valid",
            ],
            Texts(elements.Skip(1)));
    }

    [Fact]
    public void Read_ExampleOfTheReadme_IsTakenWhole()
    {
        var elements = Read("csv", Write("v.csv", ExampleInReadme("csv")));

        Assert.Empty(elements.OfType<RefusedElement>());
        Assert.Equal(3, Readings(elements));
        Assert.All(elements.OfType<FrameElement>().SelectMany(frame => frame.Readings), reading =>
        {
            Assert.NotNull(reading.Vital);
            Assert.NotEqual(Unit.Unknown, reading.Unit);
        });
        Assert.Equal("HDU, east", Assert.Single(elements.OfType<PatientFactsElement>()).Ward);
    }

    [Fact]
    public void Read_OnlyNeededColumns_GetTheDefaults()
    {
        var path = Write("v.csv", Header
            + "p1,2024-05-01 08:00,heart_rate,80\n"
            + "p1,2024-05-01 08:00,spo2,97\n"
            + "p1,2024-05-01 08:01,heart_rate,81\n");

        var elements = Read("csv", path);

        Assert.Equal(2, elements.Count);
        var frame = Assert.IsType<FrameElement>(elements[0]);
        Assert.Equal(("monitor", SourceClass.Bedside, 1UL, 1UL), (frame.Device, frame.Source, frame.Epoch, frame.Sequence));
        Assert.Equal(frame.EventTime, frame.ArrivalTime);
        Assert.Equal([VitalSign.HeartRate, VitalSign.SpO2], frame.Readings.Select(reading => reading.Vital!.Value));
        Assert.Equal(2UL, Assert.IsType<FrameElement>(elements[1]).Sequence);
    }

    [Theory]
    [InlineData("heart_rate,80,", "HeartRate 80 Canonical Valid")]
    [InlineData("8867-4,80,/min", "HeartRate 80 PerMinute Valid")]
    [InlineData("MDC_ECG_HEART_RATE,80,/min", "HeartRate 80 PerMinute Valid")]
    [InlineData("147842,80,/min", "HeartRate 80 PerMinute Valid")]
    [InlineData("shoe size,43,", "'shoe size' 43 Canonical Valid")]
    [InlineData("heart_rate,80,furlong", "HeartRate 80 Unknown Valid")]
    [InlineData("heart_rate,high,/min", "HeartRate NaN PerMinute Valid")]
    [InlineData("heart_rate,,/min", "HeartRate NaN PerMinute Valid")]
    [InlineData("heart_rate,NaN,/min", "HeartRate NaN PerMinute Valid")]
    [InlineData("heart_rate, 8.05e1 ,/min", "HeartRate 80.5 PerMinute Valid")]
    [InlineData("temperature,-0.1,Cel", "Temperature -0.1 Celsius Valid")]
    [InlineData("heart_rate,123456789.123456789,/min", "HeartRate 123456789.12345679 PerMinute Valid")]
    [InlineData("\"a \"\"b\"\", c\",1,", "'a \"b\", c' 1 Canonical Valid")]
    public void Read_VitalValueUnit_AreKeptAsSent(string cells, string expected)
    {
        var path = Write("v.csv", "patient,time,vital,value,unit\np1,0," + cells + "\n");

        Assert.Equal(expected, Text(Assert.Single(Assert.Single(Read("csv", path).OfType<FrameElement>()).Readings)));
    }

    [Theory]
    [InlineData("2024-02-29T23:59:59.9999Z", "2024-02-29T23:59:59.999")]
    [InlineData("2024-05-01T00:30+0130", "2024-04-30T23:00:00")]
    [InlineData("2024-05-01T00:30-02", "2024-05-01T02:30:00")]
    [InlineData("2024-05-01", "2024-05-01T00:00:00")]
    [InlineData("1714550400000", "2024-05-01T08:00:00")]
    [InlineData("-1000", "1969-12-31T23:59:59")]
    [InlineData("2024-02-30T10:00Z", null)]
    [InlineData("2024-05-01T24:00Z", null)]
    [InlineData("2024-05-01T10:00:61Z", null)]
    [InlineData("2024-05-01T10:00:00.Z", null)]
    [InlineData("2024-05-01T10:00 CET", null)]
    [InlineData("2024-05-01X10:00", null)]
    [InlineData("0001-01-01T00:00+05:00", null)]
    [InlineData("999999999999999999", null)]
    [InlineData("1714550400.5", null)]
    [InlineData("yesterday", null)]
    public void Read_Time_IsIso8601OrEpochMilliseconds(string time, string? expected)
    {
        var element = Assert.Single(Read("csv", Write("v.csv", Header + $"p1,{time},heart_rate,80\n")));

        if (expected is null)
            Assert.Equal(RejectReason.Malformed, Assert.IsType<RefusedElement>(element).Reason);
        else
            Assert.Equal(expected, Time(Assert.IsType<FrameElement>(element).EventTime));
    }

    [Theory]
    [InlineData("p1,0,heart_rate", RejectReason.Malformed)]
    [InlineData("p1,0,heart_rate,80,,,,,,,,,,,,", RejectReason.Malformed)]
    [InlineData(",0,heart_rate,80,,,,,,,,,", RejectReason.MissingField)]
    [InlineData("p1,,heart_rate,80,,,,,,,,,", RejectReason.MissingField)]
    [InlineData("p1,0,,80,,,,,,,,,", RejectReason.MissingField)]
    [InlineData("p1,0,heart_rate,80,,hospital,,,,,,,", RejectReason.Malformed)]
    [InlineData("p1,0,heart_rate,80,,,later,,,,,,", RejectReason.Malformed)]
    [InlineData("p1,0,heart_rate,80,,,,0,,,,,", RejectReason.Malformed)]
    [InlineData("p1,0,heart_rate,80,,,,-1,,,,,", RejectReason.Malformed)]
    [InlineData("p1,0,heart_rate,80,,,,1.5,,,,,", RejectReason.Malformed)]
    [InlineData("p1,0,heart_rate,80,,,,,0,,,,", RejectReason.Malformed)]
    [InlineData("p1,0,heart_rate,80,,,,,,maybe,,,", RejectReason.Malformed)]
    [InlineData("p1,0,heart_rate,80,,,,,,,old,,", RejectReason.Malformed)]
    [InlineData("p1,0,heart_rate,80,,,,,,,-1,,", RejectReason.Malformed)]
    [InlineData("p1,0,heart_rate,80,,,,,,,,x,", RejectReason.Malformed)]
    [InlineData("p1,0,heart_rate,\"80,,,,,,,,,", RejectReason.Malformed)]
    [InlineData("p1,0,heart_rate,8\"0,,,,,,,,,", RejectReason.Malformed)]
    [InlineData("p1,0,heart_rate,\"80\"0,,,,,,,,,", RejectReason.Malformed)]
    public void Read_BadLine_IsRefusedWhereItStoodAndCostsNothingElse(string line, RejectReason reason)
    {
        const string AllColumns = "patient,time,vital,value,unit,source,arrival,sequence,epoch,validity,age,sex,ward\n";
        const string Good = "p9,1000,heart_rate,70,,,,,,,,,\n";

        var elements = Read("csv", Write("v.csv", AllColumns + Good + line + "\n" + Good));

        var refused = OnlyRefused(elements);
        Assert.Equal((reason, 1, "v.csv:3", line), (refused.Reason, refused.Readings, refused.Where, refused.Text));
        Assert.Equal(1000, refused.ArrivalTime);
        Assert.Equal(3, Readings(elements));
    }

    [Theory]
    [InlineData(129)]
    [InlineData(5000)]
    public void Read_PatientTooLong_IsRefusedWithAShortText(int length)
    {
        var refused = OnlyRefused(Read("csv", Write("v.csv", Header + new string('é', length) + ",0,heart_rate,80\n")));

        Assert.Equal(RejectReason.Malformed, refused.Reason);
        Assert.True(refused.Text.Length <= 200);
    }

    [Fact]
    public void Read_InvalidUtf8_IsRefused()
    {
        var path = WriteBytes("v.csv", [.. "patient,time,vital,value\np\u0031"u8, 0xff, .. ",0,heart_rate,80\np1,0,heart_rate,81\n"u8]);

        var elements = Read("csv", path);

        Assert.Equal((RejectReason.Malformed, "v.csv:2"), (OnlyRefused(elements).Reason, OnlyRefused(elements).Where));
        Assert.Equal(2, Readings(elements));
    }

    [Fact]
    public void Read_ByteOrderMarkCrLfBlankLinesAndNoLastLineFeed_AreAllFine()
    {
        var path = Write("v.csv", "\uFEFFPatient,TIME,Vital,Value\r\n\r\np1,0,heart_rate,80\r\n\r\np1,1,heart_rate,81");

        Assert.Equal(
            ["1970-01-01T00:00:00 p1/monitor Bedside 1.1 at 1970-01-01T00:00:00: HeartRate 80 Canonical Valid",
             "1970-01-01T00:00:00.001 p1/monitor Bedside 1.2 at 1970-01-01T00:00:00.001: HeartRate 81 Canonical Valid"],
            Texts(Read("csv", path)));
    }

    [Fact]
    public void Read_RowsNotInOrderOfArrival_AreSortedStablyAndNumberedAsTheyArrive()
    {
        var path = Write("v.csv", "patient,time,vital,value,arrival\n"
            + "p1,3000,heart_rate,83,\n"
            + "p1,1000,heart_rate,81,4000\n"
            + "p2,500,heart_rate,60,\n"
            + "p1,2000,heart_rate,82,3000\n");

        var elements = Read("csv", path);

        Assert.Equal(
            [("p2", 500, 1UL), ("p1", 3000, 1UL), ("p1", 2000, 2UL), ("p1", 1000, 3UL)],
            elements.OfType<FrameElement>().Select(frame => (frame.Patient, (int)frame.EventTime, frame.Sequence)));
        AssertInOrder(elements);
    }

    [Fact]
    public void Read_SentSequences_AreKeptAndUncountedFramesFollowThem()
    {
        var path = Write("v.csv", "patient,time,vital,value,sequence,epoch\n"
            + "p1,1,heart_rate,1,10,1\n"
            + "p1,2,heart_rate,1,,1\n"
            + "p1,3,heart_rate,1,,2\n"
            + "p1,4,heart_rate,1,12,2\n");

        Assert.Equal(
            [(1UL, 10UL), (1UL, 11UL), (2UL, 1UL), (2UL, 12UL)],
            Read("csv", path).OfType<FrameElement>().Select(frame => (frame.Epoch, frame.Sequence)));
    }

    [Fact]
    public void Read_SameInstantInterrupted_MakesAnotherFrame()
    {
        var path = Write("v.csv", "patient,time,vital,value,device\n"
            + "p1,0,heart_rate,80,a\n"
            + "p1,0,spo2,97,a\n"
            + "p1,0,pulse_rate,81,b\n"
            + "p1,0,temperature,37,a\n");

        Assert.Equal([2, 1, 1], Read("csv", path).OfType<FrameElement>().Select(frame => frame.Readings.Count));
    }

    [Fact]
    public void Read_MoreThan64ReadingsOfOneInstant_AreSplit()
    {
        var path = Write("v.csv", Header + string.Concat(Enumerable.Range(0, 130).Select(index => $"p1,0,x{index},{index}\n")));

        Assert.Equal([64, 64, 2], Read("csv", path).OfType<FrameElement>().Select(frame => frame.Readings.Count));
    }

    [Fact]
    public void Read_FactsThatChange_ComeAgainAndOmittedOnesStay()
    {
        var path = Write("v.csv", "patient,time,vital,value,age,ward\n"
            + "p1,2000,heart_rate,80,,\n"
            + "p1,1000,heart_rate,81,70,\n"
            + "p1,3000,heart_rate,82,70,hdu\n"
            + "p1,4000,heart_rate,83,,\n");

        Assert.Equal(
            [(1000L, 70, null), (3000L, 70, "hdu")],
            Read("csv", path).OfType<PatientFactsElement>()
                .Select(facts => (facts.ArrivalTime, (int)facts.AgeYears!.Value, facts.Ward)));
    }

    [Fact]
    public void Read_HeaderOnly_GivesNoElements()
    {
        Assert.Empty(Read("csv", Write("v.csv", Header)));
        Assert.Empty(Read("csv", Write("w.csv", Header.TrimEnd())));
    }

    [Theory]
    [InlineData("patient,time,vital,value,colour,mood", "'colour', 'mood'")]
    [InlineData("patient,vital", "'time', 'value'")]
    [InlineData("patient,time,vital,value,Time", "'Time' twice")]
    [InlineData("p1,0,heart_rate,80", "'p1'")]
    public void Open_WrongHeader_SaysWhat(string header, string said)
    {
        var thrown = Assert.Throws<RecordedInputException>(() => RecordedSources.Open("csv", Write("v.csv", header + "\n")));

        Assert.Contains(said, thrown.Message, StringComparison.Ordinal);
        Assert.Contains("admission", thrown.Message, StringComparison.Ordinal);
    }
}
