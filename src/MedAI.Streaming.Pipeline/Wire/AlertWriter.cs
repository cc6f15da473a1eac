// Writes what was decided as protobuf messages (schemas/alerts.proto).
using System.Buffers;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>A clinical score or a risk at an event time, as others are told it.</summary>
/// <param name="Patient">Patient id.</param>
/// <param name="Series">Name of the series, for example <c>score.news2</c>.</param>
/// <param name="EventTime">The event time that was scored, ms since 1970.</param>
/// <param name="Value">Points, or a risk from 0 to 1.</param>
/// <param name="Flags">What is special about it: <see cref="PointFlags.Partial"/> and <see cref="PointFlags.Provisional"/> are told.</param>
public readonly record struct ScoreRecord(string Patient, string Series, long EventTime, double Value, PointFlags Flags);

/// <summary>Writes messages behind what is in a buffer already.</summary>
public static class AlertWriter
{
    /// <summary>Writes a transition, with the page that is owed for it, if one is.</summary>
    /// <param name="transition">The transition.</param>
    /// <param name="pageDelayMs">How old the condition was, ms; null: no page is owed.</param>
    /// <param name="into">Receives the message.</param>
    public static void Write(TransitionRecord transition, long? pageDelayMs, ArrayBufferWriter<byte> into)
    {
        var w = new ProtoWriter(into);
        Id(w, transition.Patient, transition.Rule, transition.OpenedEventTime, transition.Ordinal);
        w.Varint(5, (ulong)transition.Kind + 1);
        w.Varint(6, (ulong)transition.Alert + 1);
        w.Varint(7, (ulong)transition.Priority);
        w.Varint(8, (ulong)transition.Reason + 1);
        w.Fixed64(9, (ulong)transition.EventTime);
        w.Fixed64(10, (ulong)transition.ArrivalTime);
        Number(w, 11, transition.Value);
        Number(w, 12, transition.Threshold);
        w.String(13, transition.Inputs);
        w.String(14, transition.Missing);
        w.String(15, transition.ModelVersion);
        w.String(16, transition.Text);
        Page(w, pageDelayMs);
        if (transition.Explanation is { } explanation)
        {
            w.Bytes(18, ExplanationCodec.Bytes(explanation));
        }
    }

    /// <summary>Writes that a page is owed for a transition that was written before.</summary>
    /// <param name="transition">Its id.</param>
    /// <param name="pageDelayMs">How old the condition was, ms.</param>
    /// <param name="into">Receives the message.</param>
    public static void WritePage(TransitionId transition, long pageDelayMs, ArrayBufferWriter<byte> into)
    {
        var w = new ProtoWriter(into);
        Id(w, transition.Patient, transition.Rule, transition.OpenedEventTime, transition.Ordinal);
        Page(w, pageDelayMs);
    }

    /// <summary>Writes a dead letter.</summary>
    public static void Write(DeadLetter letter, ArrayBufferWriter<byte> into)
    {
        var w = new ProtoWriter(into);
        w.Varint(1, (ulong)letter.Partition);
        w.Varint(2, (ulong)letter.Offset);
        w.Varint(3, (ulong)letter.Index);
        w.Varint(4, (ulong)letter.Readings);
        w.String(5, letter.Patient);
        w.String(6, letter.Reason);
        w.String(7, letter.Detail);
    }

    /// <summary>Writes a score.</summary>
    public static void Write(in ScoreRecord score, ArrayBufferWriter<byte> into)
    {
        var w = new ProtoWriter(into);
        w.String(1, score.Patient);
        w.String(2, score.Series);
        w.Fixed64(3, (ulong)score.EventTime);
        w.Fixed64(4, BitConverter.DoubleToUInt64Bits(score.Value));
        w.Varint(5, (score.Flags & PointFlags.Partial) != 0 ? 1u : 0u);
        w.Varint(6, (score.Flags & PointFlags.Provisional) != 0 ? 1u : 0u);
    }

    private static void Id(ProtoWriter w, string patient, string rule, long opened, int ordinal)
    {
        w.String(1, patient);
        w.String(2, rule);
        w.Fixed64(3, (ulong)opened);
        w.Varint(4, (ulong)ordinal);
    }

    private static void Number(ProtoWriter w, int field, double value)
    {
        if (!double.IsNaN(value)) w.Fixed64Always(field, BitConverter.DoubleToUInt64Bits(value));
    }

    private static void Page(ProtoWriter w, long? delay)
    {
        if (delay is { } ms) w.VarintAlways(17, (ulong)ms);
    }
}
