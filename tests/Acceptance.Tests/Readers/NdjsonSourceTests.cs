// The reader of users' own ndjson: readings and frames, and a clear outcome for every bad line.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace Acceptance.Tests.Readers;

public sealed class NdjsonSourceTests : Recordings
{
    [Fact]
    public void Read_ReadingsAndFrames_GiveFactsAndFrames()
    {
        var path = Write("v.ndjson", """
            {"patient":"p1","time":"2024-05-01T08:00:00Z","vital":"heart_rate","value":80,"unit":"/min","age":54,"sex":"male","ward":"hdu"}
            {"patient":"p1","time":1714550400000,"vital":"spo2","value":"97"}
            {"readings":[{"vital":"heart_rate","value":81},{"vital":"temperature","value":null,"unit":"Cel","validity":"invalid"}],"patient":"p1","time":"2024-05-01T08:00:01Z","device":"patch","source":"wearable","sequence":4,"epoch":2,"arrival":"2024-05-01T08:05:00Z"}

            """);

        Assert.Equal(
            [
                new PatientFactsElement(1_714_550_400_000, "p1", 54, true, null, "hdu").ToString(),
                "2024-05-01T08:00:00 p1/monitor Bedside 1.1 at 2024-05-01T08:00:00: HeartRate 80 PerMinute Valid; SpO2 97 Canonical Valid",
                "2024-05-01T08:05:00 p1/patch Wearable 2.4 at 2024-05-01T08:00:01: HeartRate 81 Canonical Valid; "
                    + "Temperature NaN Celsius Invalid",
            ],
            Texts(Read("ndjson", path)));
    }

    [Fact]
    public void Read_ExampleOfTheReadme_IsTakenWhole()
    {
        var elements = Read("ndjson", Write("v.ndjson", ExampleInReadme("json")));

        Assert.Empty(elements.OfType<RefusedElement>());
        Assert.Equal([1, 2], elements.OfType<FrameElement>().Select(frame => frame.Readings.Count));
        Assert.All(elements.OfType<FrameElement>().SelectMany(frame => frame.Readings), reading => Assert.NotNull(reading.Vital));
    }

    [Fact]
    public void Read_FrameWithBadReadings_RefusesOnlyThose()
    {
        var path = Write("v.ndjson", """
            {"patient":"p1","time":0,"readings":[{"vital":"heart_rate","value":80},{"value":1},7,{"vital":"heart_rate","value":1,"patient":"p2"},{"vital":"heart_rate","validity":"so-so"},{"vital":"x","readings":[]},[1,[2]],{"vital":"spo2","value":{"a":[1]}},{"vital":"sp\u006f2","value":true}]}

            """);

        var elements = Read("ndjson", path);

        Assert.Equal(
            [
                RejectReason.MissingField, RejectReason.Malformed, RejectReason.Malformed, RejectReason.Malformed, RejectReason.Malformed,
                RejectReason.Malformed,
            ],
            elements.OfType<RefusedElement>().Select(refused => refused.Reason));
        Assert.Equal(
            ["HeartRate 80 Canonical Valid", "SpO2 NaN Canonical Valid", "SpO2 NaN Canonical Valid"],
            Assert.Single(elements.OfType<FrameElement>()).Readings.Select(Text));
    }

    [Theory]
    [InlineData("{", RejectReason.Malformed, 1)]
    [InlineData("{\"patient\":\"p1\",", RejectReason.Malformed, 1)]
    [InlineData("nonsense", RejectReason.Malformed, 1)]
    [InlineData("[1]", RejectReason.Malformed, 1)]
    [InlineData("7", RejectReason.Malformed, 1)]
    [InlineData("{} {}", RejectReason.Malformed, 1)]
    [InlineData("{}", RejectReason.MissingField, 1)]
    [InlineData("{\"patient\":\"p1\",\"vital\":\"heart_rate\",\"value\":1}", RejectReason.MissingField, 1)]
    [InlineData("{\"patient\":\"p1\",\"time\":0,\"value\":1}", RejectReason.MissingField, 1)]
    [InlineData("{\"patient\":\"p1\",\"time\":true,\"vital\":\"heart_rate\",\"value\":1}", RejectReason.Malformed, 1)]
    [InlineData("{\"patient\":\"p1\",\"time\":0,\"vital\":\"heart_rate\",\"value\":1,\"mood\":2}", RejectReason.Malformed, 1)]
    [InlineData("{\"patient\":\"p1\",\"patient\":\"p2\",\"time\":0,\"vital\":\"heart_rate\",\"value\":1}", RejectReason.Malformed, 1)]
    [InlineData("{\"patient\":\"\\ud800\",\"time\":0,\"vital\":\"heart_rate\",\"value\":1}", RejectReason.Malformed, 1)]
    [InlineData("{\"patient\":\"p1\",\"time\":0,\"readings\":[]}", RejectReason.MissingField, 1)]
    [InlineData("{\"patient\":\"p1\",\"time\":0,\"readings\":{}}", RejectReason.Malformed, 1)]
    [InlineData("{\"time\":0,\"readings\":[{\"vital\":\"heart_rate\",\"value\":1},{\"vital\":\"spo2\",\"value\":1}]}", RejectReason.MissingField, 2)]
    [InlineData("{\"patient\":\"p1\",\"time\":0,\"unit\":\"%\",\"readings\":[{\"vital\":\"heart_rate\"},{},{}]}", RejectReason.Malformed, 3)]
    public void Read_BadLine_IsRefusedWhereItStoodAndCostsNothingElse(string line, RejectReason reason, int readings)
    {
        const string Good = "{\"patient\":\"p9\",\"time\":1000,\"vital\":\"heart_rate\",\"value\":70}\n";

        var elements = Read("ndjson", Write("v.ndjson", Good + line + "\n" + Good));

        var refused = OnlyRefused(elements);
        Assert.Equal((reason, readings, "v.ndjson:2", line), (refused.Reason, refused.Readings, refused.Where, refused.Text));
        Assert.Equal(2 + readings, Readings(elements));
    }

    [Fact]
    public void Read_FrameOfMoreThan64Readings_IsRefusedWithAllOfThem()
    {
        var readings = string.Join(',', Enumerable.Repeat("{\"vital\":\"heart_rate\",\"value\":1}", 65));

        var refused = OnlyRefused(Read("ndjson", Write("v.ndjson", $"{{\"patient\":\"p\",\"time\":0,\"readings\":[{readings}]}}\n")));

        Assert.Equal((RejectReason.Malformed, 65), (refused.Reason, refused.Readings));
    }

    [Theory]
    [InlineData("{\"patient\":\"p1\",\"time\":0,\"vital\":\"heart_rate\",\"val")]
    [InlineData("{\"patient\":\"p1\",\"time\":0,\"vital\":\"heart_rate\",\"value\":8")]
    [InlineData("{")]
    public void Read_LastLineCutOff_IsTruncated(string line)
    {
        const string Good = "{\"patient\":\"p1\",\"time\":1000,\"vital\":\"heart_rate\",\"value\":70}\n";

        var elements = Read("ndjson", Write("v.ndjson", Good + line));

        Assert.Equal(2, elements.Count);
        Assert.Equal((RejectReason.Truncated, "v.ndjson:2"), (OnlyRefused(elements).Reason, OnlyRefused(elements).Where));
    }

    [Fact]
    public void Read_LastLineWithoutLineFeed_IsTaken()
    {
        var path = Write("v.ndjson", "{\"patient\":\"p1\",\"time\":0,\"vital\":\"heart_rate\",\"value\":70}");

        Assert.IsType<FrameElement>(Assert.Single(Read("ndjson", path)));
    }

    [Fact]
    public void Read_OnlyBlankLines_GivesNoElements()
    {
        Assert.Empty(Read("ndjson", Write("v.ndjson", "\n  \n")));
    }
}
