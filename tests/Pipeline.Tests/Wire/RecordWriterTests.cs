// What is written here, Google.Protobuf reads as the same message.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Wire;
using Xunit;
using Proto = MedAI.Schemas.V1;

namespace MedAI.Streaming.Pipeline.Tests.Wire;

public sealed class RecordWriterTests
{
    [Fact]
    public void Write_RandomFrames_ParseAsTheSameMessage()
    {
        for (var seed = 0; seed < 5000; seed++)
        {
            var message = new RandomMessages(seed).Frame();

            var record = Record.Of(RandomMessages.Element(message, seed));

            Assert.Equal((RecordKind.Frame, (long)seed), (record.Kind, record.ArrivalTime));
            Assert.True(message.Equals(Proto.Frame.Parser.ParseFrom(record.Payload)), $"seed {seed}");
        }
    }

    [Fact]
    public void Write_AFrame_GivesTheBytesThatProtobufGives()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var message = new RandomMessages(seed).Frame();
            foreach (var reading in message.Readings.Where(r => r.Value == 0))
            {
                // Google.Protobuf leaves out a negative zero; here it is written, so that it comes back as it was.
                reading.Value = 0;
            }

            Assert.Equal(Google.Protobuf.MessageExtensions.ToByteArray(message), Record.Of(RandomMessages.Element(message, 0)).Payload);
        }
    }

    [Fact]
    public void Write_RandomFacts_ParseAsTheSameMessage()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var facts = new RandomMessages(seed).Facts(seed);

            var parsed = Proto.PatientFacts.Parser.ParseFrom(Record.Of(facts).Payload);

            Assert.Equal(facts, new PatientFactsElement(
                seed, parsed.Patient, parsed.HasAgeYears ? parsed.AgeYears : null, parsed.HasMale ? parsed.Male : null,
                parsed.HasAdmissionTimeMs ? parsed.AdmissionTimeMs : null, Null(parsed.Ward), Null(parsed.Bed),
                Null(parsed.Spo2Scale2OrderedBy), parsed.Pregnant));
        }
    }

    [Fact]
    public void Write_RandomControlRecords_ParseAsTheSameMessages()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new RandomMessages(seed);
            var acknowledgement = random.Acknowledgement(seed);
            var a = Proto.Acknowledgement.Parser.ParseFrom(Record.Of(acknowledgement).Payload);
            Assert.Equal(acknowledgement, new AcknowledgementElement(
                seed, a.Patient, a.Rule, a.By, a.HasOpenedEventTimeMs ? a.OpenedEventTimeMs : null, a.HasOrdinal ? (int)a.Ordinal : null));

            var association = random.Association(seed);
            var d = Proto.DeviceAssociation.Parser.ParseFrom(Record.Of(association).Payload);
            Assert.Equal(association, new DeviceAssociationElement(
                seed, d.Patient, d.Device, d.FromMs, d.HasUntilMs ? d.UntilMs : null, d.By));

            var discharge = random.Discharge(seed);
            var left = Proto.Discharge.Parser.ParseFrom(Record.Of(discharge).Payload);
            Assert.Equal(discharge, new DischargeElement(seed, left.Patient, left.AtMs, left.By));

            var model = random.Model(seed, 3);
            var m = Proto.ModelAvailability.Parser.ParseFrom(Record.Of(model).Payload);
            Assert.Equal(model, new ModelAvailabilityElement(seed, 3, m.Available, m.Detail));

            var elected = random.Elected(seed, 3);
            var e = Proto.ModelElected.Parser.ParseFrom(Record.Of(elected).Payload);
            Assert.Equal(elected, new ModelElectedElement(seed, 3, new(e.Model, e.Sha256, e.AlertThreshold, e.ClearThreshold, e.Pages, e.By)));

            var refused = random.Refused(seed);
            var r = Proto.Refused.Parser.ParseFrom(Record.Of(refused).Payload);
            Assert.Equal(refused, new RefusedElement(seed, (int)r.Readings, (RejectReason)r.Reason, r.Where, r.Text));
        }
    }

    [Fact]
    public void Write_RandomLimits_ParseAsTheSameMessage()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var limits = new RandomMessages(seed).Limits(seed);

            var parsed = Proto.PatientLimits.Parser.ParseFrom(Record.Of(limits).Payload);

            Assert.Equal((limits.Patient, limits.By), (parsed.Patient, parsed.By));
            Assert.Equal(
                limits.Limits.Select(l => (l.Rule, l.Enabled, l.DelaySeconds)),
                parsed.Limits.Select(l => (l.Rule, !l.Disabled, l.HasDelaySeconds ? (int?)l.DelaySeconds : null)));
            Assert.Equal(
                limits.Limits.SelectMany(l => l.Levels),
                parsed.Limits.SelectMany(l => l.Levels.Select(v => new AlertLevel(v.Threshold, (AlertPriority)v.Priority))));
        }
    }

    [Fact]
    public void Write_AClock_HasNoPayload()
    {
        var record = Record.Of(new ClockElement(-5));

        Assert.Equal((RecordKind.Clock, -5L, 0), (record.Kind, record.ArrivalTime, record.Payload.Length));
    }

    [Fact]
    public void Write_AFrameAtTheFirstInstantOf1970_KeepsItsTime()
    {
        var decoded = DecodedFrame.Of(Record.Of(AFrame with { EventTime = 0 }).Payload);

        Assert.Equal((RejectReason.None, 0L), (decoded.Reason, decoded.Frame.EventTime));
    }

    public static TheoryData<string, FrameElement> Broken => new()
    {
        { "no patient", AFrame with { Patient = "" } },
        { "no device", AFrame with { Device = "" } },
        { "no epoch", AFrame with { Epoch = 0 } },
        { "no sequence", AFrame with { Sequence = 0 } },
        { "65 readings", AFrame with { Readings = new RecordedReading[65] } },
    };

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public void Write_AFrameThatBreaksItsContract_Throws(string what, FrameElement frame)
    {
        var thrown = Assert.Throws<ArgumentException>(() => Record.Of(frame));

        Assert.True(thrown.ParamName == "frame", what);
    }

    private static FrameElement AFrame => new(1, "p", "d", SourceClass.Bedside, 1, 1, 1, [new(VitalSign.SpO2, 97)]);

    private static string? Null(string text) => text.Length == 0 ? null : text;
}
