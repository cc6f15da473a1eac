// A frame in JSON becomes the same payload that the log has of it, and nothing at all where it cannot.
using System.Buffers;
using System.Text;
using MedAI.Streaming.Adapters.Json;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Wire;
using Xunit;

namespace Adapters.Tests.Json;

public sealed class FrameJsonRecordTests
{
    private const string Json =
        """
        {"patient":"p1","device":"d1","source":"charted","sequence":7,"time":"1969-12-31T23:59:59Z",
         "readings":[{"vital":"spo2","value":97},{"vital":"mood","value":1},{"vital":"heart_rate"}]}
        """;

    [Fact]
    public void TryToRecord_AFrame_DecodesToWhatItSaid()
    {
        var payload = new ArrayBufferWriter<byte>();
        var converter = new FrameJsonRecord();

        Assert.True(converter.TryToRecord(Encoding.UTF8.GetBytes(Json), new ArrayBufferWriter<byte>(), out _, out _));
        Assert.True(converter.TryToRecord(Encoding.UTF8.GetBytes(Json), payload, out var reason, out var detail));

        Assert.Equal((RejectReason.None, ""), (reason, detail));
        var frame = default(Frame);
        var rejected = new List<RejectedReading>();
        Assert.Equal(RejectReason.None, FrameDecoder.Decode(payload.WrittenSpan, false, ref frame, out var patient, out var device, rejected));
        Assert.Equal(("p1", "d1"), (Encoding.UTF8.GetString(patient), Encoding.UTF8.GetString(device)));
        Assert.Equal(
            (SourceClass.Charted, 1ul, 7ul, -1000L, 97.0),
            (frame.Source, frame.Epoch, frame.Sequence, frame.EventTime, frame.Values[(int)VitalSign.SpO2]));
        Assert.Equal([RejectReason.UnknownVitalSign, RejectReason.NotANumber], rejected.Select(one => one.Reason));
        Assert.Equal("mood", rejected[0].Name);
    }

    [Theory]
    [InlineData("\"patient\":\"p1\",", "", RejectReason.MissingField, "needs 'patient'")]
    [InlineData("\"device\":\"d1\",", "", RejectReason.MissingField, "needs 'device'")]
    [InlineData("{\"patient\"", "{\"\"", RejectReason.Malformed, "byte 1: ")]
    [InlineData("{\"patient\"", "{", RejectReason.Malformed, "byte 1: ")]
    public void TryToRecord_WhatCannotBeTurned_WritesNothingAndSaysWhy(string good, string bad, RejectReason expected, string part)
    {
        var payload = new ArrayBufferWriter<byte>();

        Assert.False(new FrameJsonRecord().TryToRecord(
            Encoding.UTF8.GetBytes(Json.Replace(good, bad, StringComparison.Ordinal)), payload, out var reason, out var detail));

        Assert.Equal((expected, 0), (reason, payload.WrittenCount));
        Assert.Contains(part, detail, StringComparison.Ordinal);
    }
}
