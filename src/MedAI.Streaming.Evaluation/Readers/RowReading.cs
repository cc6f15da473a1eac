// What the readers of datasets share: opening a file, checking its header, and cutting rows into cells.
using System.Text;
using System.Text.Unicode;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>Says what is wrong with the first line of a file, as the end of a sentence that begins with the file; null: nothing.</summary>
internal delegate string? HeaderCheck(ReadOnlySpan<byte> line);

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
    public static LineReader OpenAfter(string header, string path) => OpenAfter(Exactly(header), path);

    /// <summary>Opens a file and checks its first line.</summary>
    /// <exception cref="RecordedInputException">It is empty, or something is wrong with the line.</exception>
    public static LineReader OpenAfter(HeaderCheck check, string path)
    {
        var reader = OpenAtHeader(path);
        if (check(reader.Line) is not { } problem)
            return reader;

        reader.Dispose();
        throw new RecordedInputException($"'{path}' {problem}.");
    }

    /// <summary>The check that a line is a header, letter by letter.</summary>
    public static HeaderCheck Exactly(string header) => line => line.SequenceEqual(Encoding.UTF8.GetBytes(header))
        ? null
        : $"has another header: expected '{header}', found '{Beginning(line, 200)}'";

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
