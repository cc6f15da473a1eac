// The reader of bidmc: bedside frames at 1 Hz, with age and sex from the table beside them.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace Acceptance.Tests.Readers;

public sealed class BidmcSourceTests : Recordings
{
    private const string Header = "record,Time [s],HR,PULSE,RESP,SpO2\n";

    [Fact]
    public void Read_TwoRecords_GivesFramesBySecondAndNoReadingForNaN()
    {
        var path = Write("n.csv", Header + "b1,0,94,93,25,97\nb1,1,NaN,NaN,NaN,NaN\nb1,2,95,NaN,,x\nb2,1,60,61,12,99\n");

        Assert.Equal(
            [
                "2000-01-01T00:00:00 b1/monitor Bedside 1.1 at 2000-01-01T00:00:00: HeartRate 94 PerMinute Valid; "
                    + "PulseRate 93 PerMinute Valid; RespiratoryRate 25 PerMinute Valid; SpO2 97 Percent Valid",
                "2000-01-01T00:00:01 b2/monitor Bedside 1.1 at 2000-01-01T00:00:01: HeartRate 60 PerMinute Valid; "
                    + "PulseRate 61 PerMinute Valid; RespiratoryRate 12 PerMinute Valid; SpO2 99 Percent Valid",
                "2000-01-01T00:00:02 b1/monitor Bedside 1.2 at 2000-01-01T00:00:02: HeartRate 95 PerMinute Valid; "
                    + "SpO2 NaN Percent Valid",
            ],
            Texts(Read("bidmc", path)));
    }

    [Fact]
    public void Read_RecordsBesideIt_GiveAgeAndSexAtTheFirstArrival()
    {
        var path = Write("n.csv", Header + "b1,5,94,93,25,97\nb2,1,60,61,12,99\nb3,2,60,61,12,99\n");
        Write("records.csv", "record,Signals,Age,Gender,Location\nb1,\"A, B\",90+,M,micu\nb2,C,NaN,?,ccu\nb4,C,40,F,ccu\n");

        var facts = Read("bidmc", path).OfType<PatientFactsElement>().ToList();

        Assert.Equal([("b2", null, null, "2000-01-01T00:00:01"), ("b1", 90, true, "2000-01-01T00:00:05")],
            facts.Select(fact => (fact.Patient, fact.AgeYears, fact.Male, Time(fact.ArrivalTime))));
        Assert.All(facts, fact => Assert.Null(fact.AdmissionTime));
    }

    [Fact]
    public void Read_BadRows_AreRefusedWithTheirReadings()
    {
        var path = Write("n.csv", Header + "b1,0,94,93,25,97\nb1,now,94,93,NaN,97\n,1,94,93,25,97\nb1,2,94\nb1,3,94,93,25,97\n");

        var elements = Read("bidmc", path);

        Assert.Equal(
            [
                (3, RejectReason.Malformed, "n.csv:3"), (4, RejectReason.MissingField, "n.csv:4"),
                (1, RejectReason.Malformed, "n.csv:5"),
            ],
            elements.OfType<RefusedElement>().Select(refused => (refused.Readings, refused.Reason, refused.Where)));
        Assert.Equal(16, Readings(elements));
    }

    [Fact]
    public void Read_RealFile_AccountsForEveryCell()
    {
        var path = Shared("bidmc", "numerics_1hz.csv.gz");

        var elements = Read("bidmc", path);

        var cells = PlainLines(path).Skip(1).Select(line => line.Split(',')).ToList();
        Assert.Equal(cells.Sum(row => row[2..].Count(cell => cell is not ("NaN" or ""))), Readings(elements));
        Assert.Equal(cells.Select(row => row[0]).Distinct().Count(), elements.OfType<PatientFactsElement>().Count());
        Assert.Empty(elements.OfType<RefusedElement>());
        AssertInOrder(elements);
        AssertSameTwice("bidmc", path);
    }
}
