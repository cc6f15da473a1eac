// The fields of users' own readings, by the names they have in csv headers and ndjson properties.
namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>A field of a reading in the formats <c>csv</c> and <c>ndjson</c>.</summary>
internal enum ReadingField : byte
{
    /// <summary>Patient id; needed.</summary>
    Patient,

    /// <summary>Event time; needed.</summary>
    Time,

    /// <summary>The vital sign; needed.</summary>
    Vital,

    /// <summary>The value.</summary>
    Value,

    /// <summary>The unit.</summary>
    Unit,

    /// <summary>Device id.</summary>
    Device,

    /// <summary>Class of the device.</summary>
    Source,

    /// <summary>Arrival time.</summary>
    Arrival,

    /// <summary>Number of the frame.</summary>
    Sequence,

    /// <summary>Epoch of the device.</summary>
    Epoch,

    /// <summary>Quality of the reading.</summary>
    Validity,

    /// <summary>Age of the patient in years.</summary>
    Age,

    /// <summary>Administrative sex of the patient.</summary>
    Sex,

    /// <summary>Ward of the patient.</summary>
    Ward,

    /// <summary>When the patient came to the unit.</summary>
    Admission,

    /// <summary>What a model should say of the patient at that time, 0 or 1; read by itself, never a part of the stream.</summary>
    Label,
}

/// <summary>The text of each field of one line, in a buffer that is reused. Blanks around a text are dropped.</summary>
internal sealed class FieldTexts
{
    private static readonly string[] LowerNames = [.. Enum.GetNames<ReadingField>().Select(name => name.ToLowerInvariant())];
    private static readonly byte[][] Utf8Names = [.. LowerNames.Select(System.Text.Encoding.UTF8.GetBytes)];

    private readonly int[] _starts = new int[LowerNames.Length];
    private readonly int[] _lengths = new int[LowerNames.Length];
    private byte[] _bytes = new byte[512];
    private int _used;

    /// <summary>The names of the fields, in the order of <see cref="ReadingField"/>.</summary>
    public static IReadOnlyList<string> Names => LowerNames;

    /// <summary>The text of a field; empty where the line has none.</summary>
    public ReadOnlySpan<byte> this[ReadingField field] => _bytes.AsSpan(_starts[(int)field], _lengths[(int)field]);

    /// <summary>Whether the line has a text for a field.</summary>
    public bool Has(ReadingField field) => _lengths[(int)field] > 0;

    /// <summary>Finds a field by its name, in lower case.</summary>
    public static bool TryFind(ReadOnlySpan<byte> name, out ReadingField field)
    {
        for (var index = 0; index < Utf8Names.Length; index++)
        {
            if (name.SequenceEqual(Utf8Names[index]))
            {
                field = (ReadingField)index;
                return true;
            }
        }

        field = default;
        return false;
    }

    /// <summary>Forgets the line.</summary>
    public void Clear()
    {
        _used = 0;
        Array.Clear(_lengths);
    }

    /// <summary>Forgets what one field said.</summary>
    public void Clear(ReadingField field) => _lengths[(int)field] = 0;

    /// <summary>Sets the text of a field.</summary>
    public void Set(ReadingField field, ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t"u8);
        if (_bytes.Length - _used < text.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + text.Length));
        text.CopyTo(_bytes.AsSpan(_used));
        _starts[(int)field] = _used;
        _lengths[(int)field] = text.Length;
        _used += text.Length;
    }
}
