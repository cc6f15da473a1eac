// Writes frames as devices do: as a batch of protobuf, or as lines of JSON.
using System.Buffers;
using System.Text.Json;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Send;

/// <summary>The form of frames on the wire.</summary>
internal enum FrameForm
{
    /// <summary>The messages of schemas/vitals.proto.</summary>
    Protobuf,

    /// <summary>The JSON form, a line each.</summary>
    Json,
}

/// <summary>Writes frames. Not thread-safe: each lane has its own.</summary>
/// <param name="form">The form.</param>
/// <param name="namesPatients">Whether frames say whose they are; else the receiver knows that from the device.</param>
internal sealed class FrameWriter(FrameForm form, bool namesPatients)
{
    // Field 1 of FrameBatch, length-delimited.
    private const byte FramesTag = (1 << 3) | 2;
    private static readonly JsonEncodedText[] Vitals = [.. Enumerable.Range(0, VitalSignCatalogue.Count)
        .Select(i => JsonEncodedText.Encode(VitalSignCatalogue.Info((VitalSign)i).Key))];

    private readonly RecordWriter _records = new();
    private readonly ArrayBufferWriter<byte> _one = new(1024);
    private readonly ArrayBufferWriter<byte> _body = new(64 * 1024);

    /// <summary>Frames that are sent together: a <c>FrameBatch</c>, or lines. Good until the next call.</summary>
    public ReadOnlyMemory<byte> Write(IReadOnlyList<Delivery> frames)
    {
        _body.ResetWrittenCount();
        foreach (var frame in frames)
        {
            var one = WriteOne(frame);
            if (form == FrameForm.Protobuf)
            {
                _body.Write([FramesTag]);
                WriteLength(one.Length);
                _body.Write(one);
            }
            else
            {
                _body.Write(one);
                _body.Write("\n"u8);
            }
        }

        return _body.WrittenMemory;
    }

    /// <summary>One frame. Good until the next call.</summary>
    public ReadOnlySpan<byte> WriteOne(Delivery delivery)
    {
        _one.ResetWrittenCount();
        var one = form == FrameForm.Protobuf ? WriteProtobuf(delivery.Frame) : WriteJson(delivery.Frame);
        return delivery.Truncated ? one[..^1] : one;
    }

    private ReadOnlySpan<byte> WriteProtobuf(FrameElement frame)
    {
        _records.Write(frame, _one);
        var payload = _one.WrittenSpan[RecordFraming.HeaderSize..];
        if (namesPatients)
            return payload;

        // The patient is the first field; its length takes two bytes from 128 on.
        var id = RecordKey.Of(RecordKind.Frame, payload).Length;
        return payload[(1 + (id < 128 ? 1 : 2) + id)..];
    }

    private ReadOnlySpan<byte> WriteJson(FrameElement frame)
    {
        using var json = new Utf8JsonWriter(_one);
        json.WriteStartObject();
        if (namesPatients)
            json.WriteString("patient"u8, frame.Patient);
        json.WriteString("device"u8, frame.Device);
        json.WriteString("source"u8, frame.Source switch
        {
            SourceClass.Bedside => "bedside"u8,
            SourceClass.Wearable => "wearable"u8,
            _ => "charted"u8,
        });
        json.WriteNumber("epoch"u8, frame.Epoch);
        json.WriteNumber("sequence"u8, frame.Sequence);
        json.WriteNumber("time"u8, frame.EventTime);
        json.WriteStartArray("readings"u8);
        foreach (var reading in frame.Readings)
        {
            WriteReading(json, reading);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return _one.WrittenSpan;
    }

    private static void WriteReading(Utf8JsonWriter json, in RecordedReading reading)
    {
        json.WriteStartObject();
        if (reading.Vital is { } vital)
            json.WriteString("vital"u8, Vitals[(int)vital]);
        else
            json.WriteString("vital"u8, reading.Name);

        // A value that is no number is left out, which reads as such.
        if (double.IsFinite(reading.Value))
            json.WriteNumber("value"u8, reading.Value);
        if (reading.Unit != Unit.Canonical)
            json.WriteString("unit"u8, Units.Code(reading.Unit));
        if (reading.Validity != Validity.Valid)
        {
            json.WriteString("validity"u8, reading.Validity switch
            {
                Validity.Questionable => "questionable"u8,
                Validity.Invalid => "invalid"u8,
                _ => "demo"u8,
            });
        }

        json.WriteEndObject();
    }

    private void WriteLength(int length)
    {
        var span = _body.GetSpan(5);
        var n = 0;
        for (; length >= 0x80; length >>= 7)
        {
            span[n++] = (byte)(length | 0x80);
        }

        span[n++] = (byte)length;
        _body.Advance(n);
    }
}
