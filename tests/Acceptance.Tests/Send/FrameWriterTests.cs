// Frames are written as the schemas say: what the schemas' own generated code and the JSON form's reader read is what was to be sent.
using System.Text;
using MedAI.Schemas.V1;
using MedAI.Streaming.Adapters.Json;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Send;
using Xunit;
using Domain = MedAI.Streaming.Domain.Vitals;

namespace Acceptance.Tests.Send;

public sealed class FrameWriterTests
{
    private static readonly string LongId = new('ä', 100);

    public static TheoryData<string, bool> Patients => new() { { "p1", true }, { "p1", false }, { LongId, true }, { LongId, false } };

    [Theory]
    [MemberData(nameof(Patients))]
    public void Write_Protobuf_IsABatchOfTheSchema(string patient, bool namesPatients)
    {
        var writer = new FrameWriter(FrameForm.Protobuf, namesPatients);

        var batch = FrameBatch.Parser.ParseFrom(writer.Write([new Delivery(Frame(patient, 1)), new Delivery(Frame(patient, 2))]).ToArray());

        Assert.Equal([1UL, 2UL], batch.Frames.Select(f => f.Sequence));
        var frame = batch.Frames[1];
        Assert.Equal(namesPatients ? patient : "", frame.Patient);
        Assert.Equal(("d1", MedAI.Schemas.V1.SourceClass.Wearable, 3UL, -5L), (frame.Device, frame.Source, frame.Epoch, frame.EventTimeMs));
        Assert.Equal(
            [(1, 72.5, 0, 0, ""), (5, 98.6, 4, 1, ""), (0, 1, 0, 0, "BIS_INDEX"), (3, double.NaN, 0, 2, "")],
            frame.Readings.Select(r => ((int)r.Vital, r.Value, (int)r.Unit, (int)r.Validity, r.Name)));
    }

    [Theory]
    [MemberData(nameof(Patients))]
    public void Write_Json_IsLinesThatTheReaderTakes(string patient, bool namesPatients)
    {
        var writer = new FrameWriter(FrameForm.Json, namesPatients);

        var lines = Encoding.UTF8.GetString(writer.Write([new Delivery(Frame(patient, 1)), new Delivery(Frame(patient, 2))]).Span).Split('\n');

        Assert.Equal(["", ""], [lines[2], .. lines.Skip(3), ""]);
        Assert.True(FrameJson.TryRead(Encoding.UTF8.GetBytes(lines[1]), out var read, out var refusal), refusal.Detail);
        var expected = Frame(namesPatients ? patient : "", 2);
        Assert.Equal(expected with { Readings = [] }, read with { Readings = [] });
        Assert.Equal(expected.Readings, read.Readings);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WriteOne_Truncated_CannotBeRead(bool json)
    {
        var whole = new FrameWriter(json ? FrameForm.Json : FrameForm.Protobuf, true).WriteOne(new Delivery(Frame("p1", 1))).ToArray();

        var cut = new FrameWriter(json ? FrameForm.Json : FrameForm.Protobuf, true).WriteOne(new Delivery(Frame("p1", 1), truncated: true)).ToArray();

        Assert.Equal(whole[..^1], cut);
        if (json)
            Assert.False(FrameJson.TryRead(cut, out _, out _));
        else
            Assert.Throws<Google.Protobuf.InvalidProtocolBufferException>(() => MedAI.Schemas.V1.Frame.Parser.ParseFrom(cut));
    }

    private static FrameElement Frame(string patient, ulong sequence) => new(
        0, patient, "d1", Domain.SourceClass.Wearable, 3, sequence, -5,
        [
            new(Domain.VitalSign.HeartRate, 72.5), new(Domain.VitalSign.Temperature, 98.6, Domain.Unit.Fahrenheit, Domain.Validity.Questionable),
            new(null, 1, Name: "BIS_INDEX"), new(Domain.VitalSign.SpO2, double.NaN, Validity: Domain.Validity.Invalid),
        ]);
}
