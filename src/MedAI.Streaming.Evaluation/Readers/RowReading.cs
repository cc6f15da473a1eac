// What the readers of datasets share: opening a file, checking its header, and cutting rows into cells.
using System.Text;
using System.Text.Unicode;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>Files of rows under one header line.</summary>
internal static class RowReading
{
    private const int LongestId = 128;

    /// <summary>Opens a file and takes its first line.</summary>
    /// <exception cref="RecordedInputException">It has none.</exception>
    public static LineReader OpenAtHeader(string path)
    {
        var reader = new LineReader(path);
        if (reader.Read() && (reader.End == LineEnd.Whole || !reader.Line.IsEmpty))
            return reader;

        var why = reader.End is LineEnd.Cut or LineEnd.Corrupt ? "is a broken gzip file with nothing readable in it" : "is empty";
        reader.Dispose();
        throw new RecordedInputException($"'{path}' {why}.");
    }

    /// <summary>Opens a file and checks that its first line is the header of its format.</summary>
    /// <exception cref="RecordedInputException">It is empty or begins otherwise.</exception>
    public static LineReader OpenAfter(string header, string path)
    {
        var reader = OpenAtHeader(path);
        if (IsHeader(reader, header))
            return reader;

        var found = Beginning(reader.Line, 200);
        reader.Dispose();
        throw new RecordedInputException($"'{path}' has another header: expected '{header}', found '{found}'.");
    }

    /// <summary>Whether the current line is a header.</summary>
    public static bool IsHeader(LineReader reader, string header) => reader.Line.SequenceEqual(Encoding.UTF8.GetBytes(header));

    /// <summary>The beginning of a text, at most so many characters; a pair of UTF-16 units is not torn apart.</summary>
    public static string Beginning(ReadOnlySpan<byte> text, int length)
    {
        // A character takes at most four bytes.
        var shown = Encoding.UTF8.GetString(text[..Math.Min(text.Length, length * 4)]);
        if (shown.Length <= length)
            return shown;
        return shown[..(char.IsHighSurrogate(shown[length - 1]) ? length - 1 : length)];
    }

    /// <summary>Takes the next cell off a row without quotes; an empty row has one empty cell.</summary>
    public static ReadOnlySpan<byte> TakeCell(scoped ref ReadOnlySpan<byte> row, byte separator)
    {
        var length = row.IndexOf(separator);
        var cell = length < 0 ? row : row[..length];
        row = length < 0 ? default : row[(length + 1)..];
        return cell;
    }

    /// <summary>The cell at an index of a row without quotes; empty where the row is shorter.</summary>
    public static ReadOnlySpan<byte> Cell(ReadOnlySpan<byte> row, int index, byte separator)
    {
        for (var skipped = 0; skipped < index; skipped++)
            TakeCell(ref row, separator);
        return TakeCell(ref row, separator);
    }

    /// <summary>Why an id (of a patient or a device) cannot be used: it must have 1 to 128 characters of sound UTF-8.</summary>
    public static RejectReason CheckId(ReadOnlySpan<byte> id)
    {
        if (id.IsEmpty)
            return RejectReason.MissingField;
        return Utf8.IsValid(id) && Encoding.UTF8.GetCharCount(id) <= LongestId ? RejectReason.None : RejectReason.Malformed;
    }

    /// <summary>Why a row with the wrong number of cells is refused: a last line without a line feed was cut.</summary>
    public static RejectReason WrongShape(LineReader reader) =>
        reader.End == LineEnd.Unterminated ? RejectReason.Truncated : RejectReason.Malformed;
}
