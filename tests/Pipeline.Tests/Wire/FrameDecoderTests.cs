// What Google.Protobuf (or any other writer of the schema) writes, is decoded here as the message it is.
using Google.Protobuf;
using MedAI.Streaming.Domain.Vitals;
using Xunit;
using Proto = MedAI.Schemas.V1;

namespace MedAI.Streaming.Pipeline.Tests.Wire;

public sealed class FrameDecoderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decode_FramesThatProtobufWrote_IsThatMessage(bool demo)
    {
        for (var seed = 0; seed < 5000; seed++)
        {
            var message = new RandomMessages(seed).Frame();

            AssertDecodes(message, message.ToByteArray(), demo);
        }
    }

    [Fact]
    public void Decode_FieldsInAnyOrderRepeatedOrUnknown_IsThatMessage()
    {
        for (var seed = 0; seed < 5000; seed++)
        {
            var random = new RandomMessages(seed);
            var message = random.Frame();
            var bytes = Scrambled.Write(message, random.Random);

            AssertDecodes(Proto.Frame.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes), bytes, demo: false);
            Assert.Equal(message.EventTimeMs, DecodedFrame.Of(bytes).Frame.EventTime);
        }
    }

    [Fact]
    public void Decode_EnumNumbersOfALaterVersion_AreUnknownAndNothingElseIsLost()
    {
        var message = AFrame();
        message.Readings.Add(new Proto.Reading { Vital = (Proto.VitalSign)200, Value = 1 });
        message.Readings.Add(new Proto.Reading { Vital = (Proto.VitalSign)(-1), Value = 2, Name = "x" });
        message.Readings.Add(new Proto.Reading { Vital = Proto.VitalSign.HeartRate, Value = 70, Unit = (Proto.Unit)99 });
        message.Readings.Add(new Proto.Reading { Vital = Proto.VitalSign.PulseRate, Value = 70, Validity = (Proto.Validity)9 });

        AssertDecodes(message, message.ToByteArray(), demo: false);
    }

    public static TheoryData<string, Proto.Frame, RejectReason> Unusable
    {
        get
        {
            var data = new TheoryData<string, Proto.Frame, RejectReason>();
            void Add(string what, RejectReason reason, Action<Proto.Frame> change)
            {
                var message = AFrame();
                change(message);
                data.Add(what, message, reason);
            }

            Add("no patient", RejectReason.MissingField, m => m.Patient = "");
            Add("no device", RejectReason.MissingField, m => m.Device = "");
            Add("no source", RejectReason.MissingField, m => m.Source = Proto.SourceClass.Unspecified);
            Add("no epoch", RejectReason.MissingField, m => m.Epoch = 0);
            Add("no sequence", RejectReason.MissingField, m => m.Sequence = 0);
            Add("no time", RejectReason.MissingField, m => m.EventTimeMs = 0);
            Add("a source of a later version", RejectReason.Malformed, m => m.Source = (Proto.SourceClass)4);
            Add("a patient id of 513 bytes", RejectReason.Malformed, m => m.Patient = new string('p', 513));
            Add("a device id of 513 bytes", RejectReason.Malformed, m => m.Device = new string('d', 513));
            Add("65 readings", RejectReason.Malformed, m => m.Readings.Add(Enumerable.Repeat(m.Readings[0], 64)));
            Add("a time after year 9999", RejectReason.Malformed, m => m.EventTimeMs = 253_402_300_800_000);
            Add("a time before year 1", RejectReason.Malformed, m => m.EventTimeMs = -62_135_596_800_001);
            Add("the earliest time there is", RejectReason.Malformed, m => m.EventTimeMs = long.MinValue);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Unusable), DisableDiscoveryEnumeration = true)]
    public void Decode_AFrameThatCannotBeUsed_SaysWhyAndLeavesNothingBehind(string what, Proto.Frame message, RejectReason reason)
    {
        message.Readings.Insert(0, new Proto.Reading { Vital = Proto.VitalSign.Unspecified, Name = "rejected before the end is seen" });

        var decoded = DecodedFrame.Of(message.ToByteArray());

        Assert.True(reason == decoded.Reason, $"{what}: {decoded.Reason}");
        Assert.Empty(decoded.Rejected);
    }

    [Fact]
    public void Decode_64Readings_AreTaken()
    {
        var message = AFrame();
        message.Readings.Add(Enumerable.Repeat(message.Readings[0], 63));

        var decoded = DecodedFrame.Of(message.ToByteArray());

        Assert.Equal((RejectReason.None, 64, 63), (decoded.Reason, decoded.Frame.Readings, decoded.Rejected.Count));
    }

    [Fact]
    public void Decode_AnIdThatIsNotUtf8_IsMalformed()
    {
        var bytes = AFrame().ToByteArray();
        var patient = Array.IndexOf(bytes, (byte)'p');
        bytes[patient] = 0xFF;

        Assert.Equal(RejectReason.Malformed, DecodedFrame.Of(bytes).Reason);
    }

    private static Proto.Frame AFrame() => new()
    {
        Patient = "p",
        Device = "d",
        Source = Proto.SourceClass.Bedside,
        Epoch = 1,
        Sequence = 1,
        EventTimeMs = 1,
        Readings = { new Proto.Reading { Vital = Proto.VitalSign.Spo2, Value = 97 } },
    };

    private static void AssertDecodes(Proto.Frame message, byte[] bytes, bool demo)
    {
        var decoded = DecodedFrame.Of(bytes, demo);

        Assert.Equal(RejectReason.None, decoded.Reason);
        Expected.Equal(message, demo, decoded.Frame, decoded.Patient, decoded.Device, decoded.Rejected);
    }
}
