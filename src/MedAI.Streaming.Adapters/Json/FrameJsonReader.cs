// Walks over the members of one frame in JSON and stops at the first that is not as it should be.
using System.Text.Json;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Json;

/// <summary>Reads one frame. Used once.</summary>
internal ref struct FrameJsonReader(Utf8JsonReader reader)
{
    private Utf8JsonReader _json = reader;
    private RejectReason _reason;
    private string _detail = "";
    private string? _patient;
    private string? _device;
    private SourceClass? _source;
    private ulong _epoch = 1;
    private ulong? _sequence;
    private long? _time;
    private List<RecordedReading>? _readings;

    [Flags]
    private enum Field : ushort
    {
        None = 0,
        Patient = 1,
        Device = 2,
        Source = 4,
        Epoch = 8,
        Sequence = 16,
        Time = 32,
        Readings = 64,
        Vital = 128,
        Value = 256,
        Unit = 512,
        Validity = 1024,
        OfFrame = Patient | Device | Source | Epoch | Sequence | Time | Readings,
        OfReading = Vital | Value | Unit | Validity,
    }

    /// <summary>The frame, or null and why there is none.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public FrameElement? Read(out FrameRefusal refusal)
    {
        var frame = ReadFrame() ? Whole() : null;
        refusal = frame is null ? new(_reason, _detail, (int)_json.TokenStartIndex) : default;
        return frame;
    }

    private bool ReadFrame()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
            return Malformed("A frame is an object {...}.");

        var seen = Field.None;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (!NextField(Field.OfFrame, ref seen, out var field) || !ReadMember(field))
                return false;
        }

        // Throws where anything but blanks follows.
        _json.Read();
        return true;
    }

    private FrameElement? Whole()
    {
        var missing = (_device, _source, _sequence, _time, _readings) switch
        {
            (null, _, _, _, _) => "device",
            (_, null, _, _, _) => "source",
            (_, _, null, _, _) => "sequence",
            (_, _, _, null, _) => "time",
            (_, _, _, _, null or []) => "readings",
            _ => null,
        };
        if (missing is not null)
        {
            _reason = RejectReason.MissingField;
            _detail = $"A frame needs '{missing}'.";
            return null;
        }

        return new FrameElement(0, _patient ?? "", _device!, _source!.Value, _epoch, _sequence!.Value, _time!.Value, _readings!);
    }

    private bool ReadMember(Field field)
    {
        if (_json.TokenType == JsonTokenType.Null)
            return true;

        switch (field)
        {
            case Field.Patient:
                return ReadId("patient", out _patient);
            case Field.Device:
                return ReadId("device", out _device);
            case Field.Source:
                _source = Word("bedside", "wearable", "charted") is var source and >= 0 ? (SourceClass)source : null;
                return _source is not null || Malformed("'source' is bedside, wearable or charted.");
            case Field.Epoch:
                return ReadCount("epoch", out _epoch);
            case Field.Sequence:
                var isCount = ReadCount("sequence", out var sequence);
                _sequence = sequence;
                return isCount;
            case Field.Time:
                var isTime = JsonTime.TryRead(_json, out var time);
                _time = time;
                return isTime || Malformed($"'time' is {JsonTime.Allowed}.");
            default:
                return ReadReadings();
        }
    }

    private bool ReadReadings()
    {
        if (_json.TokenType != JsonTokenType.StartArray)
            return Malformed("'readings' is a list [...].");

        _readings = [];
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.StartObject)
                return Malformed("A reading is an object {...}.");
            if (_readings.Count == FrameDecoder.MaxReadings)
                return Malformed($"A frame has at most {FrameDecoder.MaxReadings} readings.");
            if (!ReadReading())
                return false;
        }

        return true;
    }

    private bool ReadReading()
    {
        VitalSign? vital = null;
        string? name = null;
        var (value, unit, validity) = (double.NaN, Unit.Canonical, Validity.Valid);
        var seen = Field.None;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (!NextField(Field.OfReading, ref seen, out var field))
                return false;
            if (_json.TokenType == JsonTokenType.Null)
                continue;

            var isSound = field switch
            {
                Field.Vital => ReadVital(out vital, out name),
                Field.Value => ReadValue(out value),
                Field.Unit => ReadUnit(out unit),
                _ => ReadValidity(out validity),
            };
            if (!isSound)
                return false;
        }

        if (vital is null && name is null)
        {
            _reason = RejectReason.MissingField;
            _detail = "A reading needs 'vital'.";
            return false;
        }

        _readings!.Add(new(vital, value, unit, validity, name));
        return true;
    }

    private bool ReadVital(out VitalSign? vital, out string? name)
    {
        vital = null;
        name = null;
        Span<char> buffer = stackalloc char[JsonText.MaxEscaped];
        var length = _json.TokenType switch
        {
            JsonTokenType.String => JsonText.Copy(_json, buffer),

            // An MDC code may stand without quotes.
            JsonTokenType.Number when _json.ValueSpan.Length <= Identifier.MaxLength =>
                System.Text.Encoding.ASCII.GetChars(_json.ValueSpan, buffer),
            _ => -1,
        };
        if (length is < 1 or > Identifier.MaxLength)
            return Malformed("'vital' is the key, LOINC code, MDC code or MDC reference id of a vital sign.");

        if (VitalSignCatalogue.TryParse(buffer[..length], out var known))
            vital = known;
        else
            name = buffer[..length].ToString();
        return true;
    }

    private bool ReadValue(out double value)
    {
        value = double.NaN;
        if (_json.TokenType != JsonTokenType.Number)
            return Malformed("'value' is a number, without quotes; leave it out where there is none.");

        if (_json.TryGetDouble(out var number) && double.IsFinite(number))
            value = number;
        return true;
    }

    private bool ReadUnit(out Unit unit)
    {
        unit = Unit.Canonical;
        Span<char> buffer = stackalloc char[JsonText.MaxEscaped];
        var length = _json.TokenType == JsonTokenType.String ? JsonText.Copy(_json, buffer) : -1;
        if (length < 0)
            return Malformed("'unit' is a UCUM code.");

        // Another one is unknown, which is the flow's to reject.
        unit = Units.TryParse(buffer[..length], out var known) ? known : Unit.Unknown;
        return true;
    }

    private bool ReadValidity(out Validity validity)
    {
        var word = Word("valid", "questionable", "invalid", "demo");
        validity = (Validity)Math.Max(word, 0);
        return word >= 0 || Malformed("'validity' is valid, questionable, invalid or demo.");
    }

    private bool ReadId(string name, out string? id)
    {
        id = null;
        Span<char> buffer = stackalloc char[JsonText.MaxEscaped];
        var length = _json.TokenType == JsonTokenType.String ? JsonText.Copy(_json, buffer) : -1;
        if (length < 0 || !Identifier.IsValid(buffer[..length]))
            return Malformed($"'{name}' is {Identifier.Allowed}.");

        id = buffer[..length].ToString();
        return true;
    }

    private bool ReadCount(string name, out ulong count)
    {
        count = 0;
        return (_json.TokenType == JsonTokenType.Number && _json.TryGetUInt64(out count) && count > 0)
            || Malformed($"'{name}' is a whole number from 1 on.");
    }

    /// <summary>The place of the string at which the reader stands among words; -1 for anything else.</summary>
    private readonly int Word(params ReadOnlySpan<string> words)
    {
        // Not by the reader's own comparison, which throws at half a surrogate pair.
        Span<char> buffer = stackalloc char[JsonText.MaxEscaped];
        var length = _json.TokenType == JsonTokenType.String ? JsonText.Copy(_json, buffer) : -1;
        for (var i = 0; i < words.Length && length > 0; i++)
        {
            if (buffer[..length].SequenceEqual(words[i]))
                return i;
        }

        return -1;
    }

    // Goes on to the member's value.
    private bool NextField(Field allowed, ref Field seen, out Field field)
    {
        field = _json.ValueIsEscaped ? Field.None : Find(_json.ValueSpan) & allowed;
        if (field == Field.None)
            return Malformed(Unknown());
        if ((seen & field) != 0)
            return Malformed($"'{field.ToString().ToLowerInvariant()}' stands there twice.");

        seen |= field;
        _json.Read();
        return true;
    }

    private readonly string Unknown()
    {
        ReadOnlySpan<byte> name = _json.ValueIsEscaped ? default : _json.ValueSpan;
        if ((Find(name) & Field.OfReading) != 0)
            return "'vital', 'value', 'unit' and 'validity' stand in an entry of 'readings'.";
        if (name.SequenceEqual("arrival"u8))
            return "'arrival' is stamped by whoever takes the frame into the log.";

        var isFact = name.SequenceEqual("age"u8) || name.SequenceEqual("sex"u8) || name.SequenceEqual("ward"u8)
            || name.SequenceEqual("admission"u8);
        return isFact
            ? "What is known of a patient does not stand in a frame; it has a request of its own."
            : "There is a name that a frame does not have: it has patient, device, source, epoch, sequence, time and readings, and a reading has vital, value, unit and validity.";
    }

    private static Field Find(ReadOnlySpan<byte> name) => name switch
    {
        _ when name.SequenceEqual("patient"u8) => Field.Patient,
        _ when name.SequenceEqual("device"u8) => Field.Device,
        _ when name.SequenceEqual("source"u8) => Field.Source,
        _ when name.SequenceEqual("epoch"u8) => Field.Epoch,
        _ when name.SequenceEqual("sequence"u8) => Field.Sequence,
        _ when name.SequenceEqual("time"u8) => Field.Time,
        _ when name.SequenceEqual("readings"u8) => Field.Readings,
        _ when name.SequenceEqual("vital"u8) => Field.Vital,
        _ when name.SequenceEqual("value"u8) => Field.Value,
        _ when name.SequenceEqual("unit"u8) => Field.Unit,
        _ when name.SequenceEqual("validity"u8) => Field.Validity,
        _ => Field.None,
    };

    private bool Malformed(string detail)
    {
        _reason = RejectReason.Malformed;
        _detail = detail;
        return false;
    }
}
