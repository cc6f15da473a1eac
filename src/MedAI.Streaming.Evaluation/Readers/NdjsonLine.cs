// Reads one line of ndjson: an object that is a reading, or a frame with an array of readings.
using System.Text.Json;
using System.Text.Unicode;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// Lines of ndjson on their way to the log. A bad reading inside a frame is refused alone; a frame whose own fields cannot be
/// used is refused with all its readings.
/// </summary>
internal sealed class NdjsonLine(RecordedLog log, ReadingCollector collector)
{
    private readonly FieldTexts _texts = new();
    private readonly FieldTexts _readingTexts = new();
    private readonly ReadingRow[] _readings = new ReadingRow[RecordedLog.MostReadings];
    private byte[] _unescaped = new byte[512];

    /// <summary>Adds the current line, or refuses it.</summary>
    public void Add(LineReader reader)
    {
        var reason = CheckShape(reader);
        if (reason != RejectReason.None)
        {
            log.AddRefused(reader, reason);
            return;
        }

        var json = new Utf8JsonReader(reader.Line);
        json.Read();
        _texts.Clear();
        var isSound = TryReadObject(ref json, _texts, out var array, out var hasReadings);
        if (isSound && collector.IsPassedOver(_texts))
            return;
        if (!isSound)
            reason = RejectReason.Malformed;
        else if (!hasReadings)
            reason = collector.Add(_texts);
        else
        {
            AddFrame(reader, array);
            return;
        }

        if (reason != RejectReason.None)
            log.AddRefused(reader, reason, hasReadings ? Math.Max(1, CountOf(array)) : 1);
    }

    private void AddFrame(LineReader reader, Utf8JsonReader array)
    {
        var count = CountOf(array);
        var reason = collector.ReadHead(_texts, out var head, out var facts);
        var saysReading = _texts.Has(ReadingField.Vital) || _texts.Has(ReadingField.Value) || _texts.Has(ReadingField.Unit)
            || _texts.Has(ReadingField.Validity);
        if (saysReading || count > RecordedLog.MostReadings)
            reason = RejectReason.Malformed;
        else if (reason == RejectReason.None && count == 0)
            reason = RejectReason.MissingField;
        if (reason != RejectReason.None)
        {
            log.AddRefused(reader, reason, Math.Max(1, count));
            return;
        }

        var kept = 0;
        while (array.Read() && array.TokenType != JsonTokenType.EndArray)
        {
            reason = ReadReading(ref array, out var reading);
            if (reason == RejectReason.None)
                _readings[kept++] = reading;
            else
                log.AddRefused(reader, reason);
        }

        if (kept > 0)
            collector.AddFrame(_texts, head, facts, _readings.AsSpan(0, kept));
    }

    private RejectReason ReadReading(ref Utf8JsonReader json, out ReadingRow reading)
    {
        reading = default;
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return RejectReason.Malformed;
        }

        var end = json;
        end.Skip();
        _readingTexts.Clear();
        var isSound = TryReadObject(ref json, _readingTexts, out _, out var hasReadings) && !hasReadings;
        json = end;
        foreach (var field in Enum.GetValues<ReadingField>())
        {
            if (field is not (ReadingField.Vital or ReadingField.Value or ReadingField.Unit or ReadingField.Validity))
                isSound &= !_readingTexts.Has(field);
        }

        return isSound ? collector.ReadReading(_readingTexts, out reading) : RejectReason.Malformed;
    }

    // Leaves the reader anywhere inside the object where it says false.
    private bool TryReadObject(ref Utf8JsonReader json, FieldTexts texts, out Utf8JsonReader array, out bool hasReadings)
    {
        array = default;
        hasReadings = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("readings"u8))
            {
                json.Read();
                if (hasReadings || json.TokenType != JsonTokenType.StartArray)
                    return false;
                array = json;
                hasReadings = true;
                json.Skip();
                continue;
            }

            if (json.ValueIsEscaped || !FieldTexts.TryFind(json.ValueSpan, out var field) || texts.Has(field))
                return false;
            json.Read();
            if (!TryReadValue(ref json, field, texts))
                return false;
        }

        return true;
    }

    private bool TryReadValue(ref Utf8JsonReader json, ReadingField field, FieldTexts texts)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.Number:
                texts.Set(field, json.ValueSpan);
                return true;
            case JsonTokenType.String when !json.ValueIsEscaped:
                texts.Set(field, json.ValueSpan);
                return true;
            case JsonTokenType.String:
                return TryUnescape(ref json, field, texts);
            default:
                // A value that is not a number is a reading of NaN, whatever it is; elsewhere there is no telling what is meant.
                json.Skip();
                return field == ReadingField.Value;
        }
    }

    private bool TryUnescape(ref Utf8JsonReader json, ReadingField field, FieldTexts texts)
    {
        if (_unescaped.Length < json.ValueSpan.Length)
            _unescaped = new byte[json.ValueSpan.Length];
        try
        {
            texts.Set(field, _unescaped.AsSpan(0, json.CopyString(_unescaped)));
            return true;
        }
        catch (InvalidOperationException)
        {
            // An escape of half a surrogate pair is not text.
            return false;
        }
    }

    // Reads the line once to its end, so that what follows need not expect broken json.
    private static RejectReason CheckShape(LineReader reader)
    {
        if (!Utf8.IsValid(reader.Line))
            return RejectReason.Malformed;

        var json = new Utf8JsonReader(reader.Line, isFinalBlock: false, default);
        try
        {
            var isObject = json.Read() && json.TokenType == JsonTokenType.StartObject;
            var isClosed = isObject && json.TrySkip();
            if (isClosed)
            {
                // Anything but blanks after the object throws here.
                json.Read();
                return RejectReason.None;
            }

            return isObject ? RowReading.WrongShape(reader) : RejectReason.Malformed;
        }
        catch (JsonException)
        {
            return RejectReason.Malformed;
        }
    }

    private static int CountOf(Utf8JsonReader array)
    {
        var count = 0;
        while (array.Read() && array.TokenType != JsonTokenType.EndArray)
        {
            count++;
            array.Skip();
        }

        return count;
    }
}
