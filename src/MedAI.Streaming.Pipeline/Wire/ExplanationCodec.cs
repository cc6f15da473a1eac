// Writes and reads explanations as protobuf messages (schemas/alerts.proto), inside of a transition and alone, as stores keep them.
using System.Buffers;
using System.Text;
using MedAI.Streaming.Pipeline.Explaining;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>The message <c>Explanation</c>.</summary>
public static class ExplanationCodec
{
    /// <summary>The message of an explanation.</summary>
    public static ReadOnlySpan<byte> Bytes(Explanation explanation)
    {
        var into = new ArrayBufferWriter<byte>(256);
        var inner = new ArrayBufferWriter<byte>(64);
        var w = new ProtoWriter(into);
        Write(w, 1, explanation.Contributions, inner);
        foreach (var step in explanation.Attention)
        {
            inner.ResetWrittenCount();
            var i = new ProtoWriter(inner);
            i.Fixed64(1, BitConverter.DoubleToUInt64Bits(step.HoursAgo));
            i.Fixed64(2, BitConverter.DoubleToUInt64Bits(step.Share));
            w.Bytes(2, inner.WrittenSpan);
        }

        Number(w, 3, explanation.RiskBefore);
        Number(w, 4, explanation.HoursBefore);
        Number(w, 5, explanation.RiskChange);
        Write(w, 6, explanation.Background, inner);
        return into.WrittenSpan;
    }

    /// <summary>Reads the message; null where it is not well-formed. Unknown fields are skipped.</summary>
    public static Explanation? Read(ReadOnlySpan<byte> message)
    {
        var contributions = new List<InputContribution>();
        var background = new List<InputContribution>();
        var attention = new List<AttendedStep>();
        double before = double.NaN, hours = double.NaN, change = double.NaN;
        var whole = true;
        var reader = new ProtoReader(message);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: whole &= Contribution(reader.ReadBytes(), contributions); break;
                case 2: whole &= Attended(reader.ReadBytes(), attention); break;
                case 3: before = Number(reader.ReadFixed64()); break;
                case 4: hours = Number(reader.ReadFixed64()); break;
                case 5: change = Number(reader.ReadFixed64()); break;
                case 6: whole &= Contribution(reader.ReadBytes(), background); break;
                default: reader.Skip(); break;
            }
        }

        return reader.Failed || !whole ? null : new(contributions, background, attention, before, hours, change);
    }

    private static void Write(ProtoWriter w, int field, IReadOnlyList<InputContribution> contributions, ArrayBufferWriter<byte> inner)
    {
        foreach (var contribution in contributions)
        {
            inner.ResetWrittenCount();
            Write(new ProtoWriter(inner), contribution);
            w.Bytes(field, inner.WrittenSpan);
        }
    }

    private static void Write(ProtoWriter w, InputContribution contribution)
    {
        w.String(1, contribution.Input);
        w.Fixed64(2, BitConverter.DoubleToUInt64Bits(contribution.Logit));
        Number(w, 3, contribution.Value);
        Number(w, 4, contribution.Change);
        w.String(5, contribution.Unit);
        w.Varint(6, (ulong)contribution.Direction);
    }

    private static bool Contribution(ReadOnlySpan<byte> message, List<InputContribution> into)
    {
        string input = "", unit = "";
        double logit = 0, value = double.NaN, change = double.NaN;
        var direction = 0ul;
        var reader = new ProtoReader(message);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: input = Encoding.UTF8.GetString(reader.ReadBytes()); break;
                case 2: logit = Number(reader.ReadFixed64()); break;
                case 3: value = Number(reader.ReadFixed64()); break;
                case 4: change = Number(reader.ReadFixed64()); break;
                case 5: unit = Encoding.UTF8.GetString(reader.ReadBytes()); break;
                case 6: direction = reader.ReadVarint(); break;
                default: reader.Skip(); break;
            }
        }

        into.Add(new(input, logit, value, change, unit, direction <= (ulong)ValueDirection.Low ? (ValueDirection)direction : default));
        return !reader.Failed;
    }

    private static bool Attended(ReadOnlySpan<byte> message, List<AttendedStep> into)
    {
        double hours = 0, share = 0;
        var reader = new ProtoReader(message);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: hours = Number(reader.ReadFixed64()); break;
                case 2: share = Number(reader.ReadFixed64()); break;
                default: reader.Skip(); break;
            }
        }

        into.Add(new(hours, share));
        return !reader.Failed;
    }

    private static void Number(ProtoWriter w, int field, double value)
    {
        if (!double.IsNaN(value))
        {
            w.Fixed64Always(field, BitConverter.DoubleToUInt64Bits(value));
        }
    }

    private static double Number(ulong bits) => BitConverter.UInt64BitsToDouble(bits);
}
