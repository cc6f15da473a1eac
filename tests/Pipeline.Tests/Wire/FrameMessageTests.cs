// Frames of protobuf in their cold form: what comes in is what goes into the log, and what is no frame says why.
using Google.Protobuf;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Wire;
using Xunit;
using Proto = MedAI.Schemas.V1;

namespace MedAI.Streaming.Pipeline.Tests.Wire;

public sealed class FrameMessageTests
{
    [Fact]
    public void TryRead_RandomFrames_GivesTheSameElement()
    {
        var taken = 0;
        for (var seed = 0; seed < 3000; seed++)
        {
            var message = new RandomMessages(seed).Frame();
            foreach (var reading in message.Readings.Where(r => r.Value == 0))
            {
                // Google.Protobuf leaves out a negative zero, so it does not come back.
                reading.Value = 0;
            }

            var isTaken = FrameMessage.TryRead(message.ToByteArray(), out var frame, out var reason, out _);

            if (!Identifier.IsValid(message.Patient) || !Identifier.IsValid(message.Device))
            {
                Assert.Equal(RejectReason.Malformed, reason);
            }
            else if (message.Readings.Count == 0)
            {
                Assert.Equal(RejectReason.MissingField, reason);
            }
            else
            {
                Assert.True(isTaken, $"seed {seed}");
                Assert.Equal(Record.Of(RandomMessages.Element(message, 0)).Payload, Record.Of(frame!).Payload);
                taken++;
            }
        }

        Assert.InRange(taken, 1000, 2999);
    }

    // Whatever bytes come: no exception, and what is taken here the flow's decoder takes, too.
    [Fact]
    public void TryRead_MutatedFrames_TakesOnlyWhatTheDecoderTakes()
    {
        var (taken, refused) = (0, 0);
        for (var seed = 0; seed < 20_000; seed++)
        {
            var bytes = new RandomMessages(seed).Frame().ToByteArray();
            var random = new Random(seed);
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (!FrameMessage.TryRead(bytes, out var frame, out var reason, out var detail))
            {
                Assert.True(reason is RejectReason.Malformed or RejectReason.MissingField, $"seed {seed}");
                Assert.NotEmpty(detail);
                refused++;
                continue;
            }

            var hot = default(Frame);
            var payload = Record.Of(frame with { Patient = frame.Patient.Length == 0 ? "p" : frame.Patient }).Payload;
            Assert.Equal(RejectReason.None, FrameDecoder.Decode(payload, true, ref hot, out _, out _, []));
            Assert.Equal((frame.EventTime, frame.Source, frame.Epoch), (hot.EventTime, hot.Source, hot.Epoch));
            taken++;
        }

        Assert.InRange(taken, 1000, 19_000);
        Assert.InRange(refused, 1000, 19_000);
    }

    [Fact]
    public void TryRead_WithoutAPatient_IsTaken()
    {
        var message = Whole();
        message.Patient = "";

        Assert.True(FrameMessage.TryRead(message.ToByteArray(), out var frame, out _, out _));
        Assert.Equal("", frame.Patient);
    }

    public static TheoryData<string, Action<Proto.Frame>, RejectReason> Faults => new()
    {
        { "'device'", f => f.Device = "", RejectReason.MissingField },
        { "'source'", f => f.Source = Proto.SourceClass.Unspecified, RejectReason.MissingField },
        { "'epoch'", f => f.Epoch = 0, RejectReason.MissingField },
        { "'sequence'", f => f.Sequence = 0, RejectReason.MissingField },
        { "'event_time_ms'", f => f.EventTimeMs = 0, RejectReason.MissingField },
        { "'readings'", f => f.Readings.Clear(), RejectReason.MissingField },
        { "'patient' and 'device'", f => f.Device = new string('d', 129), RejectReason.Malformed },
        { "'patient' and 'device'", f => f.Patient = "p\n", RejectReason.Malformed },
        { "'source' is", f => f.Source = (Proto.SourceClass)4, RejectReason.Malformed },
        { "'event_time_ms' is", f => f.EventTimeMs = long.MaxValue, RejectReason.Malformed },
        { "at most 64 readings", f => f.Readings.Add(Enumerable.Repeat(new Proto.Reading(), 64)), RejectReason.Malformed },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void TryRead_AFrameWithAFault_NamesIt(string part, Action<Proto.Frame> fault, RejectReason expected)
    {
        var message = Whole();
        fault(message);

        Assert.False(FrameMessage.TryRead(message.ToByteArray(), out _, out var reason, out var detail));
        Assert.Equal(expected, reason);
        Assert.Contains(part, detail, StringComparison.Ordinal);
    }

    private static Proto.Frame Whole() => new()
    {
        Patient = "p1",
        Device = "d1",
        Source = Proto.SourceClass.Bedside,
        Epoch = 1,
        Sequence = 2,
        EventTimeMs = 3,
        Readings = { new Proto.Reading { Vital = Proto.VitalSign.Spo2, Value = 97 } },
    };
}
