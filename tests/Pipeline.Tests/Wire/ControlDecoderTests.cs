// Control records: written and decoded they are the same, whoever wrote them.
using Google.Protobuf;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Wire;
using Xunit;
using Proto = MedAI.Schemas.V1;

namespace MedAI.Streaming.Pipeline.Tests.Wire;

public sealed class ControlDecoderTests
{
    private const int Partition = 3;

    [Fact]
    public void Decode_WhatWasWritten_IsTheSameElement()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            foreach (var element in Elements(seed))
            {
                var record = Record.Of(element);

                Same(element, ControlDecoder.Decode(record.Kind, record.ArrivalTime, Partition, record.Payload));
            }
        }
    }

    [Fact]
    public void Decode_FieldsInAnyOrderRepeatedOrUnknown_IsTheSameElement()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            foreach (var element in Elements(seed).Where(e => e is not ClockElement))
            {
                var record = Record.Of(element);
                var bytes = Scrambled.Write(Parse(record), new Random(seed));

                Same(element, Plain(ControlDecoder.Decode(record.Kind, record.ArrivalTime, Partition, bytes)));
            }
        }
    }

    public static TheoryData<string, RecordKind, IMessage> Unusable => new()
    {
        { "facts of nobody", RecordKind.PatientFacts, new Proto.PatientFacts { Ward = "w" } },
        { "an acknowledgement of nobody", RecordKind.Acknowledgement, new Proto.Acknowledgement { Rule = "r", By = "b" } },
        { "an acknowledgement of nothing", RecordKind.Acknowledgement, new Proto.Acknowledgement { Patient = "p", By = "b" } },
        { "an ordinal of no episode", RecordKind.Acknowledgement, new Proto.Acknowledgement { Patient = "p", Rule = "r", Ordinal = 1 } },
        { "an association of nobody", RecordKind.DeviceAssociation, new Proto.DeviceAssociation { Device = "d", FromMs = 1 } },
        { "an association with nothing", RecordKind.DeviceAssociation, new Proto.DeviceAssociation { Patient = "p", FromMs = 1 } },
        { "an association from no time", RecordKind.DeviceAssociation, new Proto.DeviceAssociation { Patient = "p", Device = "d" } },
        {
            "an association that ends before it begins", RecordKind.DeviceAssociation,
            new Proto.DeviceAssociation { Patient = "p", Device = "d", FromMs = 2, UntilMs = 1 }
        },
        {
            "an association at a time that cannot be", RecordKind.DeviceAssociation,
            new Proto.DeviceAssociation { Patient = "p", Device = "d", FromMs = long.MaxValue }
        },
        { "limits of nobody", RecordKind.PatientLimits, new Proto.PatientLimits { By = "b" } },
        {
            "a delay that cannot be counted", RecordKind.PatientLimits,
            new Proto.PatientLimits { Patient = "p", Limits = { new Proto.PatientLimit { Rule = "r", DelaySeconds = 1u << 31 } } }
        },
        { "a discharge of nobody", RecordKind.Discharge, new Proto.Discharge { AtMs = 1 } },
        { "a discharge at no time", RecordKind.Discharge, new Proto.Discharge { Patient = "p" } },
        { "refused for no reason", RecordKind.Refused, new Proto.Refused { Readings = 1 } },
        { "refused for an unknown reason", RecordKind.Refused, new Proto.Refused { Readings = 1, Reason = RejectReasons.Count } },
        { "more readings than can be counted", RecordKind.Refused, new Proto.Refused { Readings = 1u << 31, Reason = 1 } },
        { "an unknown kind", (RecordKind)200, new Proto.Refused { Readings = 1, Reason = 1 } },
        { "a frame", RecordKind.Frame, new Proto.Frame { Patient = "p" } },
    };

    [Theory]
    [MemberData(nameof(Unusable), DisableDiscoveryEnumeration = true)]
    public void Decode_ARecordThatCannotBeUsed_IsNull(string what, RecordKind kind, IMessage message) =>
        Assert.True(ControlDecoder.Decode(kind, 1, Partition, message.ToByteArray()) is null, what);

    private static IEnumerable<LogElement> Elements(int seed)
    {
        foreach (var element in new RandomMessages(seed).Controls(seed, Partition))
        {
            yield return element;
        }

        yield return new ClockElement(seed);
    }

    // Lists are equal by what is in them.
    private static void Same(LogElement element, LogElement? decoded)
    {
        if (element is not PatientLimitsElement limits)
        {
            Assert.Equal(element, decoded);
            return;
        }

        var other = Assert.IsType<PatientLimitsElement>(decoded);
        Assert.Equal((limits.ArrivalTime, limits.Patient, limits.By), (other.ArrivalTime, other.Patient, other.By));
        Assert.Equal(limits.Limits.Select(l => (l.Rule, l.Enabled, l.DelaySeconds)), other.Limits.Select(l => (l.Rule, l.Enabled, l.DelaySeconds)));
        Assert.Equal(limits.Limits.Select(l => l.Levels), other.Limits.Select(l => l.Levels));
    }

    private static IMessage Parse(Record record) => record.Kind switch
    {
        RecordKind.PatientFacts => Proto.PatientFacts.Parser.ParseFrom(record.Payload),
        RecordKind.Acknowledgement => Proto.Acknowledgement.Parser.ParseFrom(record.Payload),
        RecordKind.ModelAvailability => Proto.ModelAvailability.Parser.ParseFrom(record.Payload),
        RecordKind.DeviceAssociation => Proto.DeviceAssociation.Parser.ParseFrom(record.Payload),
        RecordKind.PatientLimits => Proto.PatientLimits.Parser.ParseFrom(record.Payload),
        RecordKind.Discharge => Proto.Discharge.Parser.ParseFrom(record.Payload),
        RecordKind.ModelElected => Proto.ModelElected.Parser.ParseFrom(record.Payload),
        _ => Proto.Refused.Parser.ParseFrom(record.Payload),
    };

    // A written empty text means the same as none.
    private static LogElement? Plain(LogElement? element) => element is PatientFactsElement facts
        ? facts with { Ward = Null(facts.Ward), Bed = Null(facts.Bed), SpO2Scale2OrderedBy = Null(facts.SpO2Scale2OrderedBy) }
        : element;

    private static string? Null(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
