// Reads small tables that stand beside a dataset (patients, stays), whole, by the names of their columns.
using System.Text;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>Small csv tables.</summary>
internal static class SideTable
{
    /// <summary>The rows of a table, each cut down to the columns asked for; none where there is no such file.</summary>
    /// <exception cref="RecordedInputException">The table lacks a column, or has a row that cannot be cut into cells.</exception>
    public static IEnumerable<string[]> Read(string path, params string[] columns)
    {
        if (!File.Exists(path))
            yield break;

        using var reader = RowReading.OpenAtHeader(path);
        var header = Cells(path, reader);
        var indexes = columns.Select(column => Array.IndexOf(header, column)).ToArray();
        if (indexes.Contains(-1))
        {
            throw new RecordedInputException(
                $"'{path}' has another header: expected the columns {string.Join(", ", columns)}, "
                + $"found {string.Join(", ", header)}.");
        }

        while (reader.Read())
        {
            if (reader.End == LineEnd.Whole && reader.Line.IsEmpty)
                continue;
            var cells = Cells(path, reader);
            if (cells.Length != header.Length)
            {
                throw new RecordedInputException(
                    $"'{path}' line {reader.LineNumber}: expected {header.Length} cells, found {cells.Length}.");
            }

            yield return [.. indexes.Select(index => cells[index])];
        }
    }

    private static string[] Cells(string path, LineReader reader)
    {
        var cells = new CsvCells();
        if ((reader.End is LineEnd.Whole or LineEnd.Unterminated) && cells.TryCut(reader.Line))
            return [.. Enumerable.Range(0, cells.Count).Select(index => Encoding.UTF8.GetString(cells[index]))];
        throw new RecordedInputException($"'{path}' line {reader.LineNumber} cannot be cut into cells.");
    }
}
