// The JSON form of a frame: what is taken, what is refused, and where a refusal says the fault is.
using System.Text;
using MedAI.Streaming.Adapters.Json;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace Adapters.Tests.Json;

public sealed class FrameJsonTests
{
    private const string Head = """{"device":"d1","source":"bedside","epoch":2,"sequence":7,"time":1714550400000,""";
    private const string Readings = "\"readings\":[{\"vital\":\"spo2\",\"value\":97}]";
    private const string Whole = Head + Readings + "}";

    [Fact]
    public void TryRead_AWholeFrame_GivesAllOfIt()
    {
        var frame = Read(
            """
            {"patient":"p 1","device":"d1","source":"wearable","epoch":3,"sequence":18446744073709551615,
             "time":"2024-05-01T10:00:00.1239+02:00","readings":[
              {"vital":"heart_rate","value":72.5,"unit":"/min","validity":"questionable"},
              {"vital":"8310-5","value":1e2,"unit":"[degF]","validity":"valid"},
              {"vital":150456,"value":97}, {"vital":"MDC_ECG_HEART_RATE"}, {"vital":"mood","value":-3,"unit":"smiles","validity":"demo"}]}
            """);

        Assert.Equal(
            ("p 1", "d1", SourceClass.Wearable, 3ul, ulong.MaxValue, 1714550400123),
            (frame.Patient, frame.Device, frame.Source, frame.Epoch, frame.Sequence, frame.EventTime));
        Assert.Equal(
            [
                new(VitalSign.HeartRate, 72.5, Unit.PerMinute, Validity.Questionable),
                new(VitalSign.Temperature, 100, Unit.Fahrenheit),
                new(VitalSign.SpO2, 97),
                new(VitalSign.HeartRate, double.NaN),
                new RecordedReading(null, -3, Unit.Unknown, Validity.Demo, "mood"),
            ],
            frame.Readings);
    }

    [Fact]
    public void TryRead_WhatMayBeLeftOut_HasItsDefault()
    {
        var frame = Read(Whole.Replace("\"epoch\":2,", "\"epoch\":null,", StringComparison.Ordinal));

        Assert.Equal(("", 1ul, 0L), (frame.Patient, frame.Epoch, frame.ArrivalTime));
    }

    // The vital sign of one reading must not cost the others, and neither must a number that no double holds.
    [Theory]
    [InlineData("1e999")]
    [InlineData("-1e999")]
    [InlineData("null")]
    public void TryRead_AValueThatIsNoNumber_IsAReadingAllTheSame(string value)
    {
        var frame = Read(Head + $$"""
            "readings":[{"vital":"spo2","value":{{value}}},{"vital":"heart_rate","value":60}]}
            """);

        Assert.Equal([double.NaN, 60], frame.Readings.Select(reading => reading.Value));
    }

    [Fact]
    public void TryRead_ANumberOfManyDigits_IsTheNearest()
    {
        var frame = Read(Head + $$"""
            "readings":[{"vital":"spo2","value":97.{{new string('0', 5000)}}1}]}
            """);

        Assert.Equal(97, frame.Readings[0].Value);
    }

    [Theory]
    [InlineData("\\u0070\\u00e9\\ud83d\\ude00", "pé😀")]
    [InlineData("a\\\\u\\\"\\/", "a\\u\"/")]
    public void TryRead_AnEscapedText_IsUnescaped(string written, string meant) =>
        Assert.Equal(meant, Read(Whole.Replace("d1", written, StringComparison.Ordinal)).Device);

    [Theory]
    [InlineData("", 0)]
    [InlineData("   ", 3)]
    [InlineData("{", 1)]
    [InlineData("nope", 1)]
    [InlineData("[]", 0)]
    [InlineData("7", 0)]
    [InlineData("null", 0)]
    [InlineData("\"frame\"", 0)]
    [InlineData(Whole + "}", 119)]
    [InlineData(Whole + " {}", 120)]
    [InlineData("{\n\"time\": 1,\n,", 13)]
    [InlineData("{/**/}", 1)]
    [InlineData("{\"device\":\"d1\",}", 15)]
    [InlineData("{'device':1}", 1)]
    [InlineData("{\"device\":\"d\u0001\"}", 12)]
    public void TryRead_WhatIsNoFrame_IsMalformedAtItsPlace(string json, int position)
    {
        var refusal = Refuse(json);

        Assert.Equal((RejectReason.Malformed, position), (refusal.Reason, refusal.Position));
    }

    [Theory]
    [InlineData("\"patient\":\"\"", "'patient' is 1 to 128")]
    [InlineData("\"patient\":7", "'patient' is 1 to 128")]
    [InlineData("\"patient\":\" p\"", "'patient' is 1 to 128")]
    [InlineData("\"patient\":\"p\\u0000\"", "'patient' is 1 to 128")]
    [InlineData("\"patient\":\"\\ud800\"", "'patient' is 1 to 128")]
    [InlineData("\"patient\":\"\\udc00\\ud800\"", "'patient' is 1 to 128")]
    [InlineData("\"patient\":\"\\ud800\\u0041\"", "'patient' is 1 to 128")]
    [InlineData("\"patient\":{\"id\":1}", "'patient' is 1 to 128")]
    [InlineData("\"device\":\"d2\"", "'device' stands there twice")]
    [InlineData("\"sequence\":0", "'sequence' stands there twice")]
    [InlineData("\"age\":7", "request of its own")]
    [InlineData("\"arrival\":7", "'arrival' is stamped")]
    [InlineData("\"vital\":\"spo2\"", "an entry of 'readings'")]
    [InlineData("\"Patient\":\"p\"", "a name that a frame does not have")]
    [InlineData("\"pat\\u0069ent\":\"p\"", "a name that a frame does not have")]
    [InlineData("\"x\":[[[[[[[[1]]]]]]]]", "a name that a frame does not have")]
    [InlineData("\"readings\":[]", "'readings' stands there twice")]
    public void TryRead_AMemberThatIsNotAsItShouldBe_RefusesTheFrameAndNamesIt(string member, string detail)
    {
        var refusal = Refuse(Whole[..^1] + "," + member + "}");

        Assert.Equal(RejectReason.Malformed, refusal.Reason);
        Assert.Contains(detail, refusal.Detail, StringComparison.Ordinal);
        Assert.True(refusal.Position >= Whole.Length - 1, $"{refusal.Position}");
    }

    [Theory]
    [InlineData("\"epoch\":2", "\"epoch\":0", "'epoch' is a whole number")]
    [InlineData("\"epoch\":2", "\"epoch\":-1", "'epoch' is a whole number")]
    [InlineData("\"sequence\":7", "\"sequence\":7.0", "'sequence' is a whole number")]
    [InlineData("\"sequence\":7", "\"sequence\":18446744073709551616", "'sequence' is a whole number")]
    [InlineData("\"sequence\":7", "\"sequence\":\"7\"", "'sequence' is a whole number")]
    [InlineData("bedside", "Bedside", "'source' is bedside")]
    [InlineData("bedside", "\\ud800", "'source' is bedside")]
    [InlineData("97", "97,\"validity\":\"\\udfff\"", "'validity' is")]
    [InlineData("97", "97,\"unit\":\"\\ud800x\"", "'unit' is a UCUM code")]
    [InlineData("\"spo2\"", "\"\\ud800\"", "'vital' is")]
    [InlineData("1714550400000", "\"\\ud800\"", "'time' is")]
    [InlineData("1714550400000", "1e12", "'time' is")]
    [InlineData("1714550400000", "9223372036854775807", "'time' is")]
    [InlineData("1714550400000", "\"2024-05-01T08:00:00\"", "'time' is")]
    [InlineData("1714550400000", "\"2024-02-30T08:00:00Z\"", "'time' is")]
    [InlineData("1714550400000", "true", "'time' is")]
    [InlineData("97", "\"97\"", "'value' is a number")]
    [InlineData("97", "[97]", "'value' is a number")]
    [InlineData("97", "NaN", "not JSON")]
    [InlineData("97", "097", "not JSON")]
    [InlineData("97", "97,\"value\":98", "'value' stands there twice")]
    [InlineData("97", "97,\"sequence\":98", "a name that a frame does not have")]
    [InlineData("97", "97,\"unit\":5", "'unit' is a UCUM code")]
    [InlineData("97", "97,\"validity\":\"good\"", "'validity' is")]
    [InlineData("\"spo2\"", "\"\"", "'vital' is")]
    [InlineData("\"spo2\"", "{}", "'vital' is")]
    [InlineData("[{", "[7,{", "A reading is an object")]
    [InlineData("[{\"vital\":\"spo2\",\"value\":97}]", "{}", "'readings' is a list")]
    public void TryRead_AValueThatIsNotAsItShouldBe_RefusesTheFrameAndNamesIt(string good, string bad, string detail)
    {
        var refusal = Refuse(Whole.Replace(good, bad, StringComparison.Ordinal));

        Assert.Equal(RejectReason.Malformed, refusal.Reason);
        Assert.Contains(detail, refusal.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("device")]
    [InlineData("source")]
    [InlineData("sequence")]
    [InlineData("time")]
    [InlineData("readings")]
    public void TryRead_AFieldThatIsMissing_IsNamed(string field)
    {
        using var frame = System.Text.Json.JsonDocument.Parse(Whole);
        var rest = frame.RootElement.EnumerateObject().Where(member => member.Name != field).Select(member => member.ToString());

        var refusal = Refuse($"{{{string.Join(',', rest)}}}");

        Assert.Equal((RejectReason.MissingField, $"A frame needs '{field}'."), (refusal.Reason, refusal.Detail));
    }

    [Theory]
    [InlineData("[]", "A frame needs 'readings'.")]
    [InlineData("[{}]", "A reading needs 'vital'.")]
    [InlineData("[{\"vital\":null,\"value\":3}]", "A reading needs 'vital'.")]
    public void TryRead_ReadingsThatSayNothing_AreMissing(string readings, string detail)
    {
        var refusal = Refuse($"{Head}\"readings\":{readings}}}");

        Assert.Equal((RejectReason.MissingField, detail), (refusal.Reason, refusal.Detail));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void TryRead_ManyReadings_AreTakenUpToTheLimit(int count, bool isTaken)
    {
        var readings = string.Join(',', Enumerable.Repeat("{\"vital\":\"spo2\",\"value\":97}", count));

        Assert.Equal(isTaken, FrameJson.TryRead(Encoding.UTF8.GetBytes($"{Head}\"readings\":[{readings}]}}"), out _, out _));
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void TryRead_ALongId_IsTakenUpToTheLimit(int length, bool isTaken)
    {
        var device = string.Concat(Enumerable.Repeat("\\u00e9", length));

        Assert.Equal(isTaken, FrameJson.TryRead(Encoding.UTF8.GetBytes(Whole.Replace("d1", device, StringComparison.Ordinal)), out _, out _));
    }

    [Fact]
    public void TryRead_BytesThatAreNotUtf8_AreRefusedAtTheFirst()
    {
        byte[] json = [.. "{\"device\":\"é"u8, 0xC3, .. "\"}"u8];

        Assert.False(FrameJson.TryRead(json, out _, out var refusal));
        Assert.Equal(13, refusal.Position);
    }

    [Fact]
    public void TryRead_ManyOpenBrackets_AreRefusedWithoutFollowingThem()
    {
        var refusal = Refuse(Head + "\"readings\":" + new string('[', 100_000));

        Assert.Equal(RejectReason.Malformed, refusal.Reason);
        Assert.True(refusal.Position < 200);
    }

    private static FrameElement Read(string json)
    {
        Assert.True(FrameJson.TryRead(Encoding.UTF8.GetBytes(json), out var frame, out var refusal), refusal.Detail);
        return frame;
    }

    private static FrameRefusal Refuse(string json)
    {
        Assert.False(FrameJson.TryRead(Encoding.UTF8.GetBytes(json), out _, out var refusal));
        Assert.Matches("[.]$", refusal.Detail);
        return refusal;
    }
}
