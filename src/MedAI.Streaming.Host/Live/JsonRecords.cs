// Frames that were produced to Kafka as JSON text, as payloads of the log.
using System.Buffers;
using System.Globalization;
using System.Text;
using MedAI.Streaming.Adapters.Json;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Live;

/// <summary>Reads the JSON form. What cannot be read becomes a refused record with its reason, at the same place in the log.</summary>
internal static class JsonRecords
{
    private const int MaxText = 200;

    /// <summary>As the Kafka adapter's reader of JSON asks for it. Any number of threads.</summary>
    public static RecordKind Read(ReadOnlySpan<byte> key, ReadOnlySpan<byte> json, string where, IBufferWriter<byte> payload)
    {
        LogElement element = FrameJson.TryRead(json, out var frame, out var refusal)
            ? Named(frame, key, where, json)
            : Refused(refusal.Reason, where, string.Create(CultureInfo.InvariantCulture, $"at byte {refusal.Position}: {refusal.Detail}"), json);
        var record = new ArrayBufferWriter<byte>(256);
        new RecordWriter().Write(element, record);
        payload.Write(record.WrittenSpan[RecordFraming.HeaderSize..]);
        return (RecordKind)record.WrittenSpan[0];
    }

    // The key names the patient where the text does not.
    private static LogElement Named(FrameElement frame, ReadOnlySpan<byte> key, string where, ReadOnlySpan<byte> json)
    {
        if (frame.Patient.Length > 0)
            return frame;

        var patient = Encoding.UTF8.GetString(key);
        return patient.Length > 0
            ? frame with { Patient = patient }
            : Refused(RejectReason.MissingField, where, "neither the message's key nor the frame names the patient", json);
    }

    private static RefusedElement Refused(RejectReason reason, string where, string detail, ReadOnlySpan<byte> json)
    {
        var text = Encoding.UTF8.GetString(json[..Math.Min(json.Length, MaxText)]);
        return new(0, 1, reason, where, $"{detail}: {text}"[..Math.Min(MaxText, detail.Length + 2 + text.Length)]);
    }
}
