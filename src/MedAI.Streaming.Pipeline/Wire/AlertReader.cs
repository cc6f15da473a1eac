// Reads what was decided back from protobuf messages (schemas/alerts.proto).
using System.Text;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Explaining;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>A message of the alerts: a transition, a page that is owed for it, or both.</summary>
/// <param name="Id">The transition's id.</param>
/// <param name="Transition">The transition; null: it came before, and only the page is new.</param>
/// <param name="PageDelayMs">How old the condition was, ms; null: no page is owed.</param>
public sealed record AlertMessage(TransitionId Id, TransitionRecord? Transition, long? PageDelayMs);

/// <summary>Reads messages. What is not well-formed gives null, never an exception; unknown fields are skipped.</summary>
public static class AlertReader
{
    /// <summary>Reads a message of the alerts.</summary>
    public static AlertMessage? Transition(ReadOnlySpan<byte> message)
    {
        string patient = "", rule = "", inputs = "", missing = "", model = "", text = "";
        long opened = 0, eventTime = 0, arrivalTime = 0;
        ulong ordinal = 0, kind = 0, category = 0, priority = 0, reason = 0;
        double value = double.NaN, threshold = double.NaN;
        long? page = null;
        Explanation? explanation = null;
        var isExplained = false;
        var reader = new ProtoReader(message);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: patient = Text(reader.ReadBytes()); break;
                case 2: rule = Text(reader.ReadBytes()); break;
                case 3: opened = (long)reader.ReadFixed64(); break;
                case 4: ordinal = reader.ReadVarint(); break;
                case 5: kind = reader.ReadVarint(); break;
                case 6: category = reader.ReadVarint(); break;
                case 7: priority = reader.ReadVarint(); break;
                case 8: reason = reader.ReadVarint(); break;
                case 9: eventTime = (long)reader.ReadFixed64(); break;
                case 10: arrivalTime = (long)reader.ReadFixed64(); break;
                case 11: value = BitConverter.UInt64BitsToDouble(reader.ReadFixed64()); break;
                case 12: threshold = BitConverter.UInt64BitsToDouble(reader.ReadFixed64()); break;
                case 13: inputs = Text(reader.ReadBytes()); break;
                case 14: missing = Text(reader.ReadBytes()); break;
                case 15: model = Text(reader.ReadBytes()); break;
                case 16: text = Text(reader.ReadBytes()); break;
                case 17: page = (long)reader.ReadVarint(); break;
                case 18: (explanation, isExplained) = (ExplanationCodec.Read(reader.ReadBytes()), true); break;
                default: reader.Skip(); break;
            }
        }

        // A number that is not known here came from a later version: what it means cannot be told.
        if (reader.Failed || ordinal > int.MaxValue || !Known<TransitionKind>(kind) || !Known<AlertKind>(category)
            || priority > (ulong)AlertPriority.High || !Known<TransitionReason>(reason) || (kind == 0 && page is null)
            || (isExplained && explanation is null))
            return null;

        var id = new TransitionId(patient, rule, opened, (int)ordinal);
        if (kind == 0) return new(id, null, page);
        if (category == 0 || reason == 0) return null;
        var transition = new TransitionRecord(
            patient, rule, opened, (int)ordinal, (TransitionKind)(kind - 1), (AlertKind)(category - 1), (AlertPriority)priority,
            (TransitionReason)(reason - 1), eventTime, arrivalTime, value, threshold, inputs, missing, model, text)
        {
            Explanation = explanation,
        };
        return new(id, transition, page);
    }

    /// <summary>Reads a dead letter.</summary>
    public static DeadLetter? DeadLetter(ReadOnlySpan<byte> message)
    {
        ulong partition = 0, offset = 0, index = 0, readings = 0;
        string patient = "", reason = "", detail = "";
        var reader = new ProtoReader(message);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: partition = reader.ReadVarint(); break;
                case 2: offset = reader.ReadVarint(); break;
                case 3: index = reader.ReadVarint(); break;
                case 4: readings = reader.ReadVarint(); break;
                case 5: patient = Text(reader.ReadBytes()); break;
                case 6: reason = Text(reader.ReadBytes()); break;
                case 7: detail = Text(reader.ReadBytes()); break;
                default: reader.Skip(); break;
            }
        }

        return reader.Failed || partition > int.MaxValue || offset > long.MaxValue || index > int.MaxValue || readings > int.MaxValue
            ? null
            : new((int)partition, (long)offset, (int)index, (int)readings, patient, reason, detail);
    }

    /// <summary>Reads a score.</summary>
    public static ScoreRecord? Score(ReadOnlySpan<byte> message)
    {
        string patient = "", series = "";
        var time = 0L;
        var value = 0.0;
        var flags = PointFlags.None;
        var reader = new ProtoReader(message);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1: patient = Text(reader.ReadBytes()); break;
                case 2: series = Text(reader.ReadBytes()); break;
                case 3: time = (long)reader.ReadFixed64(); break;
                case 4: value = BitConverter.UInt64BitsToDouble(reader.ReadFixed64()); break;
                case 5: flags |= reader.ReadVarint() != 0 ? PointFlags.Partial : PointFlags.None; break;
                case 6: flags |= reader.ReadVarint() != 0 ? PointFlags.Provisional : PointFlags.None; break;
                default: reader.Skip(); break;
            }
        }

        return reader.Failed ? null : new(patient, series, time, value, flags);
    }

    // On the wire a number is one more than here; 0 is "not set", which the caller looks at.
    private static bool Known<T>(ulong onTheWire)
        where T : struct, Enum => onTheWire <= (ulong)Enum.GetValues<T>().Length;

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
