// Reads the fields of a user's own reading: what is missing gets its default, what cannot be read gives a reason.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// The meaning of the field texts. A value that is not a number, an unknown vital sign and an unknown unit are readings all the
/// same, which the pipeline refuses by their own reasons; any other field that is there but cannot be read makes the line
/// malformed, because a guess about time, order or quality would be worse than none.
/// </summary>
internal sealed class ReadingText(RecordedLog log)
{
    private const int LongestName = 128;
    private const double MostYears = 150;
    private readonly Dictionary<int, VitalSign?> _vitals = [];
    private readonly Dictionary<int, Unit> _units = [];

    /// <summary>Reads all of a frame but its patient's number and its readings.</summary>
    /// <param name="texts">The field texts.</param>
    /// <param name="head">The head; its patient is not set.</param>
    /// <returns>Why it cannot be used, or <see cref="RejectReason.None"/>.</returns>
    public RejectReason ReadHead(FieldTexts texts, out FrameHead head)
    {
        head = new FrameHead { Epoch = 1 };
        var reason = RowReading.CheckId(texts[ReadingField.Patient]);
        if (reason != RejectReason.None)
            return reason;
        if (!texts.Has(ReadingField.Time))
            return RejectReason.MissingField;

        var isSound = TimeText.TryParse(texts[ReadingField.Time], out head.EventTime)
            && TryReadTime(texts, ReadingField.Arrival, head.EventTime, out head.ArrivalTime)
            && TryReadSource(texts[ReadingField.Source], out head.Source)
            && TryReadCount(texts, ReadingField.Sequence, ref head.Sequence)
            && TryReadCount(texts, ReadingField.Epoch, ref head.Epoch);
        if (!isSound)
            return RejectReason.Malformed;
        if (!texts.Has(ReadingField.Device))
            head.Device = log.Names.Number(DefaultDevice(head.Source));
        else if (RowReading.CheckId(texts[ReadingField.Device]) == RejectReason.None)
            head.Device = log.Names.Number(texts[ReadingField.Device]);
        else
            return RejectReason.Malformed;
        return RejectReason.None;
    }

    /// <summary>Reads what a line says of its patient.</summary>
    /// <param name="texts">The field texts.</param>
    /// <param name="facts">Null fields are not said; the patient is empty.</param>
    /// <returns>False where a field is there but cannot be read.</returns>
    public static bool TryReadFacts(FieldTexts texts, out PatientFactsElement facts)
    {
        facts = NoFacts;
        if (!texts.Has(ReadingField.Age) && !texts.Has(ReadingField.Sex) && !texts.Has(ReadingField.Ward)
            && !texts.Has(ReadingField.Admission))
        {
            return true;
        }

        var ageText = texts[ReadingField.Age];
        var isAge = NumberText.TryParse(ageText, out var age) && age is >= 0 and <= MostYears;
        if ((!isAge && !ageText.IsEmpty) || !TryReadSex(texts[ReadingField.Sex], out var male)
            || !TryReadTime(texts, ReadingField.Admission, 0, out var admission)
            || (texts.Has(ReadingField.Ward) && RowReading.CheckId(texts[ReadingField.Ward]) != RejectReason.None))
        {
            return false;
        }

        facts = new PatientFactsElement(
            0, "", isAge ? age : null, male, texts.Has(ReadingField.Admission) ? admission : null,
            texts.Has(ReadingField.Ward) ? System.Text.Encoding.UTF8.GetString(texts[ReadingField.Ward]) : null);
        return true;
    }

    /// <summary>Reads the vital sign, value, unit and validity.</summary>
    /// <returns>Why they cannot be used, or <see cref="RejectReason.None"/>.</returns>
    public RejectReason ReadReading(FieldTexts texts, out ReadingRow reading)
    {
        reading = default;
        if (!texts.Has(ReadingField.Vital))
            return RejectReason.MissingField;
        if (!TryReadValidity(texts[ReadingField.Validity], out var validity))
            return RejectReason.Malformed;

        var (name, vital) = VitalOf(texts[ReadingField.Vital]);
        var value = NumberText.ValueOrNaN(texts[ReadingField.Value]);
        reading = new ReadingRow(value, vital, UnitOf(texts[ReadingField.Unit])) { Name = name, Validity = validity };
        return RejectReason.None;
    }

    /// <summary>Facts that say nothing.</summary>
    public static PatientFactsElement NoFacts { get; } = new(0, "");

    private (int Name, VitalSign? Vital) VitalOf(ReadOnlySpan<byte> text)
    {
        var number = text.Length <= LongestName
            ? log.Names.Number(text)
            : log.Names.Number(RowReading.Beginning(text, LongestName).AsSpan());
        if (!_vitals.TryGetValue(number, out var vital))
        {
            vital = VitalSignCatalogue.TryParse(log.Names[number], out var known) ? known : null;
            _vitals.Add(number, vital);
        }

        return (number, vital);
    }

    private Unit UnitOf(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return Unit.Canonical;
        if (text.Length > LongestName)
            return Unit.Unknown;

        var number = log.Names.Number(text);
        if (!_units.TryGetValue(number, out var unit))
        {
            unit = Units.TryParse(log.Names[number], out var known) ? known : Unit.Unknown;
            _units.Add(number, unit);
        }

        return unit;
    }

    private static string DefaultDevice(SourceClass source) => source switch
    {
        SourceClass.Charted => "chart",
        SourceClass.Wearable => "wearable",
        _ => "monitor",
    };

    private static bool TryReadTime(FieldTexts texts, ReadingField field, long otherwise, out long time)
    {
        time = otherwise;
        return !texts.Has(field) || TimeText.TryParse(texts[field], out time);
    }

    private static bool TryReadCount(FieldTexts texts, ReadingField field, ref ulong count) =>
        !texts.Has(field)
        || (System.Buffers.Text.Utf8Parser.TryParse(texts[field], out count, out var used) && used == texts[field].Length
            && count > 0);

    private static bool TryReadSource(ReadOnlySpan<byte> text, out SourceClass source)
    {
        source = Is(text, "wearable"u8) ? SourceClass.Wearable
            : Is(text, "charted"u8) ? SourceClass.Charted
            : SourceClass.Bedside;
        return source != SourceClass.Bedside || text.IsEmpty || Is(text, "bedside"u8);
    }

    private static bool TryReadValidity(ReadOnlySpan<byte> text, out Validity validity)
    {
        validity = Is(text, "questionable"u8) ? Validity.Questionable
            : Is(text, "invalid"u8) ? Validity.Invalid
            : Is(text, "demo"u8) ? Validity.Demo
            : Validity.Valid;
        return validity != Validity.Valid || text.IsEmpty || Is(text, "valid"u8);
    }

    private static bool TryReadSex(ReadOnlySpan<byte> text, out bool? male)
    {
        male = Is(text, "male"u8) || Is(text, "m"u8) ? true : Is(text, "female"u8) || Is(text, "f"u8) ? false : null;
        return male is not null || text.IsEmpty || Is(text, "other"u8) || Is(text, "unknown"u8);
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => System.Text.Ascii.EqualsIgnoreCase(text, word);
}
