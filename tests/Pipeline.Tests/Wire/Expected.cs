// What a frame must decode to, worked out plainly from the message that Google.Protobuf read.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Wire;
using Xunit;
using Proto = MedAI.Schemas.V1;

namespace MedAI.Streaming.Pipeline.Tests.Wire;

/// <summary>The law of decoding a second time, written for clarity: one reading after the other, no spans.</summary>
internal static class Expected
{
    /// <summary>Holds a decoded frame against the message.</summary>
    public static void Equal(
        Proto.Frame message, bool demo, in Frame frame, string patient, string device, IReadOnlyList<RejectedReading> rejected)
    {
        Assert.Equal(message.Patient, patient);
        Assert.Equal(message.Device, device);
        Assert.Equal((int)message.Source - 1, (int)frame.Source);
        Assert.Equal(message.Epoch, frame.Epoch);
        Assert.Equal(message.Sequence, frame.Sequence);
        Assert.Equal(message.EventTimeMs, frame.EventTime);
        Assert.Equal(message.Readings.Count, frame.Readings);
        Assert.Equal(FrameFlags.None, frame.Flags);
        var values = new Dictionary<VitalSign, double>();
        var questionable = new HashSet<VitalSign>();
        var bad = new HashSet<VitalSign>();
        var refused = new List<RejectedReading>();
        foreach (var reading in message.Readings)
        {
            Take(reading, demo, values, questionable, bad, refused);
        }

        Assert.Equal(Mask(values.Keys), frame.Present);
        Assert.Equal(Mask(questionable), frame.Questionable);
        Assert.Equal(Mask(bad), frame.Bad);
        foreach (var (vital, value) in values)
        {
            Assert.Equal(value, frame.Values[(int)vital]);
        }

        Assert.Equal(refused, rejected);
    }

    private static void Take(
        Proto.Reading reading, bool demo, Dictionary<VitalSign, double> values, HashSet<VitalSign> questionable, HashSet<VitalSign> bad,
        List<RejectedReading> refused)
    {
        var number = (int)reading.Vital - 1;
        var unit = Enum.IsDefined((Unit)Math.Clamp((int)reading.Unit, 0, 255)) && (int)reading.Unit is >= 0 and <= 255
            ? (Unit)(int)reading.Unit
            : Unit.Unknown;
        if (number is < 0 or >= VitalSignCatalogue.Count)
        {
            refused.Add(new(255, RejectReason.UnknownVitalSign, reading.Value, unit, reading.Name.Length == 0 ? "?" : reading.Name));
            return;
        }

        var vital = (VitalSign)number;
        var canonical = double.NaN;
        var reason = values.ContainsKey(vital) || bad.Contains(vital) ? RejectReason.RepeatedInFrame
            : reading.MarkedAsError ? RejectReason.MarkedAsError
            : reading.Validity == Proto.Validity.Invalid ? RejectReason.None
            : reading.Validity == Proto.Validity.Demo && !demo ? RejectReason.DemoData
            : UnitConversion.ToCanonical(vital, unit, reading.Value, out canonical);
        if (reason != RejectReason.None)
        {
            refused.Add(new((byte)number, reason, reading.Value, unit, null));
            if (reason is RejectReason.OutOfRange or RejectReason.NotANumber)
            {
                bad.Add(vital);
            }
        }
        else if (reading.Validity == Proto.Validity.Invalid)
        {
            bad.Add(vital);
        }
        else
        {
            values.Add(vital, canonical);
            if (reading.Validity is not (Proto.Validity.Valid or Proto.Validity.Demo))
            {
                questionable.Add(vital);
            }
        }
    }

    private static ulong Mask(IEnumerable<VitalSign> vitals) => vitals.Aggregate(0ul, (mask, vital) => mask | (1ul << (int)vital));
}
